"""Update rules as truth: torch.optim's own, and written out where it has none.

Both are one pure function (W, gradient, error, memory) -> (W, memory). The written-out RProp is a
right rule and, with one field changed, a known wrong one: see
``oracle.diagnosis.mistakes.optimizers``.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from oracle.truth import torch_compat

Memory = dict[str, np.ndarray]
Truth = Callable[[np.ndarray, np.ndarray, float, Memory | None], tuple[np.ndarray, Memory]]


@dataclass(frozen=True)
class LockStep:
    """One step from the state of the truth: the expected result and that of the candidate."""

    W: np.ndarray
    G: np.ndarray
    error: float
    memory: Memory | None  # of the truth, before
    due: np.ndarray  # expected
    kept: Memory  # of the truth, after
    got: np.ndarray
    mine: Memory  # of the candidate's state, what can be compared


def torch_rprop(first: float) -> Truth:
    """``torch.optim.Rprop(lr=first)``, one step at a time."""

    def step(
        W: np.ndarray, G: np.ndarray, error: float, memory: Memory | None
    ) -> tuple[np.ndarray, Memory]:
        memory = memory or {"prev": np.zeros_like(W), "step_size": np.full_like(W, first)}
        given = (W, G, memory["prev"], memory["step_size"])
        new, prev, step_size = torch_compat.rprop(*map(torch.from_numpy, given))
        return new.numpy(), {"prev": prev.numpy(), "step_size": step_size.numpy()}

    return step


def torch_sgd(rate: float, beta: float = 0.0, dampening: float = 0.0) -> Truth:
    """``torch.optim.SGD(lr=rate, momentum=beta, dampening=dampening)``, one step at a time."""

    def step(
        W: np.ndarray, G: np.ndarray, error: float, memory: Memory | None
    ) -> tuple[np.ndarray, Memory]:
        V = torch.from_numpy(memory["V"]) if memory and "V" in memory else None
        given = (torch.from_numpy(W), torch.from_numpy(G), V)
        new, V = torch_compat.sgd(*given, rate, beta, dampening)
        return new.numpy(), {} if V is None else {"V": V.numpy()}

    return step


@dataclass(frozen=True)
class Rprop:
    """One of the RProp family, case by case, as the papers have it.

    Sources: Riedmiller and Braun (1993), Riedmiller (1994), Igel and Hüsken (2003).
    """

    forgets: bool = True  # the gradient, where its sign changed
    moves_on: bool = False  # also where the sign changed
    takes_back: str = "never"  # the last move, where the sign changed: never, always, grown (error)
    first: float = 0.01
    low: float = 1e-6
    high: float = 50.0
    shrink: float = 0.5
    grow: float = 1.2
    at_zero: str = "rest"  # what Δ does where the product is 0: rest, grow, shrink
    previous: str = "kept"  # the gradient, for the next product: kept, unused, never updated
    moves_by: str = "step"  # step, step before, move before, step times gradient
    direction: int = -1

    def __call__(
        self, W: np.ndarray, G: np.ndarray, error: float, memory: Memory | None
    ) -> tuple[np.ndarray, Memory]:
        if memory is None:
            nothing, first = np.zeros_like(W), np.full_like(W, self.first)
            infinite = np.array(np.inf)
            memory = {"prev": nothing, "step_size": first, "move": nothing, "error": infinite}
        before, step_before, move_before = memory["prev"], memory["step_size"], memory["move"]
        with np.errstate(under="ignore"):
            product = np.zeros_like(G) if self.previous == "unused" else G * before
        same, changed, zero = product > 0, product < 0, product == 0

        factor = np.select(
            [
                same | (zero & (self.at_zero == "grow")),
                changed | (zero & (self.at_zero == "shrink")),
            ],
            [self.grow, self.shrink],
            1.0,
        ).astype(W.dtype)
        step = np.clip(step_before * factor, W.dtype.type(self.low), W.dtype.type(self.high))
        kept = np.where(changed, 0, G).astype(W.dtype) if self.forgets else G
        moving = np.where(changed, G if self.moves_on else 0, G)
        length = {
            "step": step,
            "step before": step_before,
            "step times gradient": step * np.abs(G),
            "move before": step,
        }[self.moves_by]
        move = (self.direction * np.sign(moving) * length).astype(W.dtype)
        new = W + (move_before if self.moves_by == "move before" else move)
        grown = error > float(memory["error"])
        if self.takes_back == "always" or (self.takes_back == "grown" and grown):
            new = np.where(changed, new - move_before, new)
        kept = before if self.previous == "never updated" else kept
        return new, {"prev": kept, "step_size": step, "move": move, "error": np.array(error)}


@dataclass(frozen=True)
class Momentum:
    """V ← β·V + gain·G, W ← W + move·V, in any of the conventions that go by the name."""

    beta: float = 0.9
    gain: float = 1.0  # of the gradient, on its way into V
    move: float = 1.0  # of V, on its way into W
    first: float | None = None  # the gain at the first step, if it differs
    nesterov: bool = False

    def __call__(
        self, W: np.ndarray, G: np.ndarray, error: float, memory: Memory | None
    ) -> tuple[np.ndarray, Memory]:
        number = W.dtype.type
        gain = self.first if memory is None and self.first is not None else self.gain
        V = number(gain) * G
        if memory is not None:
            V = number(self.beta) * memory["V"] + V
        along = number(self.beta) * V + number(gain) * G if self.nesterov else V
        return W + number(self.move) * along, {"V": V}


RPROP_MINUS = Rprop(forgets=False, moves_on=True)
IRPROP_MINUS = Rprop()
RPROP_PLUS = Rprop(takes_back="always")
IRPROP_PLUS = Rprop(takes_back="grown")
