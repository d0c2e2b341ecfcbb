"""A mistake as the diagnosis sees it: a key, words, and the gradient that it would lead to."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from oracle.cases.shapes import Size
from oracle.diagnosis.evidence import Evidence
from oracle.judging.verdict import agree
from oracle.results import Cure
from oracle.subject import Path, Subject
from oracle.truth.recording import Value


@dataclass(frozen=True)
class Target:
    """One wrong step in one case: the array that came, and the expected one."""

    subject: Subject
    sizes: dict[str, Size]
    name: str  # the user's own text for it
    path: Path | None  # of the input that it is the gradient of; None for an intermediate
    got: np.ndarray
    true: np.ndarray
    largest_upstream: float
    others: dict[Path, np.ndarray]  # the true gradients of all inputs
    evidence: Evidence | None = None  # None where nothing could be recorded
    of: Value | None = None
    sent: Mapping[Path, np.ndarray] = field(default_factory=dict)  # the upstream, if known

    def is_got(self, predicted: np.ndarray | None) -> bool:
        """True if a prediction is what came, and differs from the expected gradient."""
        return (
            predicted is not None
            and agree(self.got, predicted, self.largest_upstream)
            and not agree(predicted, self.true, self.largest_upstream)
        )


@dataclass(frozen=True)
class Suspicion:
    """One mistake that may be it. Keys are the same in each case; so are the words."""

    key: Hashable
    finding: str
    message: str  # {name} stands for the user's own text
    fix: str
    predicted: Callable[..., np.ndarray | None]  # called without arguments
    rank: int = 50  # the smaller, the more specific
    cure: Cure | None = None  # where one operation on the gradient is all that it takes
    sizes: tuple[str, ...] = ()  # that it names: a proof needs each of them to vary
    fitted: bool = False  # to a single number of the case: a proof needs a second case


# Ways to differentiate one call of a forward otherwise than it should be.


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
