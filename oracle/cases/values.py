"""The values of an argument by the word that says what they mean, in each regime.

Whatever the regime, values stay what their word says: a positive definite matrix is one when it is
tiny, and one with ties. ``onehot(0)`` and ``probabilities(0)`` are along axis 0, ``in(a, b)`` is an
open interval.
"""

import functools
import itertools
import re
from collections.abc import Callable

import numpy as np

Drawer = Callable[[np.random.Generator, tuple[int, ...], str], np.ndarray]

SHIFT = 2.0**20  # what values in the regime offset lie around
CALLED = re.compile(r"(\w+)\((.*)\)")


def values_of(
    rng: np.random.Generator, word: str, shape: tuple[int, ...], regime: str, dtype: str
) -> np.ndarray:
    """Values of a word (``Argument.values``) in a dtype, such as they are in a regime."""
    values = np.asarray(_drawer(word)(rng, shape, regime), dtype=dtype)
    if word == "distinct":
        return _apart(values)
    if ends := interval(word):  # rounding to the dtype may have reached an end
        low, high = (np.asarray(end, dtype) for end in ends)
        return np.clip(values, np.nextafter(low, high), np.nextafter(high, low))
    return values


def base(word: str) -> str:
    """The word without its axis or interval: ``onehot`` of ``onehot(0)``."""
    return word.partition("(")[0]


def axis_of(word: str) -> int | None:
    """The axis along which values of a word sum to 1; None if they do not."""
    if base(word) not in ALONG_AN_AXIS:
        return None
    called = CALLED.fullmatch(word)
    return int(called[2]) if called else -1


def interval(word: str) -> tuple[float, float] | None:
    """The ends of ``in(a, b)``; None for other words."""
    called = CALLED.fullmatch(word)
    if called is None or called[1] != "in":
        return None
    low, high = called[2].split(",")
    return float(low), float(high)


def along(word: str, axis: int) -> str:
    """The word for values that sum to 1 along an axis, counted from the first."""
    return f"{word}({axis})"


@functools.cache
def _drawer(word: str) -> Drawer:
    if ends := interval(word):
        return functools.partial(_between, *ends)
    axis = axis_of(word)
    if axis is None or axis == -1:
        return WORDS[base(word)]
    return functools.partial(_moved, ALONG_AN_AXIS[base(word)], axis)


def _moved(
    drawer: Drawer, axis: int, rng: np.random.Generator, shape: tuple[int, ...], regime: str
) -> np.ndarray:
    """Values that sum to 1 along an axis that need not be the last."""
    last = (*shape[:axis], *shape[axis + 1 :], shape[axis])
    return np.moveaxis(drawer(rng, last, regime), -1, axis)


def _normal(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(-3, 4, shape) / 2
    values = np.asarray(rng.standard_normal(shape))
    if regime == "kinks":
        values *= rng.random(shape) < 0.5
    elif regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime == "large":
        values *= 10 ** rng.uniform(0, 2)
    elif regime == "saturated":
        values += 2000 * rng.integers(0, 2, shape) - 1000
    elif regime == "offset":
        values = SHIFT + np.round(values * SHIFT) / SHIFT  # exact, with or without the shift
    return values


def _positive(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(1, 4, shape) / 2
    values = np.asarray(np.exp(rng.standard_normal(shape)))
    if regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime in ("large", "saturated"):
        values *= 10 ** rng.uniform(0, 2 if regime == "large" else 3)
    return values


def _nonnegative(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    values = _positive(rng, shape, regime)
    if regime in ("tied", "kinks", "saturated"):
        values *= rng.random(shape) < 0.5
        if values.size and not values.any():
            values.flat[0] = 1.0  # weights may be zero, but not all of them
    return values


def _unit(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(1, 4, shape) / 4
    values = np.asarray(rng.uniform(0.01, 0.99, shape))
    if regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime in ("large", "saturated"):  # next to 1, or to both ends
        values *= 10 ** rng.uniform(-5, -2)
        upper = rng.random(shape) < (1 if regime == "large" else 0.5)
        values = np.abs(upper - values)
    return values


def _between(
    low: float, high: float, rng: np.random.Generator, shape: tuple[int, ...], regime: str
) -> np.ndarray:
    """In an open interval; exactly 0 at kinks, where 0 lies in it."""
    values = low + (high - low) * _unit(rng, shape, regime)
    if regime == "kinks" and low < 0 < high:
        values = np.asarray(values * (rng.random(shape) < 0.5))
    return values


def _probabilities(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    scale = {"tiny": 1e-6, "large": 3.0, "saturated": 8.0}.get(regime, 1.0)
    values = np.exp(scale * _normal(rng, shape, "tied" if regime == "tied" else "ordinary"))
    values /= values.sum(axis=-1, keepdims=True)
    return values


def _onehot(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def _binary(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return rng.integers(0, 2, shape).astype(float)


def _symmetric(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    lower = np.tril(_normal(rng, shape, regime))
    return lower + np.swapaxes(np.tril(lower, -1), -1, -2)


def _spd(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    """Symmetric and positive definite: each diagonal entry exceeds the others of its row."""
    size = shape[-1]
    if regime in ("tied", "kinks"):
        off = _symmetric(rng, shape, regime) * (1 - np.eye(size))
        diagonal = np.abs(off).sum(-1) + rng.integers(1, 3, shape[:-1]) / 2
        return off + diagonal[..., None] * np.eye(size)
    factor = rng.standard_normal(shape)
    values = factor @ np.swapaxes(factor, -1, -2) / size + 0.5 * np.eye(size)
    if regime == "saturated":  # rows and columns of very different sizes
        scale = 10 ** rng.uniform(-1, 1, shape[:-1])
        values = values * scale[..., None] * scale[..., None, :]
    elif regime in ("tiny", "large"):
        values *= 10 ** (rng.uniform(-12, -4) if regime == "tiny" else rng.uniform(0, 2))
    return (values + np.swapaxes(values, -1, -2)) / 2


def _sorted(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return np.sort(_normal(rng, shape, regime), axis=-1) if shape else _normal(rng, shape, regime)


def _distinct(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    count = int(np.prod(shape))
    if regime == "tied":  # as many multiples of ½ as there are entries
        return ((rng.permutation(count) - count // 2) / 2).reshape(shape)
    if regime == "kinks":  # one exact 0, for there cannot be two
        values = _normal(rng, shape, "ordinary")
        values.flat[:1] = 0.0
        return values
    return _normal(rng, shape, regime)


def _apart(values: np.ndarray) -> np.ndarray:
    """The values with equal ones moved to the next number of their dtype."""
    flat = values.ravel()
    order = np.argsort(flat, kind="stable")
    for before, at in itertools.pairwise(order):
        if flat[at] <= flat[before]:
            flat[at] = np.nextafter(flat[before], np.asarray(np.inf, values.dtype))
    return flat.reshape(values.shape)


def _signs(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    """−1 and 1, as targets of a margin are."""
    return 2 * _binary(rng, shape, regime) - 1


ALONG_AN_AXIS: dict[str, Drawer] = {"probabilities": _probabilities, "onehot": _onehot}
WORDS: dict[str, Drawer] = {
    "normal": _normal,
    "positive": _positive,
    "nonnegative": _nonnegative,
    "unit": _unit,
    **ALONG_AN_AXIS,
    "binary": _binary,
    "signs": _signs,
    "symmetric": _symmetric,
    "spd": _spd,
    "sorted": _sorted,
    "distinct": _distinct,
}
MATRICES = ("symmetric", "spd")
