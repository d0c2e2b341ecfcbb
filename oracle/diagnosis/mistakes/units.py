"""Elementwise units of a forward: pairs of intermediates (Z, A) of which A depends on Z alone.

However the forward is written, in one call or in ten, the calls between Z and A can be run again
from a different Z: for their value there, or for their derivative.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from oracle.diagnosis.evidence import Evidence
from oracle.truth import torch_compat
from oracle.truth.recording import Value
from oracle.truth.replay import NotReplayable

# Calls that work element by element without being ufuncs.
ELEMENTWISE = ("where", "clip", "select", "nan_to_num", "real", "square", "copy", "asarray", "read")


@dataclass(frozen=True)
class Unit:
    """Z, A, and the calls between them in order."""

    before: Value
    after: Value
    line: int

    def at(self, point: str) -> Value:
        return self.after if point == "output" else self.before


def units(evidence: Evidence) -> Iterator[Unit]:
    """Every pair (Z, A), the shortest first for each A."""
    elementwise = {id(step.note): step.elementwise for step in evidence.plan.steps}
    order = {id(v): k for k, v in enumerate(evidence.forward)}
    for after in evidence.forward:
        if evidence.run.tensor(after).numel() < 2:
            continue
        frontier = {id(after): after}
        for _ in range(12):
            last = max(frontier.values(), key=lambda v: order.get(id(v), -1))
            note = last.note
            if note is None or id(note) not in elementwise:
                break
            if not (elementwise[id(note)] or note.op in ELEMENTWISE):
                break
            inputs = [v for v in note.inputs if v.active]
            if not inputs or any(v.shape != after.shape for v in inputs):
                break
            del frontier[id(last)]
            frontier.update({id(v): v for v in inputs})
            if len(frontier) == 1:
                (before,) = frontier.values()
                assert after.note is not None
                yield Unit(before, after, after.note.line)


def surrogate(unit: Unit, derivative: torch.Tensor | None) -> Callable[..., torch.Tensor]:
    def replaced(of: Callable[[Value], torch.Tensor], made: torch.Tensor) -> torch.Tensor:
        assert derivative is not None
        z = of(unit.before)
        return made.detach() + derivative * (z - z.detach())

    return replaced


def derivative(evidence: Evidence, unit: Unit) -> torch.Tensor:
    key = id(unit.before), id(unit.after)
    if key not in evidence.slopes:
        after, before = evidence.run.tensor(unit.after), evidence.run.tensor(unit.before)
        (found,) = torch_compat.gradients(
            [after], [before], [torch.ones_like(after)], retain_graph=True
        )
        evidence.slopes[key] = torch.zeros_like(before) if found is None else found
    return evidence.slopes[key]


def derivative_at(evidence: Evidence, unit: Unit, point: torch.Tensor) -> torch.Tensor | None:
    """The unit's derivative at a different Z; None if it has none there."""
    z = point.clone().requires_grad_()
    made = value_at(evidence, unit, z)
    if made is None or not made.requires_grad:
        return None
    try:
        (found,) = torch_compat.gradients([made], [z], [torch.ones_like(made)])
    except RuntimeError:
        return None
    return found


def value_at(evidence: Evidence, unit: Unit, point: torch.Tensor) -> torch.Tensor | None:
    """The unit's output for a different Z: its calls are run again; None if that does not go."""
    tensors = {id(unit.before): point}
    cone = _cone(unit)
    between = [step for step in evidence.plan.steps if any(id(v) in cone for v in step.outputs)]
    try:
        for step in between:
            step.run(tensors, evidence.guarded.get(step.note))
    except (NotReplayable, RuntimeError, KeyError):
        return None
    return tensors.get(id(unit.after))


def _cone(unit: Unit) -> set[int]:
    """The values between Z and A, A included."""
    found: set[int] = set()
    queue = [unit.after]
    while queue:
        value = queue.pop()
        if value is unit.before or id(value) in found or value.note is None:
            continue
        found.add(id(value))
        queue.extend(v for v in value.note.inputs if v.active)
    return found


def named(evidence: Evidence, unit: Unit) -> str:
    """The name of the function that a unit computes, recognised by its numbers."""
    z, a = evidence.run.tensor(unit.before).detach(), evidence.run.tensor(unit.after).detach()
    known: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "exp": torch.exp,
        "log": torch.log,
        "square": torch.square,
        "sqrt": torch.sqrt,
        "softplus": torch.nn.functional.softplus,
        "sine": torch.sin,
        "swish": torch.nn.functional.silu,
        "elu": torch.nn.functional.elu,
        "the logarithm of the sigmoid": torch.nn.functional.logsigmoid,
    }
    for name, function in known.items():
        if torch.allclose(function(z), a, rtol=1e-9, atol=1e-12):
            return name
    elsewhere = derivative_at(evidence, unit, 0.3 - 1.7 * z)
    if elsewhere is not None and torch.allclose(derivative(evidence, unit), elsewhere, rtol=1e-12):
        return "linear"
    return ""
