"""Writes into arrays: each makes a new version of the memory, and a value of what was put down.

What a function does to the numbers of its first argument is done to their labels as well
(``memory.py``), so NumPy itself says where each written element goes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording.kinds import NUMBERS, Tracked, adopt, is_active, noted, plain, strangers
from oracle.truth.recording.tape import Tape, Value

__warningregistry__ = None  # see calls.py

# Functions that write into their first argument: the place and the name of what they write there
# (None: they only move what is there).
WRITERS: dict[str, tuple[int, str] | None] = {
    "copyto": (1, "src"),
    "put": (2, "v"),
    "put_along_axis": (2, "values"),
    "place": (2, "vals"),
    "putmask": (2, "values"),
    "fill_diagonal": (1, "val"),
    "fill": (1, "value"),
    "itemset": (-1, "value"),
    "flat write": (1, "source"),
    "method sort": None,
    "method partition": None,
    "shuffle": None,
}


def write(op: str, function: Callable[..., Any], args: tuple, kwargs: dict, tape: Tape) -> Any:
    """``np.put_along_axis(x, i, v, 1)`` and the like: what is done to x is done to its labels."""
    target = args[0]
    if type(target) is not Tracked:
        if type(target) is not np.ndarray:
            return function(*map(plain, args), **plain(kwargs))
        target = adopt(target, tape)
    spot = WRITERS[op]
    rest, named = list(args[1:]), dict(kwargs)
    written: Value | None = None
    if spot is not None:
        place, name = spot
        held: Any = named if name in named else rest
        key: Any = name if name in named else (place - 1 if place > 0 else len(rest) - 1)
        written = _written(op, held[key], target, tape)
        followed = written is not None or target._buffer.active
    else:
        followed = target._buffer.active
    if not followed:
        target._buffer.before_write()
        result = function(*map(plain, args), **plain(kwargs))
        target._buffer.filled(target._plain, None)
        target._version = -1
        return result
    plain_rest, plain_named = [plain(part) for part in rest], plain(named)
    buffer = target._buffer
    if spot is None:  # a permutation: run it on the numbers 0, 1, 2, ... as well
        order = _order(op, function, target._plain, plain_rest, plain_named)
        buffer.before_write()
        result = function(target._plain, *plain_rest, **plain_named)
        labels = buffer.labels_of(target._plain)
        labels[...] = labels.ravel()[order]
    else:
        buffer.before_write()
        result = function(target._plain, *plain_rest, **plain_named)
        held = plain_named if name in named else plain_rest
        held[key] = buffer.label(written)
        if op == "copyto":
            plain_named["casting"] = "unsafe"
        if op == "fill" or op == "itemset":
            held[key] = int(held[key])
        buffer.write_labels(
            target._plain, lambda labels: function(labels, *plain_rest, **plain_named)
        )
    target._version = -1
    return result


def _written(op: str, source: Any, target: Tracked, tape: Tape) -> Value | None:
    """The value that a write puts down, noted so that each write has its line."""
    if not is_active(source) and not strangers(source, tape):
        return None
    value = noted(source, tape)
    if target._plain.dtype.kind not in NUMBERS:
        tape.note(op, None, (value,)).answer = "integers"
        return None
    if type(value) is not Value:  # a list with tracked arrays or numbers in it
        value = tape.result(tape.note("array", np.array, (value,)), np.array(plain(source)))
    return tape.result(tape.note(op, None, (value,)), value.array)


def _order(
    op: str, function: Callable[..., Any], array: np.ndarray, rest: list[Any], named: dict[str, Any]
) -> np.ndarray:
    """The place in the flattened ``array`` of each element that a sort or shuffle writes."""
    index = np.arange(array.size).reshape(array.shape)
    if op == "shuffle":
        function(index, *rest, **named)  # on a generator in the state that it is in: stand_ins.py
        return index
    if op == "method sort":
        axis = named.get("axis", rest[0] if rest else -1)
        order = np.argsort(array, axis=axis, kind="stable")
    else:
        axis = named.get("axis", rest[1] if len(rest) > 1 else -1)
        order = np.argpartition(array, *rest, **named)
    return np.take_along_axis(index, order, axis)


def ufunc_at(ufunc: np.ufunc, args: tuple, tape: Tape) -> None:
    """``np.add.at(x, i, v)``: a new value for all of x."""
    target = args[0] if type(args[0]) is Tracked else adopt(args[0], tape)
    active = is_active(target) or any(map(is_active, args[1:]))
    given = (noted(target, tape), *[noted(arg, tape) for arg in args[1:]]) if active else ()
    target._buffer.before_write()
    ufunc.at(*map(plain, args))
    value = None
    if active and target._plain.dtype.kind in NUMBERS:
        value = tape.result(tape.note(f"{ufunc.__name__}.at", ufunc, given), target._plain)
    overwritten(target, value)


def overwritten(target: Tracked, value: Value | None) -> None:
    """All of ``target`` has just been overwritten by ``value``, whose numbers stand there now."""
    buffer = target._buffer
    buffer.filled(target._plain, value)
    if value is not None:
        buffer.borrowers.append(value)
    target._value = value
    target._version = buffer.version


def setitem(self: Tracked, index: Any, source: Any) -> None:
    """``x[index] = source``."""
    tape = Tape.now
    index = plain(index)
    buffer = self._buffer
    if tape is None or buffer.tape is not tape:
        self._plain[index] = plain(source)
        return
    written = _written("setitem", source, self, tape)
    buffer.before_write()
    self._plain[index] = plain(source)
    if written is not None or buffer.active:
        view = self._plain
        everything = index is Ellipsis or (type(index) is slice and index == slice(None))
        if everything and written is not None and written.shape == view.shape:
            buffer.filled(view, written)
            self._value, self._version = written, buffer.version
            return
        buffer.labels_of(view)[index] = buffer.label(written)
    self._version = -1
