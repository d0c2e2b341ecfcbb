"""Normalisation, recognised by values: over which axes, by what, and where its ε stands.

``out = γ (x − μ) / d + β``. Whatever γ and β are, d is known from x and the output; it is √(σ² + ε)
where d² − σ² is the same for all groups, and σ + ε where d − σ is.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.results import Note

LARGEST = 0.1  # an ε above it is none
EXACT = 1e-9  # relative


@dataclass(frozen=True)
class Sample:
    """The inputs and the value of the forward in one case."""

    inputs: dict[str, np.ndarray]
    value: np.ndarray


def norm(name: str, samples: Sequence[Sample]) -> Note | None:
    """The difference of a normalisation from torch's norms; None if it is none, or equal."""
    if len({sample.value.ndim for sample in samples}) > 1:
        return None
    for centred, axes in itertools.product((True, False), _axes(samples[0])):
        found = [_divided(sample, axes, centred) for sample in samples]
        if all(each is not None for each in found):
            known = [each for each in found if each is not None]
            return _told(name, known, centred)
    return None


def _axes(sample: Sample) -> Iterator[tuple[int, ...]]:
    """The axes along which one may normalise: the last ones, the first, all but one."""
    rank = sample.value.ndim
    if rank >= 2:
        yield from {(rank - 1,), (0,), tuple(range(1, rank)), (0, *range(2, rank))}


def _divided(
    sample: Sample, axes: tuple[int, ...], centred: bool
) -> tuple[np.ndarray, np.ndarray, int] | None:
    """The divisor of each group, its variance (or mean square), and its number of entries."""
    x, *others = (a for a in sample.inputs.values() if a.dtype.kind == "f")
    if x.shape != sample.value.shape or len(others) > 2:
        return None
    count = int(np.prod([x.shape[axis] for axis in axes]))
    if count < 3 or x.size // count < 3:
        return None
    moved = x - x.mean(axes, keepdims=True) if centred else x
    for scaled in _unscaled(sample.value, others):
        with np.errstate(all="ignore"):
            d = moved / scaled
        low, high = d.min(axes, keepdims=True), d.max(axes, keepdims=True)
        if np.isfinite(d).all() and (low > 0).all() and (high - low <= EXACT * high).all():
            return np.median(d, axes).ravel(), (moved**2).mean(axes).ravel(), count
    return None


def _unscaled(value: np.ndarray, others: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """The output without its γ and β, whichever of the other inputs they are."""
    rows: list[Callable[[np.ndarray], np.ndarray]] = [lambda a: a]
    if value.ndim > 2:  # (C,) along axis 1 of (N, C, H, W)
        rows.append(lambda a: a.reshape(-1, *[1] * (value.ndim - 2)))
    for order, row in itertools.product(itertools.permutations(others), rows):
        gamma, beta = (*map(row, order), *[np.array(0.0)] * 2)[:2] if order else (1.0, 0.0)
        try:
            with np.errstate(all="ignore"):
                found = (value - beta) / gamma
        except ValueError:
            continue
        if found.shape == value.shape:
            yield found


def _told(
    name: str, found: Sequence[tuple[np.ndarray, np.ndarray, int]], centred: bool
) -> Note | None:
    spread = "σ" if centred else "the root of the mean square"
    inside = [d**2 - v for d, v, _ in found]
    if _constant(inside) is not None:
        return None  # as torch does it
    outside = [d - np.sqrt(v) for d, v, _ in found]
    epsilon = _constant(outside)
    if epsilon is not None:
        said = f"{name} divides by {spread} + ε, with ε = {epsilon:.1g} outside the root"
        return Note(
            "forward-mismatch",
            f"{said}; torch's norms divide by √({spread}² + ε)",
            "move ε under the root, or say that it is meant: there the derivative differs as well",
        )
    unbiased = [d**2 - v * n / (n - 1) for d, v, n in found]
    if centred and _constant(unbiased) is not None:
        said = f"{name} divides by the standard deviation with N − 1; torch's norms take N"
        return Note("forward-mismatch", said, "leave out ddof=1 if torch's is meant")
    return None


def _constant(differences: Sequence[np.ndarray]) -> float | None:
    """The ε that all of these equal, 0 if they are all 0; None if they differ."""
    every = np.concatenate(differences)
    if np.abs(every).max() < 1e-14:
        return 0.0
    middle = float(np.median(every))
    if not 0 < middle < LARGEST or np.abs(every - middle).max() > 0.02 * middle:
        return None
    return middle
