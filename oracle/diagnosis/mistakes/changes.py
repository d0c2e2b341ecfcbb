"""Ways to differentiate one call of a forward otherwise than it should be."""

from collections.abc import Callable
from typing import Any

import torch


def detached(i: int) -> Callable[..., Any]:
    """Nothing comes back to one operand."""

    def change(rule: Any, *args: Any, **kwargs: Any) -> Any:
        held = [
            a.detach() if j == i and isinstance(a, torch.Tensor) else a for j, a in enumerate(args)
        ]
        return rule(*held, **kwargs)

    return change


def all_detached(rule: Any, *args: Any, **kwargs: Any) -> Any:
    """Nothing comes back to any operand."""
    return rule(*[a.detach() if isinstance(a, torch.Tensor) else a for a in args], **kwargs)


def scaled(i: int, factor: float) -> Callable[..., Any]:
    """So many times as much comes back to one operand."""

    def change(rule: Any, *args: Any, **kwargs: Any) -> Any:
        moved = list(args)
        if isinstance(moved[i], torch.Tensor):
            moved[i] = moved[i].detach() + factor * (moved[i] - moved[i].detach())
        return rule(*moved, **kwargs)

    return change


def passed(i: int) -> Callable[..., Any]:
    """The gradient goes through unchanged."""

    def change(rule: Any, *args: Any, **kwargs: Any) -> Any:
        made, x = rule(*args, **kwargs), args[i]
        return made.detach() + (x - x.detach())

    return change
