"""The receiver of each stored value in instrumented code, with where it is kept."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from oracle.tracing.instrument import GIVEN, OPERAND, REPORT, RETURNED, Program, Statement, Target
from oracle.tracing.recorded import Attempt, Home, Stored
from oracle.truth.recording.kinds import SCALARS, Tracked, given, is_costly, value_of
from oracle.truth.recording.tape import Tape, Value

DEPTH, MOST = 3, 200  # of a container that is stored: how deep, and how many values, are named

CONTAINERS = frozenset({list, tuple, dict})
FEW = 20  # turns of a statement after which its writes to large arrays are not looked up


class Watch:
    """Follows what is stored while ``tape`` is written."""

    def __init__(self, program: Program, tape: Tape) -> None:
        self.program = program
        self.tape = tape
        self.stored: list[Stored] = []
        self.kept: dict[Home, Value] = {}
        self.turns: dict[int, int] = {}
        self.named: set[int] = set()  # the ids of the values that have a name
        self.after: Callable[[Stored], None] = lambda stored: None
        self._begun: Any = None  # an update that has begun, and may raise
        self.tensors: Any = None  # once the script has imported torch
        self._activations: dict[int, int] = {}  # of functions, by the id of their frame
        self._objects: list[Any] = []  # kept, so that no id is given to a second object

    def functions(self) -> dict[str, Callable[..., Any]]:
        """By the names that the instrumented code calls."""
        return {
            REPORT: self.report, GIVEN: self.given, RETURNED: self.returned, OPERAND: self.operand
        }  # fmt: skip

    def given(self, thing: Any) -> Any:
        """Follow what is about to be stored, also arrays and numbers that other libraries made."""
        tape = Tape.now
        if tape is None:
            return thing
        kind = type(thing)
        if kind is Tracked:
            return thing
        if kind is list and len(thing) <= MOST:
            for i, part in enumerate(thing):
                if type(part) in (float, np.ndarray):
                    thing[i] = given(part, tape)
        elif kind is tuple and any(type(part) in (float, np.ndarray, list) for part in thing):
            return tuple([self.given(part) for part in thing])
        elif kind is dict and len(thing) <= MOST:
            for key, part in thing.items():
                if type(part) in (float, np.ndarray):
                    thing[key] = given(part, tape)
        return given(thing, tape)

    def returned(self, number: int, thing: Any) -> Any:
        if Tape.now is None:
            return thing
        thing = self.given(thing)
        statement = self.program.statements[number]
        frame = sys._getframe(1)
        self._count(number)
        self._store(statement, number, statement.targets[0], thing, self._place(frame, "return"))
        return thing

    def operand(self, number: int, sign: float, target: Any, thing: Any) -> Any:
        """Note the operand of an update in place before it is made, since the update may raise."""
        if Tape.now is not None:
            begun = number, sign, self._value(target), self._value(thing), len(self.tape.notes)
            self._begun = None if begun[2] is None or begun[3] is None else begun
        return thing

    def failed(self) -> Attempt | None:
        """The update that had begun when the run ended."""
        if self._begun is None:
            return None
        number, sign, old, new, time = self._begun
        statement = self.program.statements[number]
        name = statement.targets[0]
        stored = Stored(
            statement, name, name.text, Value(old.array, True), (), (old,), time,
            self.turns.get(number, 0) + 1, len(self.stored),
        )  # fmt: skip
        return Attempt(stored, old, new, sign)

    def report(self, number: int, *reads: tuple[Any, ...]) -> None:
        if Tape.now is None:
            return
        statement = self.program.statements[number]
        frame = sys._getframe(1)
        if statement.kind == "augment":
            self._begun = None
        if statement.kind == "arguments":
            self._activations[id(frame)] = self._activations.get(id(frame), 0) + 1
        self._count(number)
        for target, read in zip(statement.targets, reads, strict=True):
            thing: Any
            home: Home
            if target.kind == "name":
                (thing,) = read
                if target.is_global:
                    home = ("global", frame.f_globals.get("__name__"), target.name)
                else:
                    home = self._place(frame, target.name)
            elif target.kind == "attribute":
                owner, thing = read
                home = self._of(owner, target.name)
            elif target.kind == "named attribute":
                owner, key = read
                thing, home = getattr(owner, key), self._of(owner, key)
                target = Target(f"{target.name}.{key}", "attribute", key)
            else:
                owner, key = read
                if self._is_tensor(owner):
                    home, thing = self._of(owner, "entries"), owner
                    target = Target(target.name, "entry", target.name)
                elif type(owner) is Tracked:
                    if self.turns[number] > FEW and is_costly(owner):
                        continue  # a loop over the entries of a large array
                    home, thing = self._of(owner, "entries"), owner
                    target = Target(target.name, "entry", target.name)
                elif key is Ellipsis:
                    continue
                else:
                    home, thing = self._entry(owner, key), owner[key]
                    target = Target(_spoken(target.text, key), "entry", target.name)
            self._store(statement, number, target, thing, home)

    def _count(self, number: int) -> None:
        self.turns[number] = self.turns.get(number, 0) + 1

    def _place(self, frame: Any, name: str) -> Home:
        return ("local", id(frame), self._activations.get(id(frame), 0), frame.f_code, name)

    def _of(self, owner: Any, name: str) -> Home:
        self._objects.append(owner)
        return ("of", id(owner), name)

    def _entry(self, owner: Any, key: Any) -> Home:
        if isinstance(key, int) and key < 0 and hasattr(owner, "__len__"):
            key += len(owner)
        try:
            hash(key)
        except TypeError:
            key = repr(key)
        return self._of(owner, ("entry", key))  # type: ignore[arg-type]

    def _store(
        self, statement: Statement, number: int, target: Target, thing: Any, home: Home
    ) -> None:
        if type(thing) not in CONTAINERS:
            value = self._value(thing)
            if value is None:
                self.kept.pop(home, None)
            else:
                homes, before = self._keep(thing, value, (home,))
                self._add(statement, number, target, target.text, value, homes, before)
            return
        for text, part, homes in self._parts(target.text, thing, (home,), DEPTH):
            value = self._value(part)
            if value is None:
                for each in homes:
                    self.kept.pop(each, None)
                continue
            inside = homes[0] != home
            homes, before = self._keep(part, value, homes)
            if inside and id(value) in self.named and value not in before and not before:
                continue  # it has a name of its own
            self._add(statement, number, target, text, value, homes, before)

    def _keep(
        self, part: Any, value: Value, homes: tuple[Home, ...]
    ) -> tuple[tuple[Home, ...], tuple[Value, ...]]:
        """All places where a value is kept now, and what was kept there before."""
        if type(part) is Tracked:  # however it is reached
            buffer = part._buffer
            self._objects.append(buffer)
            homes = (*homes, ("memory", id(buffer), part._plain.shape))
        elif self._is_tensor(part):
            homes = (*homes, ("memory", part.untyped_storage().data_ptr(), tuple(part.shape)))
        before = []
        for each in homes:
            if (old := self.kept.get(each)) is not None:
                before.append(old)
            self.kept[each] = value
        return homes, tuple(before)

    def _add(
        self, statement: Statement, number: int, target: Target, text: str, value: Value,
        homes: tuple[Home, ...], before: tuple[Value, ...],
    ) -> None:  # fmt: skip
        self.named.add(id(value))
        stored = Stored(
            statement, target, text, value, homes, before, len(self.tape.notes),
            self.turns[number], len(self.stored),
        )  # fmt: skip
        self.stored.append(stored)
        self.after(stored)

    def _is_tensor(self, thing: Any) -> bool:
        return self.tensors is not None and self.tensors.is_tensor(thing)

    def _value(self, thing: Any) -> Value | None:
        """The recorded value that an array or a number is; None if it is not followed."""
        kind = type(thing)
        if kind is Tracked:
            return value_of(thing) if thing._buffer.tape is Tape.now else None
        if kind in SCALARS:
            value: Value | None = thing._value if thing._tape is Tape.now else None
            return value
        return self.tensors.value(thing) if self._is_tensor(thing) else None

    def _parts(
        self, text: str, thing: Any, homes: tuple[Home, ...], depth: int
    ) -> Iterator[tuple[str, Any, tuple[Home, ...]]]:
        """The arrays and numbers in something stored, each with its text and its homes."""
        kind = type(thing)
        if kind not in CONTAINERS:
            yield text, thing, homes
            return
        if depth == 0 or len(thing) > MOST:
            return
        items = thing.items() if kind is dict else enumerate(thing)
        for key, part in list(items):
            inner = tuple([(*home, key) for home in homes if isinstance(key, str | int)])
            yield from self._parts(
                f"{text}[{key!r}]", part, (*inner, self._entry(thing, key)), depth - 1
            )


def _spoken(text: str, key: Any) -> str:
    """``grads["dW" + str(l)]`` with the key that it was: ``grads['dW2']``."""
    if isinstance(key, str | int) and text.endswith("]"):
        depth = 0
        for at in range(len(text) - 1, -1, -1):
            depth += (text[at] == "]") - (text[at] == "[")
            if depth == 0:
                return f"{text[:at]}[{key!r}]"
    return text
