"""Wrong derivatives of elementwise functions, however the forward is written.

A wrong derivative is put in the place of the right one, at all occurrences of a unit's place in the
code (``units.py``).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.diagnosis.mistakes.units import (
    Unit,
    derivative,
    derivative_at,
    named,
    surrogate,
    units,
    value_at,
)
from oracle.judging.verdict import agree
from oracle.truth.recording import Value

__all__ = ["suspicions", "units"]

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

OUTPUT_FORMS = {"sigmoid": "a(1 − a)", "tanh": "1 − a²", "exp": "a"}


@dataclass(frozen=True)
class _Place:
    """A place of the code that computes a unit, and its occurrences in a target's forward."""

    target: Target
    key: Any
    members: list[Unit]
    function: str  # what it computes, or ""

    @property
    def evidence(self) -> Evidence:
        assert self.target.evidence is not None
        return self.target.evidence

    @property
    def of(self) -> Value:
        assert self.target.of is not None
        return self.target.of

    @property
    def called(self) -> str:
        line = self.members[0].line
        return f"{self.function or 'the function'} on line {line}"

    @property
    def unnamed(self) -> int:
        """The penalty on the rank of a unit that has no name: a named unit comes first."""
        return 0 if self.function else 1

    def slope(self, unit: Unit) -> torch.Tensor:
        return derivative(self.evidence, unit)

    def under(self, wrong: Callable[[Unit], torch.Tensor | None]) -> np.ndarray | None:
        """The gradient if the units had other derivatives."""
        evidence = self.evidence
        if len(self.members) == 1:  # backpropagation is linear: only the error is carried on
            (unit,) = self.members
            found = wrong(unit)
            if found is None or not bool(torch.isfinite(found).all()):
                return None
            return self.off_by(unit, (found - self.slope(unit)).numpy() * evidence.true(unit.after))
        ratios = {}
        for unit in self.members:
            found, slope = wrong(unit), self.slope(unit)
            if found is None or not bool(torch.isfinite(found).all()):
                return None
            if bool(((slope == 0) & (found != 0)).any()):
                break  # a ratio cannot say it
            ratios[unit.after] = torch.where(slope == 0, 1.0, found / slope)
        else:
            return evidence.scaled(self.of, ratios)
        after = {unit.after: surrogate(unit, wrong(unit)) for unit in self.members}
        return evidence.mutated(self.of, after=after)

    def off_by(self, unit: Unit, error: np.ndarray) -> np.ndarray | None:
        """The gradient if that of a unit's Z had an error; None if it cannot be what came."""
        if not _may_be(self.target, unit.before, error):
            return None
        carried = self.evidence.carried_to(unit.before, error, self.of)
        return self.evidence.true(self.of) + carried


def suspicions(target: Target) -> Iterator[Suspicion]:
    """Mistakes in the derivative of each elementwise place of the forward."""
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


def _of_unit(target: Target, key: tuple[Any, ...], members: list[Unit]) -> Iterator[Suspicion]:
    assert target.evidence is not None
    function = named(target.evidence, members[0])
    if function == "linear":
        return
    place = _Place(target, key, members, function)
    slopes = {float(abs(s)) for u in members for s in place.slope(u).flatten()[:64]}
    negative = any(bool((place.slope(u) < 0).any()) for u in members)
    if slopes <= {0.0, 1.0} and negative:
        return  # what is left out of −relu or of m − d is a sign, and the terms tell of signs
    yield from _left_out_or_twice(place)
    yield from _at_wrong_point(place)
    yield from _at_the_upstream(place)
    yield from _another_formula(place)


def _left_out_or_twice(place: _Place) -> Iterator[Suspicion]:
    def over(unit: Unit) -> np.ndarray | None:
        slope = place.slope(unit).numpy()
        return None if (slope == 0).any() else np.asarray(place.evidence.true(place.of) / slope)

    yield Suspicion(
        ("unit", "missing", place.key), "missing-activation-derivative",
        f"{{name}} leaves out the derivative of {place.called}", "multiply by it",
        lambda: place.under(lambda u: torch.ones_like(place.slope(u))), rank=8 + place.unnamed,
    )  # fmt: skip
    if all(unit.before is place.of for unit in place.members[:1]) and len(place.members) == 1:
        yield Suspicion(
            ("unit", "after", place.key), "missing-activation-derivative",
            f"{{name}} is the gradient with respect to {place.called}, not to its argument",
            "multiply by its derivative", lambda: over(place.members[0]), rank=8 + place.unnamed,
        )  # fmt: skip
    yield Suspicion(
        ("unit", "twice", place.key), "doubled-activation-derivative",
        f"{{name}} has the derivative of {place.called} in it twice", "multiply by it once",
        lambda: place.under(lambda u: place.slope(u) ** 2), rank=9 + place.unnamed,
    )  # fmt: skip
    yield Suspicion(
        ("unit", "inverse", place.key), "wrong-activation-derivative",
        f"{{name}} divides by the derivative of {place.called}", "multiply by it",
        lambda: place.under(lambda u: 1 / place.slope(u)), rank=12 + place.unnamed,
    )  # fmt: skip


def _at_wrong_point(place: _Place) -> Iterator[Suspicion]:
    def at_output(unit: Unit) -> torch.Tensor | None:
        z = place.evidence.run.tensor(unit.after).detach()
        return derivative_at(place.evidence, unit, z)

    yield Suspicion(
        ("unit", "at-output", place.key), "activation-derivative-at-wrong-point",
        f"{{name}} takes the derivative of {place.called} at its output instead of its input",
        "take it at the pre-activation z",
        lambda: place.under(at_output), rank=8 + place.unnamed,
    )  # fmt: skip
    yield Suspicion(
        ("unit", "output form", place.key), "activation-derivative-at-wrong-point",
        f"{{name}} takes the derivative of {place.called} as a function of the output, at the "
        "input",
        "take it at the activation a = f(z)",
        lambda: place.under(lambda u: _output_form(place.evidence, u)), rank=9 + place.unnamed,
    )  # fmt: skip


def _at_the_upstream(place: _Place) -> Iterator[Suspicion]:
    """The function f of the forward applied to the gradient g: f(g), g·f'(g), f'(g)."""
    if len(place.members) > 1:
        return
    (unit,), target = place.members, place.target
    g = torch.from_numpy(np.array(place.evidence.true(unit.after), float))
    right = place.slope(unit) * g
    applied = value_at(place.evidence, unit, g)
    slope = derivative_at(place.evidence, unit, g)
    own = OUTPUT_FORMS.get(place.function)

    def came(found: torch.Tensor | None) -> np.ndarray | None:
        if found is None or found.shape != right.shape or not bool(torch.isfinite(found).all()):
            return None
        if torch.equal(found, g):
            return None  # g itself, of e^z as a function of the output: it is left out
        made = found.detach().numpy()
        carried = place.evidence.carried_to(unit.before, made, place.of)
        if agree(carried, np.zeros_like(carried), target.largest_upstream):
            return None  # nothing of it arrives: it could be anything, or left out
        return place.off_by(unit, made - right.numpy())

    # Of relu, and of it alone, both are one: relu(g) is g where g > 0. There the calls decide.
    alike = applied is not None and slope is not None and torch.allclose(applied, g * slope)
    called = applied is not None and (not alike or _is_called(place, unit, g))
    if called:
        yield Suspicion(
            ("unit", "of the gradient", place.key), "activation-applied-to-gradient",
            f"{{name}} is {place.called} applied to the gradient that comes in",
            "multiply that gradient by the derivative at the forward's value",
            lambda: came(applied), rank=7 + place.unnamed,
        )  # fmt: skip
    ways: dict[str, torch.Tensor | None]
    ways = {"times": None if slope is None else g * slope, "alone": slope}
    if own is not None:
        form = FORMULAS[own](g)
        ways |= {"output form times": g * form, "output form": form}
    for way, found in ways.items():
        if alike and called and way == "times":
            continue
        also = "" if "times" in way else ", and does not multiply it"
        yield Suspicion(
            ("unit", "at the upstream", way, place.key), "derivative-of-the-upstream",
            f"{{name}} takes the derivative of {place.called} at the gradient that comes in{also}",
            "take the derivative at the forward's value, and multiply the gradient by it",
            lambda found=found: came(found), rank=8 + place.unnamed,
        )  # fmt: skip


def _is_called(place: _Place, unit: Unit, g: torch.Tensor) -> bool:
    """True if the backward applies to this gradient the forward's function of Z."""
    gradient, forward = g.numpy(), unit.after.note
    for step in place.evidence.steps():
        note = step.value.note
        if forward is None or note is None or note.op != forward.op:
            continue
        taken = [place.evidence.number(v) for v in note.inputs if v.shape == gradient.shape]
        if any(multiple(array, gradient) is not None for array in taken):
            return True
    return False


def _another_formula(place: _Place) -> Iterator[Suspicion]:
    def another(unit: Unit, found: torch.Tensor) -> torch.Tensor | None:
        """None if it is but a multiple of the true one, or no function of its argument at all."""
        constant = bool((found == found.flatten()[0]).all())
        same = multiple(found.numpy(), place.slope(unit).numpy()) is not None
        return None if constant or same else found

    own = OUTPUT_FORMS.get(place.function)
    for formula, rule in FORMULAS.items():
        for point in ("output", "input"):
            value = place.members[0].after if point == "output" else place.members[0].before
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
                ("unit", formula, point, place.key), finding,
                f"{{name}} takes {said} for the derivative of {place.called}"
                + (", which is right of the activation a, not of z" if wrong_point else ""),
                "take it at the activation a = f(z)" if wrong_point else "take its own derivative",
                lambda r=rule, p=point: place.under(
                    lambda u: another(u, r(place.evidence.run.tensor(u.at(p)).detach()))
                ),
                rank=(8 if wrong_point else 12) + place.unnamed,
            )  # fmt: skip


def _output_form(evidence: Evidence, unit: Unit) -> torch.Tensor | None:
    """The derivative as a polynomial in a, on each side of z = 0, with z put in for a.

    σ' is a − a², tanh' 1 − a², that of the exponential linear unit 1 and a + α.
    """
    z = evidence.run.tensor(unit.before).detach().flatten()
    a = evidence.run.tensor(unit.after).detach().flatten()
    slope = derivative(evidence, unit).flatten()
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
    """True if an error at an intermediate could explain the gradient's error."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    off = target.got - target.true if target.got.shape == target.true.shape else None
    for r, forth in evidence.probes(value, of) if off is not None else ():
        due, given = float(np.sum(r * off)), float(np.sum(forth * error))
        size = float(np.sum(np.abs(forth * error))) + float(np.sum(np.abs(r * off)))
        if not abs(due - given) <= 1e-7 * (size + target.largest_upstream):
            return False
    return True
