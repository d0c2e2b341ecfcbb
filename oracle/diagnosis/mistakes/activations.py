"""Wrong derivatives of elementwise functions, however the forward is written, and of the softmax.

A unit is a pair of intermediates (Z, A) of which A depends on Z alone, element by element. A wrong
derivative is put in the place of the right one, at all occurrences of the unit's place in the code.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.truth import torch_compat
from oracle.truth.recording import Value
from oracle.truth.replay import NotReplayable

# Calls that work element by element without being ufuncs.
ELEMENTWISE = ("where", "clip", "select", "nan_to_num", "real", "square", "copy", "asarray", "read")

FORMULAS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "a(1 − a)": lambda x: x * (1 - x),
    "1 − a²": lambda x: 1 - x * x,
    "1 − a": lambda x: 1 - x,
    "a > 0": lambda x: (x > 0).to(x.dtype),
    "a": lambda x: x,
    "2a": lambda x: 2 * x,
    "1/a": lambda x: 1 / x,
    "cos a": torch.cos,
    "eᵃ": torch.exp,
    "σ(a)": torch.sigmoid,
    "σ(a)(1 − σ(a))": lambda x: torch.sigmoid(x) * (1 - torch.sigmoid(x)),
    "1 − tanh² a": lambda x: 1 - torch.tanh(x) ** 2,
}


@dataclass(frozen=True)
class Unit:
    """Z, A, and the calls between them in order."""

    before: Value
    after: Value
    line: int

    def at(self, point: str) -> Value:
        return self.after if point == "output" else self.before


def suspicions(target: Target) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    reached = evidence.after_value(of)
    groups: dict[tuple[Any, ...], list[Unit]] = {}
    for unit in units(evidence):
        if id(unit.after) in reached and unit.after.note is not None:
            begun = unit.before.note.place.span if unit.before.note is not None else None
            key = (unit.after.note.place.span, unit.after.note.op, begun)
            groups.setdefault(key, []).append(unit)
    for key, members in groups.items():
        yield from _of_unit(target, key, members)
        if len(members) > 1:  # a helper that is called by several layers
            for at, one in enumerate(members[:4]):
                yield from _of_unit(target, (*key, at), [one])
    for before, after, axis in softmaxes(evidence):
        if id(after) in reached:
            yield from _of_softmax(target, before, after, axis)


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


def _of_unit(target: Target, key: tuple[Any, ...], members: list[Unit]) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    line = members[0].line
    function = _named(evidence, members[0])
    if function == "linear":
        return
    called = f"{function} on line {line}" if function else f"the function on line {line}"

    def under(derivative: Callable[[Unit], torch.Tensor | None]) -> np.ndarray | None:
        if len(members) == 1:  # backpropagation is linear: only the error is carried on
            (unit,) = members
            found = derivative(unit)
            if found is None or not bool(torch.isfinite(found).all()):
                return None
            error = (found - true(unit)).numpy() * evidence.true(unit.after)
            if not _may_be(target, unit.before, error):
                return None
            return evidence.true(of) + evidence.carried_to(unit.before, error, of)
        ratios = {}
        for unit in members:
            found, slope = derivative(unit), true(unit)
            if found is None or not bool(torch.isfinite(found).all()):
                return None
            if bool(((slope == 0) & (found != 0)).any()):
                break  # a ratio cannot say it
            ratios[unit.after] = torch.where(slope == 0, 1.0, found / slope)
        else:
            return evidence.scaled(of, ratios)
        after = {unit.after: _surrogate(unit, derivative(unit)) for unit in members}
        return evidence.mutated(of, after=after)

    def true(unit: Unit) -> torch.Tensor:
        return _derivative(evidence, unit)

    def over(unit: Unit) -> np.ndarray | None:
        slope = true(unit).numpy()
        return None if (slope == 0).any() else np.asarray(evidence.true(of) / slope)

    def another(unit: Unit, found: torch.Tensor) -> torch.Tensor | None:
        """None if it is but a multiple of the true one, or no function of its argument at all."""
        constant = bool((found == found.flatten()[0]).all())
        same = multiple(found.numpy(), true(unit).numpy()) is not None
        return None if constant or same else found

    def at_output(unit: Unit) -> torch.Tensor | None:
        return _derivative_at(evidence, unit, evidence.run.tensor(unit.after).detach())

    unnamed = 0 if function else 1  # of two that explain it, the one that can be called something

    slopes = {float(abs(s)) for u in members for s in true(u).flatten()[:64]}
    only_signs = slopes <= {0.0, 1.0} and any(bool((true(u) < 0).any()) for u in members)
    if only_signs:
        return  # what is left out of −relu or of m − d is a sign, and the terms tell of signs
    yield Suspicion(
        ("unit", "missing", key), "missing-activation-derivative",
        f"{{name}} leaves out the derivative of {called}", "multiply by it",
        lambda: under(lambda u: torch.ones_like(true(u))), rank=8 + unnamed,
    )  # fmt: skip
    if all(unit.before is of for unit in members[:1]) and len(members) == 1:
        yield Suspicion(
            ("unit", "after", key), "missing-activation-derivative",
            f"{{name}} is the gradient with respect to {called}, not to its argument",
            "multiply by its derivative", lambda: over(members[0]), rank=8 + unnamed,
        )  # fmt: skip
    yield Suspicion(
        ("unit", "at-output", key), "activation-derivative-at-wrong-point",
        f"{{name}} takes the derivative of {called} at its output instead of its input",
        "take it at the pre-activation z",
        lambda: under(at_output), rank=8 + unnamed,
    )  # fmt: skip
    yield Suspicion(
        ("unit", "twice", key), "doubled-activation-derivative",
        f"{{name}} has the derivative of {called} in it twice", "multiply by it once",
        lambda: under(lambda u: true(u) ** 2), rank=9 + unnamed,
    )  # fmt: skip
    yield Suspicion(
        ("unit", "inverse", key), "wrong-activation-derivative",
        f"{{name}} divides by the derivative of {called}", "multiply by it",
        lambda: under(lambda u: 1 / true(u)), rank=12 + unnamed,
    )  # fmt: skip
    yield Suspicion(
        ("unit", "output form", key), "activation-derivative-at-wrong-point",
        f"{{name}} takes the derivative of {called} as a function of the output, at the input",
        "take it at the activation a = f(z)",
        lambda: under(lambda u: _output_form(evidence, u)), rank=9 + unnamed,
    )  # fmt: skip
    own = {"sigmoid": "a(1 − a)", "tanh": "1 − a²", "exp": "a"}.get(function)
    for formula, rule in FORMULAS.items():
        for point in ("output", "input"):
            value = members[0].after if point == "output" else members[0].before
            if value is None:
                continue
            said = (
                formula if point == "output" else formula.replace("a", "z").replace("tznh", "tanh")
            )
            wrong_point = formula == own and point == "input"
            finding = (
                "activation-derivative-at-wrong-point" if wrong_point
                else "wrong-activation-derivative"
            )  # fmt: skip
            yield Suspicion(
                ("unit", formula, point, key), finding,
                f"{{name}} takes {said} for the derivative of {called}"
                + (", which is right of the activation a, not of z" if wrong_point else ""),
                "take it at the activation a = f(z)" if wrong_point else "take its own derivative",
                lambda r=rule, p=point: under(
                    lambda u: another(u, r(evidence.run.tensor(u.at(p)).detach()))
                ),
                rank=(8 if wrong_point else 12) + unnamed,
            )  # fmt: skip


def _output_form(evidence: Evidence, unit: Unit) -> torch.Tensor | None:
    """The derivative as a polynomial in a, on each side of z = 0, with z put in for a.

    σ' is a − a², tanh' 1 − a², that of the exponential linear unit 1 and a + α.
    """
    z = evidence.run.tensor(unit.before).detach().flatten()
    a = evidence.run.tensor(unit.after).detach().flatten()
    slope = _derivative(evidence, unit).flatten()
    if not bool(torch.isfinite(torch.stack([z, a, slope])).all()):
        return None
    found = torch.zeros_like(z)
    for side in (z > 0, z <= 0):
        if not side.any():
            continue
        count = min(3, int(side.sum()) - 1)
        if count < 1:
            return None
        powers = torch.stack([a[side] ** k for k in range(count)], dim=1)
        fitted = torch.linalg.lstsq(powers, slope[side, None]).solution[:, 0]
        if not torch.allclose(powers @ fitted, slope[side], rtol=1e-9, atol=1e-12):
            return None
        found[side] = torch.stack([z[side] ** k for k in range(count)], dim=1) @ fitted
    return found.reshape(evidence.run.tensor(unit.before).shape)


def _may_be(target: Target, value: Value, error: np.ndarray) -> bool:
    """Whether an error at some intermediate can be what the gradient is off by."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    off = target.got - target.true if target.got.shape == target.true.shape else None
    for r, forth in evidence.probes(value, of) if off is not None else ():
        due, given = float(np.sum(r * off)), float(np.sum(forth * error))
        size = float(np.sum(np.abs(forth * error))) + float(np.sum(np.abs(r * off)))
        if not abs(due - given) <= 1e-7 * (size + target.loudest):
            return False
    return True


def _surrogate(unit: Unit, derivative: torch.Tensor | None) -> Callable[..., torch.Tensor]:
    def replaced(of: Callable[[Value], torch.Tensor], made: torch.Tensor) -> torch.Tensor:
        assert derivative is not None
        z = of(unit.before)
        return made.detach() + derivative * (z - z.detach())

    return replaced


def _derivative(evidence: Evidence, unit: Unit) -> torch.Tensor:
    key = id(unit.before), id(unit.after)
    if key not in evidence.slopes:
        after, before = evidence.run.tensor(unit.after), evidence.run.tensor(unit.before)
        (found,) = torch_compat.gradients(
            [after], [before], [torch.ones_like(after)], retain_graph=True
        )
        evidence.slopes[key] = torch.zeros_like(before) if found is None else found
    return evidence.slopes[key]


def _derivative_at(evidence: Evidence, unit: Unit, point: torch.Tensor) -> torch.Tensor | None:
    """The unit's derivative somewhere else: its calls are run again from another Z."""
    z = point.clone().requires_grad_()
    tensors = {id(unit.before): z}
    wanted = {id(unit.after)}
    cone = _cone(unit)
    between = [step for step in evidence.plan.steps if any(id(v) in cone for v in step.outputs)]
    try:
        for step in between:
            step.run(tensors, evidence.guarded.get(step.note))
        if not wanted & set(tensors):
            return None
        made = tensors[id(unit.after)]
        (found,) = torch_compat.gradients([made], [z], [torch.ones_like(made)])
    except (NotReplayable, RuntimeError, KeyError):
        return None
    return found


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


def _named(evidence: Evidence, unit: Unit) -> str:
    """What a unit computes, told by its numbers."""
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
    elsewhere = _derivative_at(evidence, unit, 0.3 - 1.7 * z)
    if elsewhere is not None and torch.allclose(_derivative(evidence, unit), elsewhere, rtol=1e-12):
        return "linear"
    return ""


# -- softmax --------------------------------------------------------------------------------------


def softmaxes(evidence: Evidence) -> list[tuple[Value, Value, int]]:
    """(Z, P, axis) with P = softmax(Z) or its logarithm, told by their numbers."""
    found = []
    sources = [*evidence.inputs.values(), *evidence.forward]
    for after in evidence.forward:
        p = evidence.run.tensor(after).detach()
        if p.ndim == 0 or p.numel() < 2 or not bool(torch.isfinite(p).all()):
            continue
        for axis in range(p.ndim):
            if p.shape[axis] < 2:
                continue
            for log in (False, True):
                total = (p.exp() if log else p).sum(axis)
                if not torch.allclose(total, torch.ones_like(total), rtol=1e-9):
                    continue
                rule = torch.log_softmax if log else torch.softmax
                for before in sources:
                    if before.shape != after.shape or before is after:
                        continue
                    z = evidence.run.tensor(before).detach()
                    if torch.allclose(rule(z, axis), p, rtol=1e-9, atol=1e-14):
                        found.append((before, after, -axis - 1 if log else axis))
                        break
    return found


def _of_softmax(target: Target, before: Value, after: Value, axis: int) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    log, axis = axis < 0, axis if axis >= 0 else -axis - 1
    p = evidence.run.tensor(after).detach()
    line = after.note.line if after.note is not None else 0

    def under(wrong: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray | None:
        def replaced(of: Callable[[Value], torch.Tensor], made: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = _Wrong.apply(of(before), made.detach(), wrong)
            return result

        return evidence.mutated(of, after={after: replaced})

    q = p.exp() if log else p
    ways: list[tuple[str, str, str, Callable[[torch.Tensor], torch.Tensor]]] = []
    if log:
        ways = [
            ("coupling", "softmax-diagonal-only",
             "takes the log-softmax entry by entry: Σ of the upstream is missing",
             lambda g: g - q * g),
            ("copied", "missing-activation-derivative",
             "hands the upstream on unchanged through the log-softmax", lambda g: g),
        ]  # fmt: skip
        if q.ndim == 2:
            across = 1 - axis
            ways.append(
                ("axis", "summed-over-wrong-axis",
                 f"sums over axis {across}, though the log-softmax is along axis {axis}",
                 lambda g: g - q * g.sum(across, keepdim=True)),
            )  # fmt: skip
    else:
        ways = [
            ("diagonal", "softmax-diagonal-only",
             "is the diagonal p(1 − p) of the softmax's Jacobian alone", lambda g: g * q * (1 - q)),
            ("coupling", "softmax-diagonal-only",
             "leaves out the coupling term p·Σgp of the softmax", lambda g: g * q),
            ("plus", "sign-flipped", "adds the coupling term p·Σgp of the softmax, which is "
             "subtracted", lambda g: q * (g + (g * q).sum(axis, keepdim=True))),
            ("copied", "missing-activation-derivative",
             "hands the upstream on unchanged through the softmax", lambda g: g),
            ("unweighted", "dropped-term", "subtracts Σg where Σgp is due",
             lambda g: q * (g - g.sum(axis, keepdim=True))),
            ("log", "wrong-activation-derivative", "takes the log-softmax's derivative for the "
             "softmax's", lambda g: g - q * g.sum(axis, keepdim=True)),
        ]  # fmt: skip
        if q.ndim == 2:
            other = 1 - axis
            ways.append(
                ("axis", "summed-over-wrong-axis",
                 f"sums over axis {other}, though the softmax is along axis {axis}",
                 lambda g: q * (g - (g * q).sum(other, keepdim=True))),
            )  # fmt: skip
    for way, finding, said, wrong in ways:
        yield Suspicion(
            ("softmax", way, line), finding, "{name} " + said,
            "the pullback of p = softmax(z) is p∘(g − Σ g∘p)" if not log
            else "the pullback of log-softmax is g − p·Σg",
            lambda w=wrong: under(w), rank=6,
        )  # fmt: skip


class _Wrong(torch.autograd.Function):
    """A value with a pullback that somebody might have written."""

    @staticmethod
    def forward(ctx: Any, z: torch.Tensor, made: torch.Tensor, wrong: Any) -> torch.Tensor:
        ctx.wrong = wrong
        return made.clone()

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        return ctx.wrong(upstream[0]), None, None
