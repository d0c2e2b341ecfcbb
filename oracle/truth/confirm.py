"""Confirming an accusation: do differences of the user's own forward side with the truth?

``confirm`` compares two gradients of one input, the truth and a candidate, with central differences
of the forward, unrecorded, on plain arrays, along a few directions. It knows nothing of how either
gradient was found. Each difference comes with a unit:

* rounding, measured: the fourth differences of the forward at tiny steps (Hamming's method). This
  sees the size of intermediate values, float32 inside the code, and a forward that is constant in
  steps. Where the forward does not change at all, the unit is that of float32, never 0;
* truncation: the change from one step size to the next. The step size with the smallest sum of
  the two is taken, so the scale of the input does not matter.

At a kink the derivatives from both sides differ, and several gradients are legal. A direction in
which there is a kink tells nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from oracle.truth.differences import Summed
from oracle.truth.recording import Path

Side = Literal["truth", "candidate", "cannot tell"]

OFF_AT = 100.0  # units
RANDOM_DIRECTIONS = 2
STEPS = tuple(2.0**-k for k in range(1, 25))  # times the size of the input
SPACINGS = (2.0**-40, 2.0**-32, 2.0**-24, 2.0**-18)  # for the measurement of rounding
FLOAT32, FLOAT64 = 2.0**-23, 2.0**-52


@dataclass(frozen=True)
class _Slope:
    """The derivative along one direction, and how exactly it is known."""

    value: float
    unit: float

    def fits(self, slope: float) -> bool:
        return bool(np.isfinite(slope) and abs(slope - self.value) <= OFF_AT * self.unit)


def confirm(
    function_of_inputs: Summed, path: Path, truth: np.ndarray, candidate: np.ndarray, seed: int
) -> Side:
    """Tell which of two gradients of the input at ``path`` the forward's own differences fit.

    "truth" or "candidate": that one fits in every direction that tells anything, and the other one
    fails in at least one. "cannot tell": both fit, neither does, or the forward cannot be run.
    """
    shape = function_of_inputs.inputs[path].shape
    for name, gradient in (("truth", truth), ("candidate", candidate)):
        if np.shape(gradient) != shape:
            raise ValueError(f"{name} has shape {np.shape(gradient)}, expected {shape}")
    one, other = np.asarray(truth, float), np.asarray(candidate, float)
    sides = set()
    for direction in _directions(one, other, seed):
        slope = _slope(function_of_inputs, path, direction)
        if slope is None:
            continue
        with np.errstate(all="ignore"):
            fit = (
                slope.fits(float(np.sum(one * direction))),
                slope.fits(float(np.sum(other * direction))),
            )
        if fit != (True, True):
            sides.add(fit)
    if sides == {(True, False)}:
        return "truth"
    return "candidate" if sides == {(False, True)} else "cannot tell"


def _directions(one: np.ndarray, other: np.ndarray, seed: int) -> Iterator[np.ndarray]:
    """The direction in which the two gradients differ most, then random ones; largest entry 1."""
    with np.errstate(all="ignore"):
        apart = other - one
    rng = np.random.default_rng(seed)
    found = [np.where(np.isfinite(apart), apart, 0.0)]
    found += [np.asarray(rng.standard_normal(one.shape)) for _ in range(RANDOM_DIRECTIONS)]
    for direction in found:
        largest = float(np.max(np.abs(direction), initial=0.0))
        if largest > 0 and np.isfinite(largest):
            yield direction / largest


class _Line:
    """The forward along one direction from the inputs, as a function of one number."""

    def __init__(self, forward: Summed, path: Path, direction: np.ndarray) -> None:
        self.forward, self.path, self.direction = forward, path, direction
        self.start = np.asarray(forward.inputs[path], float)
        self.scale = float(np.sqrt(np.mean(self.start**2))) or 1.0

    def __call__(self, step: float) -> float:
        """The value; nan where the forward refuses."""
        moved = self.start + step * self.direction
        with np.errstate(all="ignore"):
            try:
                return self.forward({self.path: moved})
            except Exception:  # the user's code may raise anything
                return float("nan")


def _slope(forward: Summed, path: Path, direction: np.ndarray) -> _Slope | None:
    """The derivative along a direction; None at a kink, and where the forward cannot be run."""
    line = _Line(forward, path, direction)
    here = line(0.0)
    if not np.isfinite(line.scale) or not np.isfinite(here):
        return None
    ends = [(h * line.scale, line(h * line.scale), line(-h * line.scale)) for h in STEPS]
    ends = [end for end in ends if np.isfinite(end[1]) and np.isfinite(end[2])]
    size = max([abs(here), _largest_upstream(forward), *(abs(end[1]) for end in ends)])
    rounding = _rounding(line, size)
    sides = [(h, (up - here) / h, (here - down) / h) for h, up, down in ends]
    found = [_between(three, rounding) for three in zip(sides, sides[1:], sides[2:])]
    ordered = sorted(found, key=lambda one: one[0].unit)
    best, first = ordered[0] if ordered else (None, 0.0)
    for slope, jump in ordered:
        # At large steps the slopes of an odd function are exact; its jump falls with the step.
        if jump <= OFF_AT * slope.unit and (slope is best or jump < first / 8):
            return slope
    return None


def _between(sides: Sequence[tuple[float, float, float]], rounding: float) -> tuple[_Slope, float]:
    """The derivative from three step sizes, each half of the one before, and the jump in it.

    ``sides``: each step size with the slopes above and below. The central slopes are extrapolated
    to step size 0. Of a smooth function the slopes above and below differ by an amount
    proportional to the step, which is taken out of the jump.
    """
    first, second, third = ((above + below) / 2 for _, above, below in sides)
    coarse, fine = (4 * second - first) / 3, (4 * third - second) / 3
    truncation = max(abs(fine - coarse), abs(third - second) / 16)
    unit = truncation + 3 * rounding / sides[2][0]
    (_, above, below), (_, nearer_above, nearer_below) = sides[1:]
    jump = abs(2 * (nearer_above - nearer_below) - (above - below))
    return _Slope(fine, unit), jump


def _rounding(line: _Line, size: float) -> float:
    """By how much rounding moves the forward near the inputs: about one standard deviation."""
    for spacing in SPACINGS:
        values = np.array([line(k * spacing * line.scale) for k in range(-3, 4)])
        if not np.isfinite(values).all():
            continue
        if len(set(values.tolist())) >= 5:
            fourth = np.diff(values, 4)
            return max(float(np.sqrt(np.mean(fourth**2) / 70)), FLOAT64 * size)
    return FLOAT32 * size  # it does not move, so nothing can be measured


def _largest_upstream(forward: Summed) -> float:
    sent = forward.upstream
    parts = list(sent.values()) if hasattr(sent, "values") else [0.0 if sent is None else sent]
    return max((float(np.max(np.abs(part), initial=0.0)) for part in parts), default=0.0)
