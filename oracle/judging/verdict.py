"""Compares one array with the truth, in units of measured rounding noise.

There is no tolerance to choose. Correct code differs from the truth by a few units; the subtlest
real mistake by millions. Between the two lies nothing, and that is where the limits stand.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.cases import EXTREME

WRONG_AT = 100.0  # units: above this the formula is another one
UNSTABLE_AT = 1000.0  # units: three digits lost that torch keeps
ACCOUNTED = 2.0  # units: a difference of fewer is accounted for, and more noise is not sought
QUIET = 4.0  # ulps of the largest entry: below this noise need not be measured
EPS = {"float64": 2.0**-52, "float32": 2.0**-23}
AGREES = 1e4  # units of rounding: what a cure may be off by (a wrong one is off by 1e9 and more)
TINY = {"float64": 2.0**-1022, "float32": 2.0**-126}
DIGITS = {"float64": 16.0, "float32": 8.0}
_DTYPES = {name: np.dtype(name) for name in EPS}
_ARRAYS = (np.ndarray, np.generic)


@dataclass(frozen=True)
class Judgement:
    """How far off, and whether this case could have shown a mistake at all."""

    units: float
    vacuous: bool = False
    finding: str = ""  # where it is not a matter of values: wrong-shape, lower-precision
    message: str = ""


def largest(array: np.ndarray) -> float:
    """The largest magnitude, NaN if there is one, 0 if there is nothing: max|x|, in a third of the
    time that ``np.abs(x).max()`` takes for a few numbers."""
    sizes = np.abs(array).ravel()
    return float(sizes.item(sizes.argmax())) if sizes.size else 0.0


def judge(
    got: Any,
    want: np.ndarray,
    dtype: str,
    upstream: float,
    noise: Callable[[float], float],
    shows: float = 1.0,
) -> Judgement:
    """Shape before dtype before value; NumPy's broadcasting never gets to compare anything.

    Args:
        got: what the candidate says.
        want: the truth, float64.
        dtype: what the candidate computes in.
        upstream: the largest upstream entry; a gradient may be off by a rounding of that.
        noise: measures the truth's change under nudges, until it is enough; called only if it
            matters.
        shows: so many units large must one of both be, or the case could have shown no mistake.
    """
    if not isinstance(got, _ARRAYS):
        message = f"is a {type(got).__name__}, not an array of shape {want.shape}"
        return Judgement(math.inf, finding="wrong-shape", message=message)
    if got.shape != want.shape:
        message = f"has shape {got.shape}, expected {want.shape}"
        return Judgement(math.inf, finding="wrong-shape", message=message)
    if got.dtype != _DTYPES[dtype]:
        message = f"has dtype {got.dtype}, expected {dtype}"
        return Judgement(math.inf, finding="lower-precision", message=message)
    if want.size == 0:
        return Judgement(0.0, vacuous=True)
    eps = EPS[dtype]
    size = largest(want)
    off = largest(got - want)
    if not (math.isfinite(size) and math.isfinite(off)):
        return _not_finite(got, want, dtype, upstream, noise)
    floor = eps * (size + upstream)
    if off > QUIET * eps * size and off > 0:
        floor += noise(off / ACCOUNTED - floor)
    tiny = TINY[dtype]  # an underflow is no mistake
    units = max(0.0, off - tiny) / max(floor, tiny)
    vacuous = size <= shows * floor and off <= shows * floor
    return Judgement(units, vacuous)


def _not_finite(
    got: Any, want: np.ndarray, dtype: str, upstream: float, noise: Callable[[float], float]
) -> Judgement:
    """Finite where the truth is finite, ±∞ where it is ±∞; where it is NaN it has no say."""
    finite = np.isfinite(want)
    if not np.isfinite(got[finite]).all():
        bad = got[finite][~np.isfinite(got[finite])].ravel()[0]
        return Judgement(math.inf, message=f"is {bad} where the truth is finite")
    infinite = np.isinf(want)
    if not np.array_equal(got[infinite], want[infinite]):
        return Judgement(math.inf, message="is not infinite where the truth is")
    if not finite.any():
        return Judgement(0.0, vacuous=True)
    return judge(got[finite], want[finite], dtype, upstream, noise)


def severity(dtype: str, regime: str, judgement: Judgement) -> str:
    """The formula is judged on ordinary values in float64; everything else is numerics."""
    if judgement.finding == "lower-precision":
        return "unstable"
    if judgement.finding:
        return "wrong"
    if dtype == "float32" or regime in EXTREME:
        return "unstable" if judgement.units > UNSTABLE_AT else "correct"
    return "wrong" if judgement.units > WRONG_AT else "correct"


def digits(got: Any, want: np.ndarray, dtype: str) -> float:
    """How many leading digits of the largest finite entry are right; at most the dtype's."""
    if np.shape(got) != want.shape:
        return 0.0
    finite = np.isfinite(want)
    off = float(np.abs(got - want).max(initial=0, where=finite))
    size = float(np.abs(want).max(initial=0, where=finite))
    if not math.isfinite(off):
        return 0.0
    if off == 0 or size == 0:
        return DIGITS[dtype]
    return min(DIGITS[dtype], max(0.0, -math.log10(off / size)))


def within_one_sided(
    got: np.ndarray,
    want: np.ndarray,
    near: list[np.ndarray],
    far: list[np.ndarray],
    allowance: float,
) -> bool:
    """True if a difference from the truth is only a different legal choice at a kink.

    ``near`` and ``far`` are true gradients a little off, in all directions, the latter by a
    thousand times as much. Where the nearer ones differ as much as the farther ones there is a
    kink, and any value between the one-sided derivatives will do; elsewhere the truth stands,
    within the allowance.
    """
    stack = np.stack([*near, want])
    low, high = stack.min(axis=0), stack.max(axis=0)
    jump = high - low
    kink = (jump > allowance) & (jump > 0.5 * np.ptp(np.stack([*far, want]), axis=0))
    slack = np.where(kink, 1e-6 * jump, 0)
    between = (got >= low - slack - allowance) & (got <= high + slack + allowance)
    return bool(kink.any() and np.where(kink, between, np.abs(got - want) <= allowance).all())


def agree(a: np.ndarray, b: np.ndarray, scale: float = 0.0) -> bool:
    """The same shape, and the same numbers to rounding."""
    if a.shape != b.shape:
        return False
    if a.size == 0:
        return True
    off = float(np.abs(a - b).max())
    size = float(np.abs(b).max())
    return bool(np.isfinite(off)) and off <= AGREES * EPS["float64"] * (size + 1e-3 * scale)
