"""Guards that the backward ignores, ``log(p + 1e-8)`` or a clip: no mistake, but a remark.

Constants of at most 1e-5 are removed from the recorded forward and from the recorded backward. If
the gradients then agree with the derivative, the formula is right for the unguarded quantity.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import torch

from oracle.truth.recording import Note, Value

SMALL = 1e-5
ADDED = ("add", "subtract")
BOUNDS = ("maximum", "minimum", "fmax", "fmin", "clip")


def removal(notes: Iterable[Note]) -> dict[Note, Callable[..., torch.Tensor]]:
    """The same call without its guard, for each call with one: ``instead`` of ``Plan.run``."""
    return {note: _without(note) for note in notes if has_guard(note)}


def has_guard(note: Note) -> bool:
    """True if a call adds a small constant, or has a bound close to 0 or 1."""
    if note.op in ADDED:
        return any(_is_small(arg) for arg in note.args)
    if note.op in BOUNDS:
        bounds = (*note.args[1:], *note.kwargs.values(), *note.args[:1])
        return any(_is_small(arg) or _is_nearly_one(arg) for arg in bounds)
    return False


def _constant(arg: Any) -> float:
    """A number that was written down, under a name or not; 0 for anything else."""
    if isinstance(arg, Value):
        arg = arg.array if arg.note is None else None
    return float(arg) if isinstance(arg, float | np.floating) else 0.0


def _is_small(arg: Any) -> bool:
    return 0 < abs(_constant(arg)) <= SMALL


def _is_nearly_one(arg: Any) -> bool:
    return 0 < 1 - _constant(arg) <= SMALL


def _without(note: Note) -> Callable[..., torch.Tensor]:
    small = [_is_small(arg) for arg in note.args]

    def added(rule: Callable[..., torch.Tensor], *args: Any, **kwargs: Any) -> torch.Tensor:
        kept = [0.0 if zero else arg for zero, arg in zip(small, args, strict=True)]
        return rule(*kept, **kwargs)

    def bounded(rule: Callable[..., torch.Tensor], *args: Any, **kwargs: Any) -> torch.Tensor:
        return next(arg for arg in args if isinstance(arg, torch.Tensor)) * 1.0

    return added if note.op in ADDED else bounded
