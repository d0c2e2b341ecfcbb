"""Inputs of a mean that is large beside their spread: E[x²] − E[x]² loses all digits there.

The replay of such a forward loses the same digits, so it is no truth. But where the function does
not change when a constant is added to an input, its gradients do not either: those at a large
offset are compared with those at none. The offset is exact in binary, so that the input is not
rounded; code that subtracts the mean first still loses the digits that the offset takes.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.cases import SHIFT
from oracle.judging.trial import Trial
from oracle.judging.verdict import UNSTABLE_AT, largest
from oracle.results import Note
from oracle.subject import Made, as_array, outputs

NEAR = (1.0, 16.0)  # offsets at which it must be seen that the function does not change
FAR = (2.0**10, SHIFT)  # and at which its gradients may lose their digits
SAME = 1e-10


def lost_by_offset(trial: Trial) -> Iterator[tuple[Made, np.ndarray, float, Note]]:
    """Gradients that lose their digits at a large offset: what came, expected, units, finding."""
    drawn = trial.arrays
    shifted = [
        n for n, a in drawn.items() if a.dtype.kind == "f" and a.size and a.min() > SHIFT / 2
    ]
    base = {n: a - SHIFT if n in shifted else a for n, a in drawn.items()}
    plain = _run(trial, base)
    if plain is None:
        return
    for name in shifted:
        near = [_run(trial, base | {name: base[name] + by}) for by in NEAR]
        if not all(one is not None and _is_same(one, plain) for one in near):
            continue
        for offset in FAR:
            far = _run(trial, base | {name: base[name] + offset})
            lost = [] if far is None else list(_lost(trial, name, offset, far[1], plain[1]))
            yield from lost
            if lost:
                break


def _lost(
    trial: Trial, name: str, offset: float, far: list[Made], plain: list[Made]
) -> Iterator[tuple[Made, np.ndarray, float, Note]]:
    """The gradients that are no longer what they are without the offset."""
    for made, want in zip(far, plain, strict=False):
        got, expected = as_array(made.value), as_array(want.value)
        limit = trial.eps * offset * max(largest(expected), trial.largest_upstream)
        units = largest(got - expected) / limit
        if units > UNSTABLE_AT:
            said = f"{made.name} loses its digits where {name} is around {offset:.0f}"
            cure = "subtract the mean first, then square"
            yield made, expected, units, Note("cancellation", said, cure)


def _run(trial: Trial, arrays: dict[str, np.ndarray]) -> tuple[list[np.ndarray], list[Made]] | None:
    """Value and gradients at some arrays; None if they are not finite, or no arrays."""
    before = trial.arrays
    trial.arrays = arrays
    try:
        value, made, _ = trial.plain_candidate()
    except (Exception, SystemExit):  # the user's code may raise anything
        return None
    finally:
        trial.arrays = before
    values = [np.asarray(part) for part in outputs(value)]
    found: list[Any] = [*values, *(as_array(one.value) for one in made)]
    numbers = (isinstance(one, np.ndarray) and one.dtype.kind == "f" for one in found)
    if not all(numbers) or not all(np.isfinite(one).all() for one in found):
        return None
    return values, made


def _is_same(one: Any, other: Any) -> bool:
    """The same value and the same gradients."""
    ours = [*one[0], *(as_array(made.value) for made in one[1])]
    theirs = [*other[0], *(as_array(made.value) for made in other[1])]
    return len(ours) == len(theirs) and all(
        a.shape == b.shape and largest(a - b) <= SAME * (largest(b) + 1)
        for a, b in zip(ours, theirs, strict=True)
    )
