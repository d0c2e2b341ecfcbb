"""The choice that a gradient makes at a kink or a tie: legal between the one-sided derivatives."""

import math
from collections.abc import Iterator
from typing import Literal

import numpy as np

from oracle.judging.budget import ALONE, DIRECTIONS, MANY
from oracle.judging.ground_truth import Truth
from oracle.judging.trial import Trial
from oracle.judging.verdict import within_one_sided
from oracle.subject import Path
from oracle.truth.noise import given_in_full
from oracle.truth.replay import NotReplayable

FAR = 2.0**-26  # relative distances from the kink, on either side of it
NEAR = FAR / 1024
EXTREMES = ("max", "amax", "min", "amin", "maximum", "minimum", "fmax", "fmin")

Choice = Literal["legal", "spread", "none"]


def choice(trial: Trial, truth: Truth, path: Path, got: np.ndarray) -> Choice:
    """The kind of choice: "legal", "spread", or "none" where it is no choice but a mistake.

    A legal gradient lies between the true ones a little to all sides. And where the function is
    smooth in a direction, though it has kinks in each of its coordinates (the maximum, when all
    tied entries move together), it has that derivative: else it is "spread", given in full to each
    of several entries that share it. So it is where these are not of the input, but calculated.
    """
    near = _beside(trial, path, NEAR)
    far = _beside(trial, path, FAR)
    # Where the entries that it gives something to are ahead of the others, or behind them.
    given = np.where(got != 0, 1.0, -1.0)
    ahead = _moved_along(trial, path, [NEAR, -NEAR], given)
    if near is None or far is None or ahead is None:
        return "none"
    near += ahead
    for step in (NEAR, -NEAR):  # the inside of every kink, moved to the same side
        near += trial.gradients_beside_kinks(path, step)
        far += trial.gradients_beside_kinks(path, step * FAR / NEAR)
    for direction in (*_turns(got.shape), *_alone(got - truth.gradients[path])):
        # Each of several equal entries ahead of the others, once.
        near += _moved_along(trial, path, [NEAR], direction) or []
    rounding = trial.own_eps / trial.eps  # of float32 by choice, in units of float64's
    allowance = 100 * rounding * (trial.eps * trial.largest_upstream + trial.noise(truth, path))
    if not within_one_sided(got, truth.gradients[path], near, far, allowance):
        # With many windows that have ties, each entry must once be the largest of its window.
        near += _scattered(trial, path, NEAR, MANY) or []
        if not within_one_sided(got, truth.gradients[path], near, far, allowance):
            return "spread" if _is_in_full(trial, path, got, allowance) else "none"
    return "spread" if _is_spread(trial, path, got, allowance) else "legal"


def _is_spread(trial: Trial, path: Path, got: np.ndarray, allowance: float) -> bool:
    """The function is smooth where all entries move together, and the gradient is not its slope."""
    both = _moved_along(trial, path, [NEAR, -NEAR], np.ones(got.shape))
    if both is None:
        return False
    direction = np.maximum(np.abs(trial.input_at(path)), 1)
    up, down = (float(np.sum(gradient * direction)) for gradient in both)
    said = float(np.sum(got * direction))
    size = float(np.sum(np.abs(got) * direction)) * 1e-6 + allowance
    return abs(up - down) <= size < abs(said - up)


def _is_in_full(trial: Trial, path: Path, got: np.ndarray, allowance: float) -> bool:
    """True if the gradient gives each of several equal entries the whole derivative."""
    if trial.plan is None or trial.subject.tensors is not None:
        return False
    extremes = [one.note for one in trial.plan.steps if one.note.op in EXTREMES]
    try:
        run = trial.plan.run(instead=dict.fromkeys(extremes, given_in_full))
        found = run.gradients(trial.upstream, wrt=[(0, *path)])[0, *path]
    except (NotReplayable, RuntimeError):
        return False
    return bool(extremes) and bool((np.abs(got - found) <= allowance).all())


def _beside(trial: Trial, path: Path, breadth: float) -> list[np.ndarray] | None:
    """True gradients where all inputs are larger, smaller, and moved each by a random amount."""

    def by(step: float) -> np.ndarray | None:
        def moved(value: np.ndarray) -> np.ndarray:
            return np.asarray(value + step * np.maximum(np.abs(value), 1), float)

        return trial.gradient_of_moved(moved, path)

    both = _all(by(step) for step in (breadth, -breadth))
    others = _scattered(trial, path, breadth, DIRECTIONS)
    return None if both is None or others is None else both + others


def _scattered(trial: Trial, path: Path, breadth: float, count: int) -> list[np.ndarray] | None:
    """True gradients where every entry of every input is moved by a random amount of its own."""
    rng = np.random.default_rng(0)

    def moved(value: np.ndarray) -> np.ndarray:
        signs = breadth * rng.uniform(-1, 1, np.shape(value))
        return np.asarray(value + signs * np.maximum(np.abs(value), 1), float)

    return _all(trial.gradient_of_moved(moved, path) for _ in range(count))


def _moved_along(
    trial: Trial, path: Path, steps: list[float], direction: np.ndarray
) -> list[np.ndarray] | None:
    """True gradients where this input alone is moved along a direction."""

    def by(step: float) -> np.ndarray | None:
        def moved(value: np.ndarray) -> np.ndarray:
            return np.asarray(value + step * direction * np.maximum(np.abs(value), 1), float)

        return trial.gradient_of_moved(moved, path, alone=True)

    return _all(by(step) for step in steps)


def _all(gradients: Iterator[np.ndarray | None]) -> list[np.ndarray] | None:
    """The gradients, or None as soon as one of them is not known."""
    found = []
    for gradient in gradients:
        if gradient is None:
            return None
        found.append(gradient)
    return found


def _alone(off: np.ndarray) -> Iterator[np.ndarray]:
    """Directions in which one entry alone is ahead of all others, for some entries that are off."""
    for at in np.argwhere(off != 0)[:ALONE]:
        direction = np.full(off.shape, -1.0)
        direction[tuple(at)] = 1.0
        yield direction


def _turns(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Directions in which the first or the last of any entries is the largest, and others.

    First and last as memory has them, by rows and by columns, which is how argmax breaks a tie in a
    window; then those in which, along some axis, each entry in turn is the largest.
    """
    count = math.prod(shape)
    ramp = np.arange(1.0, count + 1) / max(1, count)
    for one in (ramp, ramp[::-1]):
        yield one.reshape(shape)
        if len(shape) > 1:
            yield one.reshape(shape, order="F")
    for axis, extent in enumerate(shape):
        for shift in range(extent if extent > 1 else 0):
            order = (np.arange(extent) + shift) % extent
            at = [1] * len(shape)
            at[axis] = extent
            yield np.broadcast_to(((1.0 + order) / extent).reshape(at), shape)
