"""A wrong gradient made right by one change of the calls behind it, which names the mistake.

Another operand of the same shape, its transpose, another axis, sign or constant, an operand left
out, a term or a factor more: numbers decide. Of arbitrary ones only the right change gives the
true gradient, in each case in which it was wrong.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from oracle.results import Note as Finding
from oracle.tracing.behind import Calls, Source, text_at
from oracle.tracing.blame import Judged
from oracle.tracing.match import Matcher
from oracle.tracing.truth import same_gradient
from oracle.truth.recording import Note, Value

REDUCED = ("sum", "mean", "max", "amax", "add.reduce", "maximum.reduce", "prod", "var", "std")
SIGNS = {"add": np.subtract, "subtract": np.add}
ELEMENTWISE = (*SIGNS, "multiply", "divide", "power", "square")


@dataclass(frozen=True)
class Change:
    """One change that makes a gradient right. Keys are the same in each step."""

    key: Hashable
    finding: str
    message: str  # {name} stands for the user's own text
    fix: str


def finding(cases: Sequence[tuple[Matcher, Judged]]) -> Finding | None:
    """The change that makes a gradient right in all cases in which it is wrong."""
    found: list[Change] = []
    for at, (matcher, judged) in enumerate(cases):
        changes = _Changes(Calls(matcher, judged)).all()
        if at == 0:
            found = list(changes)
        else:
            keys = {change.key for change in changes}
            found = [change for change in found if change.key in keys]
        if not found:
            return None
    best, name = found[0], cases[0][1].match.stored.text
    return Finding(best.finding, best.message.replace("{name}", name), best.fix)


class _Changes:
    """The changes of some calls that make the gradient behind which they stand right."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    def all(self) -> list[Change]:
        """The changes that make it right, the likeliest first."""
        if not self.calls.can_run:
            return []
        kinds = (self._axes, self._signs, self._operands, self._left_out, self._constants)
        for kind in (*kinds, self._added):
            found = list(kind())
            if found:
                return found
        return []

    # -- what may be changed -----------------------------------------------------------------------

    def _axes(self) -> Iterator[Change]:
        for key, spot in self.calls.spots.items():
            note = self.calls.notes[spot[0]]
            of = note.args[0] if note.args else None
            if note.op not in REDUCED or not isinstance(of, Value) or not of.shape:
                continue
            axis = _axis_of(note)
            for other in (*range(len(of.shape)), None):
                if other == axis or (isinstance(axis, int) and other == axis % len(of.shape)):
                    continue
                if self.calls.does(spot, lambda n, other=other: _along(n, other)):  # type: ignore[misc]
                    was, should = _told(axis), _told(other)
                    yield Change(
                        (key, "axis", other), "summed-over-wrong-axis",
                        f"{{name}} takes the {note.op} {was} on line {note.line}; expected: "
                        f"{should}", f"take the {note.op} {should}",
                    )  # fmt: skip

    def _signs(self) -> Iterator[Change]:
        for key, spot in self.calls.spots.items():
            note = self.calls.notes[spot[0]]
            if note.op in SIGNS and self.calls.does(
                spot, lambda n: _made(n, SIGNS[n.op], n.args, n.kwargs)
            ):
                yield Change(
                    (key, "sign"), "sign-flipped",
                    f"{{name}}: in {text_at(note)} on line {note.line} one term has the wrong "
                    "sign", f"{'subtract' if note.op == 'add' else 'add'} it",
                )  # fmt: skip

    def _operands(self) -> Iterator[Change]:
        """Another operand, at one place or wherever it stands."""
        slots: dict[tuple[int, ...], list[tuple[Hashable, int]]] = {}
        values: dict[tuple[int, ...], list[Value]] = {}
        for key, spot in self.calls.spots.items():
            for i, arg in enumerate(self.calls.notes[spot[0]].args):
                if not isinstance(arg, Value) or np.size(arg.array) < 2:
                    continue
                some = [self.calls.notes[at].args[i] for at in spot]
                if all(isinstance(one, Value) for one in some):
                    ids = tuple(map(id, some))
                    slots.setdefault(ids, []).append((key, i))
                    values[ids] = some
        for ids, where in slots.items():
            together = [where] if len(where) > 1 else []
            for places in (*together, *([one] for one in where)):
                yield from self._instead(values[ids], places)

    def _instead(
        self, values: Sequence[Value], where: Sequence[tuple[Hashable, int]]
    ) -> Iterator[Change]:
        known = self.calls.at(self.calls.spots[where[0][0]][-1])
        there = [np.asarray(known.get(id(v), v.array), float) for v in values]
        for text, arrays, first in self._alternatives(values, there):
            if self.calls.left < 0:
                return
            changed: dict[int, Note] = {}
            for key, i in where:
                for at, instead in zip(self.calls.spots[key], arrays, strict=True):
                    note = changed.get(at, self.calls.notes[at])
                    changed[at] = _put(note, i, instead)
            if self.calls.is_right(changed):
                yield self._of_operand(values[0], first, text, where[0])

    def _alternatives(
        self, values: Sequence[Value], there: Sequence[np.ndarray]
    ) -> Iterator[tuple[str, Sequence[np.ndarray], Value]]:
        """What may stand in the place of an operand: its text, and its numbers in each turn."""
        first, shape = values[0], there[0].shape
        if len(shape) == 2:
            yield f"{self.calls.text(first)}.T", [one.T for one in there], first
        for source in self.calls.sources(shape):
            if not all(np.array_equal(source.array, one) for one in there):
                yield source.text, [source.array] * len(there), source.value
        if len(there) > 1:
            for family in self.calls.families(len(there), shape):
                for some in (family, family[::-1]):
                    yield some[0].text, [one.array for one in some], some[0].value

    def _of_operand(
        self, value: Value, other: Value, should: str, where: tuple[Hashable, int]
    ) -> Change:
        note = self.calls.notes[self.calls.spots[where[0]][0]]
        was, line = self.calls.text(value), note.line
        turned = other is value and should == f"{was}.T"
        name = "transposed" if turned else self._name_of_operand(value, other, note)
        if was == should:
            said = f"{{name}} uses {was} on line {line} as it is in a different turn or call"
            fix = f"use {was} as it is in this turn"
        else:
            said = f"{{name}} uses {was} on line {line}; expected: {should}"
            fix = f"write {should} instead of {was}"
        return Change((where, "operand", should), name, said, fix)

    def _name_of_operand(self, value: Value, other: Value, note: Note) -> str:
        parameters = {id(v) for v in self.calls.truth.step.parameters}
        if {id(value), id(other)} <= parameters:
            return "weights-of-wrong-layer"
        is_forward = self.calls.truth.forward.has(value) and self.calls.truth.forward.has(other)
        near = _makes(value, other) or _makes(other, value)
        if is_forward and near and note.op in ELEMENTWISE:
            return "activation-derivative-at-wrong-point"
        return "wrong-operand"

    def _left_out(self) -> Iterator[Change]:
        """A factor, a term or a function too many."""
        for key, spot in self.calls.spots.items():
            note = self.calls.notes[spot[0]]
            if note.op not in ELEMENTWISE:
                continue
            for i, arg in enumerate(note.args[:2]):
                if not isinstance(arg, Value) or arg.shape != note.outputs[0].shape:
                    continue
                if note.op in ("divide", "power") and i:
                    continue
                sign = -1.0 if note.op == "subtract" and i else 1.0
                if self.calls.does(spot, partial(_alone, i, sign)):
                    text, kept = text_at(note), self.calls.text(arg)
                    yield Change(
                        (key, "only", i), "wrong-operand",
                        f"{{name}} has {text} on line {note.line}; expected: {kept} alone",
                        f"write {kept} instead of {text}",
                    )  # fmt: skip

    def _constants(self) -> Iterator[Change]:
        for key, spot in self.calls.spots.items():
            note = self.calls.notes[spot[0]]
            for i, arg in enumerate(note.args):
                plain = arg.array if isinstance(arg, Value) and arg.note is None else arg
                if isinstance(plain, bool) or not isinstance(plain, int | float) or not plain:
                    continue
                for other in dict.fromkeys((2 * plain, plain / 2, -plain, 1 / plain, plain - 1)):
                    if other != plain and self.calls.does(
                        spot,
                        lambda n, i=i, other=other: _put(n, i, other),  # type: ignore[misc]
                    ):
                        yield Change(
                            (key, "constant", i), "wrong-constant-factor",
                            f"{{name}} has {plain:g} in {text_at(note)} on line {note.line}; "
                            f"expected: {other:g}", f"write {other:g}",
                        )  # fmt: skip

    def _added(self) -> Iterator[Change]:
        """A term or a factor too few: one value, or a product of two."""
        made = np.asarray(self.calls.made[-1][id(self.calls.value)], float)
        shape = self.calls.judged.want.shape
        if made.shape != shape or np.size(made) < 2 or not any(made.shape):
            return
        plain = self.calls.sources(shape)
        sources = [*plain, *_complements(plain)]
        for want in self.calls.wanted:
            rest = want - made
            for one in sources:
                if same_gradient(made + one.array, want):
                    yield self._term(one.text)
                elif same_gradient(made * one.array, want):
                    yield Change(
                        ("factor", one.text), "dropped-term",
                        f"{{name}} leaves out the factor {one.text}", f"multiply by {one.text}",
                    )  # fmt: skip
            for one in plain:
                if not one.is_gradient and same_gradient(made * (one.array > 0), want):
                    yield Change(
                        ("mask", one.text), "missing-activation-derivative",
                        f"{{name}} leaves out the factor ({one.text} > 0)",
                        f"multiply by ({one.text} > 0)",
                    )  # fmt: skip
            gradients = [one for one in sources if one.is_gradient and np.all(one.array)]
            for one in gradients:
                for other in sources:
                    if same_gradient(one.array * other.array, rest):
                        yield self._term(f"{one.text} * {other.text}")

    def _term(self, text: str) -> Change:
        said = f"{{name}} leaves out the term {text}"
        return Change(("term", text), "dropped-term", said, f"add {text}")


def _complements(sources: Sequence[Source]) -> Iterator[Source]:
    for one in sources:
        if not one.is_gradient and np.all((one.array >= 0) & (one.array <= 1)):
            yield Source(f"(1 - {one.text})", 1 - one.array, one.value, False)


def _makes(value: Value, made: Value) -> bool:
    """True if few calls, one of them by one, lead from a value to another of its shape."""
    for _ in range(6):
        if made is value:
            return True
        inputs = [v for v in made.note.inputs if v.active] if made.note is not None else []
        inputs = [v for v in inputs if v.shape == value.shape]
        if not inputs:
            return False
        made = inputs[0]
    return False


def _put(note: Note, i: int, operand: Any) -> Note:
    """The same call with another operand."""
    return _made(note, note.function, (*note.args[:i], operand, *note.args[i + 1 :]), note.kwargs)


def _made(note: Note, function: Any, args: tuple[Any, ...], kwargs: Any = None) -> Note:
    made = Note(note.op, function, args, kwargs or {}, note.number)
    made.outputs = note.outputs
    return made


def _axis_of(note: Note) -> Any:
    return note.args[1] if len(note.args) > 1 else note.kwargs.get("axis")


def _alone(i: int, sign: float, note: Note) -> Note:
    """One operand of a call in place of its result."""
    return _made(note, np.multiply, (note.args[i], sign))


def _along(note: Note, axis: int | None) -> Note:
    """The same reduction along another axis."""
    if len(note.args) > 1:
        return _put(note, 1, axis)
    return _made(note, note.function, note.args, {**note.kwargs, "axis": axis})


def _told(axis: object) -> str:
    return "over all entries" if axis is None else f"along axis {axis}"
