"""Side conditions of a derivation, whatever its formula: nothing changed, aliased or remembered."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from oracle.results import Note

Run = Callable[[], tuple[Any, Any]]


def changed(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> list[Note]:
    """Arguments (the upstream among them) that a call has written to."""
    return [
        Note("mutates-input", f"changes its argument {name}", f"work on {name}.copy()")
        for name, array in before.items()
        if not _equal(array, after[name])
    ]


def aliased(outputs: Mapping[str, Any], arguments: Mapping[str, np.ndarray]) -> list[Note]:
    """Outputs that share memory with an argument, or with each other."""
    arrays = {n: a for n, a in outputs.items() if isinstance(a, np.ndarray) and a.size}
    notes = []
    seen = dict(arguments)
    for name, array in arrays.items():
        for other, elsewhere in seen.items():
            if np.may_share_memory(array, elsewhere):
                message = f"{name} shares its memory with {other}: writing to one changes the other"
                notes.append(Note("aliases-argument", message, f"return {name}.copy()"))
        seen[name] = array
    return notes


def repeatable(
    again: Run, other: Run, pullback: Any, upstream: Any, gradients: tuple[Any, ...]
) -> list[Note]:
    """A second call of the pullback, a second run, and the pullback after a run on other arguments.

    All must give the same gradients; what is random or remembered between calls shows here.
    """
    if not _same(pullback(upstream), gradients):
        return [_forgetful("a second call of the same pullback")]
    if not _same(again()[1](upstream), gradients):
        return [_forgetful("a second run on the same arguments")]
    other()
    if not _same(pullback(upstream), gradients):
        return [_forgetful("the pullback after a forward on other arguments")]
    return []


def _forgetful(what: str) -> Note:
    message = f"{what} gives other gradients: something is kept between calls, or random"
    return Note("not-deterministic", message, "keep everything in the pullback's own variables")


def _same(a: Any, b: Any) -> bool:
    return len(a) == len(b) and all(
        x is y is None or (x is not None and y is not None and _equal(x, y)) for x, y in zip(a, b)
    )


def _equal(a: Any, b: Any) -> bool:
    """Bit for bit, NaN and the sign of a zero too: quicker than to compare numbers."""
    x, y = np.asarray(a), np.asarray(b)
    return x.shape == y.shape and x.dtype == y.dtype and x.tobytes() == y.tobytes()
