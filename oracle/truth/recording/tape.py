"""The record itself: values, the notes of the calls that made them, and cuts.

A ``Value`` is one result, once and for all: it is never overwritten. What NumPy overwrites is
memory, and ``memory.py`` knows which values stand where in it. So a record is a pure computation,
however much the code that was recorded worked in place, and the truth about a value that has been
overwritten since is still the truth about that value.

A value is *active* if it is a floating-point number that depends on an input. Only active values
need to be replayed; everything else is a constant of the record, and stands in it as it was.
"""

import functools
import math
import operator
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, Literal

import numpy as np

from oracle.truth.work import counter

OUR_FOLDER = str(Path(__file__).parents[2]) + os.sep
_LIBRARIES = (
    OUR_FOLDER,
    *(sysconfig.get_path(n) + os.sep for n in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(np.__file__).parent) + os.sep,
    "<frozen",
    "<__array_function__",
)
_is_user_file: dict[str, bool] = {}


def is_user_file(name: str) -> bool:
    """True if a file belongs to the user: neither to us, nor to a library."""
    known = _is_user_file.get(name)
    if known is None:
        known = _is_user_file[name] = not name.startswith(_LIBRARIES)
    return known


class Value:
    """One result: its numbers, and the note of the call that made it (None: it was given)."""

    __slots__ = ("active", "array", "first_label", "forgotten", "note")

    def __init__(self, array: Any, active: bool = False, note: "Note | None" = None) -> None:
        self.array = array  # a plain ndarray or scalar, which is never changed
        self.active = active
        self.note = note
        self.first_label = -1  # see memory.py
        self.forgotten: tuple[tuple[int, ...], np.dtype, Literal["C", "F"]] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        if self.forgotten is not None:
            return self.forgotten[0]
        array = self.array
        return array.shape if type(array) is np.ndarray else np.shape(array)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    def leave_memory(self) -> None:
        """Its numbers stand in memory that is about to change: take a copy along.

        None is needed where the same call gives the same numbers again. So ``dW += g`` for each
        sample or time step keeps none of the sums, until somebody asks for one.
        """
        if not self.forget():
            self.array = self.array.copy()

    def forget(self) -> bool:
        """Keep no numbers, if the call that made them can be repeated to the last bit."""
        array = self.array
        if self.note is None or not self.note.is_repeatable:
            return False
        if not array.flags.forc and self.note.op not in VIEWS:
            return False
        self.forgotten = array.shape, array.dtype, "C" if array.flags.c_contiguous else "F"
        del self.array
        return True

    def __getattr__(self, name: str) -> Any:
        """``array``, where it is forgotten: compute it again, and what it was computed from."""
        if name != "array":
            raise AttributeError(name)
        queue = [self]
        while queue:
            one = queue[-1]
            if one.forgotten is None:
                queue.pop()
                continue
            assert one.note is not None
            missing = [v for v in one.note.args if type(v) is Value and v.forgotten is not None]
            queue += missing
            if not missing:
                one.array = one.note.repeated(*one.forgotten)
                one.forgotten = None
        return self.array


# Ufuncs that give the same bits again, on arrays of the same layout.
REPEATABLE = frozenset({
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.square, np.sqrt, np.absolute,
    np.maximum, np.minimum, np.matmul,
})  # fmt: skip
# Calls that show a part of an array, or all of it in another way.
VIEWS: dict[str, Any] = {
    "transpose": np.ndarray.transpose, "getitem": operator.getitem, "reshape": np.ndarray.reshape,
}  # fmt: skip


class Place:
    """A place in the user's code, cheap to take (``line`` is looked up when it is asked for)."""

    __slots__ = ("code", "instruction")

    def __init__(self, code: CodeType, instruction: int) -> None:
        self.code = code
        self.instruction = instruction

    @property
    def file(self) -> str:
        return self.code.co_filename

    @property
    def function(self) -> str:
        return self.code.co_qualname if sys.version_info >= (3, 11) else self.code.co_name

    @property
    def span(self) -> tuple[int, int, int, int]:
        """First and last line, first and last column of the expression that made the call."""
        found = _spans(self.code)
        at = self.instruction // 2
        return found[at] if at < len(found) else (self.code.co_firstlineno,) * 2 + (0, 0)

    @property
    def line(self) -> int:
        return self.span[0]


@functools.lru_cache(maxsize=256)
def _spans(code: CodeType) -> list[tuple[int, int, int, int]]:
    """Of each instruction."""
    found = []
    for line, last, column, end in code.co_positions():
        first = line or code.co_firstlineno
        found.append((first, last or first, column or 0, end or 0))
    return found


_NOWHERE = compile("", "<unknown>", "exec")


def here(above: int) -> tuple[CodeType, int]:
    """The instruction of the user's code that is running, so many frames above at the least."""
    frame = sys._getframe(above)
    while frame is not None:
        code = frame.f_code
        known = _is_user_file.get(code.co_filename)
        if known or (known is None and is_user_file(code.co_filename)):
            return code, frame.f_lasti
        frame = frame.f_back  # type: ignore[assignment]
    return _NOWHERE, 0


class Note:
    """One call: ``function(*args, **kwargs)``, with a ``Value`` wherever a tracked one stood.

    ``op`` is NumPy's own name of it (``add``, ``add.reduce``, ``linalg.norm``, ``getitem``, ...).
    ``outputs`` are the values that it made. Where none of them is active, a number was turned into
    a decision here (a comparison, ``argmax``, ``bool()``, ``int()``), which ``answer`` holds.
    """

    __slots__ = (
        "_code", "_inputs", "_instruction", "answer", "args", "function", "kwargs", "number", "op",
        "outputs",
    )  # fmt: skip

    def __init__(
        self,
        op: str,
        function: Callable[..., Any] | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        number: int,
    ) -> None:
        self.number = number  # of the calls noted before it
        self.op = op
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.outputs: tuple[Value, ...] = ()
        self.answer: Any = None
        self._inputs: tuple[Value, ...] | None = None
        self._code, self._instruction = here(3)

    @property
    def place(self) -> Place:
        return Place(self._code, self._instruction)

    @property
    def line(self) -> int:
        return self.place.line

    @property
    def file(self) -> str:
        return self.place.file

    @property
    def is_decision(self) -> bool:
        return not any(value.active for value in self.outputs)

    @property
    def is_repeatable(self) -> bool:
        """True if the call, made again from the same numbers, gives the same bits."""
        if self.kwargs or len(self.outputs) != 1:
            return False
        if self.op in VIEWS:
            return self.function is VIEWS[self.op]
        if type(self.function) is not np.ufunc or self.function not in REPEATABLE:
            return False
        if len(self.args) != self.function.nin:  # an output is among them
            return False
        return all(type(arg) is Value or isinstance(arg, int | float) for arg in self.args)

    def repeated(self, shape: Any, dtype: Any, order: Literal["C", "F"]) -> np.ndarray:
        """The result of a call that is repeatable."""
        function: Any = self.function
        args = [arg.array if type(arg) is Value else arg for arg in self.args]
        if self.op in VIEWS:
            return np.asarray(function(*args))
        out = np.empty(shape, dtype, order)
        with np.errstate(all="ignore"):
            function(*args, out=out)
        return out

    @property
    def inputs(self) -> tuple[Value, ...]:
        """The values among the arguments, however deep."""
        if self._inputs is None:
            self._inputs = tuple(values_in((self.args, tuple(self.kwargs.values()))))
        return self._inputs

    def __repr__(self) -> str:
        return f"<Note {self.op} line {self.line}>"


SHARED_INPUT = "shared input"  # the kind of cut at which no value left the record


@dataclass(frozen=True)
class Cut:
    """A place where a tracked value left the record: from there on it is a constant in it."""

    kind: str
    place: Place
    text: str

    @property
    def line(self) -> int:
        return self.place.line

    @property
    def file(self) -> str:
        return self.place.file


def values_in(tree: Any) -> Iterator[Value]:
    if type(tree) is Value:
        yield tree
    elif type(tree) is tuple or type(tree) is list:
        for part in tree:
            yield from values_in(part)
    elif type(tree) is dict:
        yield from values_in(list(tree.values()))


class Tape:
    """The record under construction. ``now`` is the one that is being written, if any."""

    now: "Tape | None" = None

    def __init__(self, everything: bool = False) -> None:
        """``everything``: each floating-point array or number that NumPy makes is an input."""
        self.everything = everything
        self.notes: list[Note] = []
        self.cuts: list[Cut] = []
        self.made_text = False  # a tracked number was printed or formatted
        self.buffers: dict[int, Any] = {}  # by the id of the array that owns the memory
        self.large: list[Any] = []  # those that may be forgotten, see memory.py
        self.large_bytes = 0  # since the last look
        self.labelled: list[Value] = []  # see memory.py
        self.first_labels: list[int] = []
        self.next_label = 0

    def note(
        self,
        op: str,
        function: Callable[..., Any] | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None = None,
    ) -> Note:
        note = Note(op, function, args, {} if kwargs is None else kwargs, len(self.notes))
        self.notes.append(note)
        counter.steps += 1
        return note

    def made(
        self,
        op: str,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        array: Any,
    ) -> Value:
        """The one active value that a call made: ``note`` and ``result`` at once."""
        note = Note(op, function, args, kwargs, len(self.notes))
        self.notes.append(note)
        counter.steps += 1
        value = Value(array, True, note)
        note.outputs = (value,)
        return value

    def result(self, note: Note, array: Any) -> Value:
        """The active value of an output that ``note`` made."""
        value = Value(array, True, note)
        note.outputs = (*note.outputs, value) if note.outputs else (value,)
        return value

    def decide(self, op: str, args: tuple[Any, ...], answer: Any) -> None:
        """Numbers became a decision: ``if loss > 3``, ``int(x)``."""
        self.note(op, None, args).answer = answer

    def cut(self, kind: str, text: str) -> None:
        self.cuts.append(Cut(kind, Place(*here(2)), text))
