"""Which value stands where in NumPy's memory.

Views and aliases share memory, and a write through one is seen by all. So it is the memory that is
followed, not the arrays: a ``Buffer`` is the memory of one array and all its views, and knows for
each of its elements which value's element was last written there. Every write makes a new version
of the buffer; a view that is older than the last write looks its contents up again when it is next
read. Nothing is copied for that: ``out[i, j] = x`` costs the same however large ``out`` is.

Elements are named by *labels*: each value that was ever written piecewise gets a range of integers,
one for each of its elements, and the label of a constant is −1. Labels are kept in an integer array
of the same layout as the memory, so that NumPy itself says what a write does: whatever is done to
the numbers (``x[mask] = v``, ``np.put_along_axis(x, i, v, 1)``, ...) is done to the labels too.
Most buffers are only ever written as a whole and need no labels.
"""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from oracle.truth.recording.tape import Tape, Value

CONSTANT = -1
MANY = 64  # pieces that a read puts together
LARGE = 16_000  # bytes: of less, the bookkeeping costs more than the memory
LOOK_AFTER = 500_000  # bytes


def owner_of(array: np.ndarray) -> np.ndarray:
    """The array that owns this one's memory (through ``as_strided``'s holders too)."""
    owner = array
    base = array.base
    while base is not None:
        if type(base) is np.ndarray:
            owner = base
        elif isinstance(base, np.ndarray):
            break  # a subclass, perhaps ours: its base is for show
        base = getattr(base, "base", None)
    return owner


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


class Buffer:
    """The memory of one array and its views: who wrote what there."""

    __slots__ = (
        "active",
        "borrowers",
        "face",
        "labels",
        "layout",
        "owner",
        "tape",
        "version",
        "whole",
    )  # fmt: skip

    def __init__(self, tape: Tape, owner: np.ndarray, value: Value | None = None) -> None:
        self.tape = tape
        self.owner = owner
        self.version = 0
        self.active = value is not None  # False: constants only
        self.whole = value  # the one value that fills the buffer, if there is one,
        self.layout: np.ndarray | None = owner  # and the view that it fills it through
        self.labels: np.ndarray | None = None  # otherwise one label for each element
        # The values whose numbers stand in this memory.
        self.borrowers: list[Value] = [] if value is None else [value]
        self.face: Any = None  # the tracked array for ``owner``
        tape.buffers[id(owner)] = self

    def before_write(self) -> None:
        """The memory is about to change: those whose numbers stand in it leave."""
        for value in self.borrowers:
            value.leave_memory()
        self.borrowers.clear()
        self.version += 1

    def keep_layout(self, array: np.ndarray) -> None:
        """``array`` is about to be given another shape in place."""
        if self.layout is array:
            self.layout = array.view()
        for value in self.borrowers:
            if value.array is array:
                value.array = array.view()

    def filled(self, view: np.ndarray, value: Value | None) -> None:
        """Everything that ``view`` shows has been overwritten by ``value`` (None: constants)."""
        if view.size == self.owner.size and (view.flags.c_contiguous or view.flags.f_contiguous):
            self.active = value is not None
            self.whole = value
            self.layout = view
            self.labels = None
        elif value is not None or self.active:
            self.labels_of(view)[...] = self.label(value)

    def write_labels(self, view: np.ndarray, write: Callable[[np.ndarray], Any]) -> None:
        """Do to the labels what has been done to the numbers."""
        write(self.labels_of(view))

    def label(self, value: Value | None) -> Any:
        """The labels of a value's elements, in its shape."""
        if value is None or not value.active:
            return CONSTANT
        size = value.size
        if value.first_label < 0:
            tape = self.tape
            value.first_label = tape.next_label
            tape.next_label += max(size, 1)
            tape.labelled.append(value)
            tape.first_labels.append(value.first_label)
        if not value.shape:
            return value.first_label
        return np.arange(value.first_label, value.first_label + size).reshape(value.shape)

    def labels_of(self, view: np.ndarray) -> np.ndarray:
        """The labels of what ``view`` shows: itself a view of all the buffer's labels."""
        if self.labels is None:
            low, high = _extent(self.owner)
            self.labels = np.full((high - low) // self.owner.itemsize, CONSTANT)
            if self.whole is not None:
                assert self.layout is not None
                self._strided(self.layout)[...] = self.label(self.whole)
            self.active = True
            self.whole = self.layout = None
        return self._strided(view)

    def _strided(self, view: np.ndarray) -> np.ndarray:
        assert self.labels is not None
        size = self.owner.itemsize
        start = (address(view) - _extent(self.owner)[0]) // size
        strides = [s // size * 8 for s in view.strides]
        return as_strided(self.labels[start:], view.shape, strides)

    def read(self, view: np.ndarray) -> Value | None:
        """The value that ``view`` shows now (None: constants)."""
        if not self.active:
            return None
        if self.whole is not None:
            assert self.layout is not None
            if (
                view.shape == self.layout.shape
                and view.strides == self.layout.strides
                and view.itemsize == self.layout.itemsize
                and address(view) == address(self.layout)
            ):
                return self.whole
        if view.itemsize != self.owner.itemsize:
            self.tape.cut("reinterpreted", "memory was written as one type and read as another")
            return None
        labels = self.labels_of(view).ravel()
        tape = self.tape
        owners = np.searchsorted(tape.first_labels, labels, side="right") - 1
        kinds, which = np.unique(owners, return_inverse=True)
        values = tuple(tape.labelled[k] for k in kinds if k >= 0)
        if not values:
            return None
        if len(values) == 1 and kinds[0] >= 0 and values[0].shape == view.shape:
            first = values[0].first_label
            if labels.size == 1 or np.array_equal(labels, np.arange(first, first + labels.size)):
                return values[0]
        # Where each element is found in the values, flattened and laid end to end.
        sizes = [0 if k < 0 else tape.labelled[k].size for k in kinds]
        ends = np.cumsum([0, *sizes[:-1]])
        firsts = np.array([0 if k < 0 else tape.first_labels[k] for k in kinds])
        index = np.where(labels < 0, CONSTANT, labels - firsts[which] + ends[which])
        note = tape.note("read", None, (values, index.reshape(view.shape)))
        value = tape.result(note, view)
        self.borrowers.append(value)
        if len(values) > MANY:
            self.filled(view, value)  # one piece from now on
        return value

    def settle(self, view: np.ndarray, value: Value) -> None:
        """The user's code reads a whole: the next read finds it, and what is written until then."""
        if self.labels is not None and view.size == self.owner.size:
            self.filled(view, value)


def _extent(array: np.ndarray) -> tuple[int, int]:
    """The addresses of the first byte and of the one after the last."""
    low = high = address(array)
    if array.size:
        for n, stride in zip(array.shape, array.strides, strict=True):
            if stride < 0:
                low += (n - 1) * stride
            else:
                high += (n - 1) * stride
    return low, high + array.itemsize


# Arrays that the user's code has let go of: the record need not keep the numbers either.
#
# Of a step of training most large arrays are intermediates, as in ``dz = (dy @ W.T + dh) * slope``.
# To keep them all takes fresh memory for each, which costs more than the call. From time to time
# those are looked up that nobody but the record refers to, and whose call can be repeated.


def watch(buffer: Buffer, size: int) -> None:
    """Look up later if the memory of a fresh array, of so many bytes, is still reached."""
    tape = buffer.tape
    tape.large.append((buffer, size))
    tape.large_bytes += size
    if tape.large_bytes > LOOK_AFTER:
        tape.large = [each for each in tape.large if _is_kept(each[0])]
        # The more is still reached, the later is the next look.
        tape.large_bytes = -sum(size for _, size in tape.large) // 2


def _is_kept(buffer: Buffer) -> bool:
    value = buffer.whole
    if value is None or value.note is None or not value.note.is_repeatable:
        return False  # it will never be forgotten
    alone = len(buffer.borrowers) == 1 and buffer.borrowers[0] is value
    if not alone or value.array is not buffer.owner or _references(buffer) != _ALONE:
        return True
    if value.forget():
        del buffer.tape.buffers[id(buffer.owner)]
        buffer.borrowers.clear()
        buffer.face = buffer.layout = buffer.whole = None
        buffer.owner = _NOTHING
    return False


def _references(buffer: Buffer) -> tuple[int, int]:
    """How many references there are to the tracked array and to the plain one."""
    return sys.getrefcount(buffer.face), sys.getrefcount(buffer.owner)


class _Face(np.ndarray):
    __slots__ = ("_buffer", "_plain")
    _buffer: Buffer
    _plain: np.ndarray


def _alone() -> tuple[int, int]:
    """The references to an array that only the record has."""
    array = np.empty(1)
    buffer = Buffer(Tape(), array, Value(array, True))
    buffer.face = array.view(_Face)
    buffer.face._plain, buffer.face._buffer = array, buffer
    del array
    return _references(buffer)


_ALONE = _alone()
_NOTHING = np.empty(0)
