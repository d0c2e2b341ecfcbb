"""Functions that only move elements: reshaping, indexing, joining, splitting, padding, ...

There are dozens of them, with many options, and one mechanism serves all: the NumPy function runs
once more, on labels in place of the numbers, and its result says where each element came from. The
replay then is a single gather. A label is a number that occurs in no data; an entry of the result
that is no label is a constant. That the function only moves elements is checked: the gather of the
recorded inputs must be the recorded output, bit for bit.

The most frequent ones, which torch does as views, have rules of their own.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from oracle.truth.recording.tape import Note, Value
from oracle.truth.replay.elementwise import Tensor, real, tensor

_FAR = 2.0**40  # labels are _FAR + ½, _FAR + 1½, ...: no integer, and far from any data

# fmt: off
MOVES = frozenset((
    "CClass", "RClass", "append", "apply_along_axis", "array", "array_split", "as_strided",
    "asanyarray", "asarray", "asarray_chkfinite", "ascontiguousarray", "asfortranarray",
    "astype", "atleast_1d", "atleast_2d", "atleast_3d", "block", "broadcast_arrays",
    "broadcast_to", "byteswap", "choose", "column_stack", "compress", "concat", "concatenate",
    "copy", "delete", "diag", "diagflat", "diagonal", "dsplit", "dstack", "expand_dims",
    "extract", "flatten", "flip", "fliplr", "flipud", "fromiter", "full", "full_like",
    "getitem", "hsplit", "hstack", "insert", "item", "linalg.diagonal",
    "linalg.matrix_transpose", "matrix_transpose", "meshgrid", "moveaxis", "pad", "partition",
    "permute_dims", "piecewise", "random.choice", "random.permutation", "random.permuted",
    "ravel", "repeat", "require", "reshape", "resize", "roll", "rollaxis", "rot90", "row_stack",
    "select", "sliding_window_view", "split", "squeeze", "stack", "swapaxes", "take",
    "take_along_axis", "tile", "transpose", "tril", "trim_zeros", "triu", "unique", "unstack",
    "vectorize", "view", "vsplit", "vstack",
))
# fmt: on


class Gather:
    """The place of each element of an output in the inputs, flattened and joined."""

    def __init__(self, sources: list[Value], index: np.ndarray, constant: np.ndarray) -> None:
        self.sources = sources
        self.shape = index.shape
        self.index = torch.from_numpy(np.maximum(index, 0).reshape(-1))
        moved = index >= 0
        self.moved = None if moved.all() else torch.from_numpy(moved.reshape(-1))
        self.constant = torch.zeros(0)
        if self.moved is not None:
            kind = complex if constant.dtype.kind == "c" else float
            self.constant = torch.from_numpy(constant.astype(kind).reshape(-1))

    def __call__(self, *tensors: Tensor) -> Tensor:
        flat = [x.reshape(-1) for x in tensors]
        made = (flat[0] if len(flat) == 1 else torch.cat(flat))[self.index]
        if self.moved is not None:
            made = torch.where(self.moved, made, self.constant)
        return made.reshape(self.shape)

    def is_right(self, output: Any) -> bool:
        """True if the recorded inputs, moved, are the recorded output."""
        flat = np.concatenate([np.ravel(value.array) for value in self.sources])
        out = np.ravel(output)
        if out.size != self.index.numel():
            return False
        moved = flat[self.index.numpy()].astype(out.dtype)
        where = slice(None) if self.moved is None else self.moved.numpy()
        return np.array_equal(moved[where], out[where], equal_nan=True)


def gathers(note: Note) -> list[Gather] | None:
    """A ``Gather`` for each output of a note; None if it does more than move elements."""
    if note.op == "read":
        values, index = note.args
        return [Gather(list(values), index, np.asarray(note.outputs[0].array))]
    if note.function is None:
        return None
    if note.op in BY_VALUE:
        return BY_VALUE[note.op](note)
    sources: list[Value] = []
    start = 0

    def labelled(arg: Any) -> Any:
        nonlocal start
        if type(arg) is Value:
            array = np.asarray(arg.array)
            if not arg.active:
                return arg.array if array.dtype.kind not in "fc" else np.zeros(array.shape)
            sources.append(arg)
            labels = _FAR + 0.5 + np.arange(start, start + array.size).reshape(array.shape)
            start += array.size
            return labels if isinstance(arg.array, np.ndarray) else np.float64(labels)
        if type(arg) is list or type(arg) is tuple:
            return type(arg)([labelled(part) for part in arg])
        if isinstance(arg, (type, np.dtype)):
            return np.float64  # as wide as the labels
        return arg

    args = tuple(labelled(arg) for arg in note.args)
    kwargs = {
        name: np.float64 if name == "dtype" and arg is not None else labelled(arg)
        for name, arg in note.kwargs.items()
    }
    if note.op == "astype":
        args = args[:1]
        kwargs = {}
        result: Any = args[0]
    else:
        result = note.function(*args, **kwargs)
    parts = result if isinstance(result, (tuple, list)) else [result]
    if len(parts) != len(note.outputs):
        return None
    made = []
    for part, output in zip(parts, note.outputs, strict=True):
        labels = np.asarray(part)
        if labels.dtype.kind != "f":
            made.append(Gather(sources[:1], np.full(labels.shape, -1), np.asarray(output.array)))
            continue
        index = np.where(labels >= _FAR, labels - (_FAR + 0.5), -1.0)
        if not np.array_equal(index, np.floor(index)):
            return None
        gather = Gather(sources, index.astype(np.int64), np.asarray(output.array))
        if not gather.is_right(output.array):
            return None
        made.append(gather)
    return made


# Where these move an element depends on the numbers, so the recorded ones decide


def _partition(note: Note) -> list[Gather] | None:
    x, *rest = note.args
    where = np.argpartition(x.array, *rest, **note.kwargs)
    axis = note.kwargs.get("axis", rest[1] if len(rest) > 1 else -1)
    index = np.arange(x.array.size)
    if axis is not None:
        index = np.take_along_axis(index.reshape(x.array.shape), where, axis)
    else:
        index = index[where]
    return _checked(note, x, index)


def _unique(note: Note) -> list[Gather] | None:
    x = note.args[0]
    if note.kwargs.get("axis") is not None or len(note.args) > 1:
        return None
    return _checked(note, x, np.unique(x.array, return_index=True)[1])


def _checked(note: Note, x: Value, index: np.ndarray) -> list[Gather] | None:
    gather = Gather([x], index, np.asarray(note.outputs[0].array))
    return [gather] if gather.is_right(note.outputs[0].array) else None


BY_VALUE: dict[str, Callable[[Note], list[Gather] | None]] = {
    "partition": _partition,
    "unique": _unique,
}


# Views, which torch has too


def _ints(shape: tuple) -> list[int]:
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = tuple(shape[0])
    return [int(n) for n in shape]


def _transpose(x: Any, *args: Any, axes: Any = None) -> Tensor:
    x = tensor(x)
    order = axes if axes is not None else args
    if order is None or not len(order) or order == (None,):
        return x.permute(*reversed(range(x.ndim)))
    return x.permute(_ints(tuple(order)))


def _reshape(x: Any, *shape: Any, order: str = "C", newshape: Any = None, copy: Any = None,
             ) -> Any:  # fmt: skip
    shape = shape if newshape is None else (newshape,)
    if order != "C" or (len(shape) > 1 and isinstance(shape[-1], str)):
        return NotImplemented
    return tensor(x).reshape(_ints(shape))


def _flat(x: Any, order: str = "C") -> Any:
    return tensor(x).reshape(-1) if order == "C" else NotImplemented


def _getitem(x: Any, index: Any) -> Any:
    """Integers, slices forwards, None and ... : a view in torch as well."""
    for part in index if type(index) is tuple else (index,):
        simple = part is None or part is Ellipsis or type(part) is int
        if not simple and not (type(part) is slice and (part.step is None or part.step > 0)):
            return NotImplemented
    return x[index]


def _squeeze(x: Any, axis: Any = None) -> Tensor:
    if axis is None:
        return x.squeeze()
    return x.squeeze(tuple(axis) if isinstance(axis, (tuple, list)) else axis)


def _concatenate(arrays: Any, axis: Any = 0, **_: Any) -> Any:
    if isinstance(arrays, Tensor) or axis is None:
        return NotImplemented
    return torch.cat([real(x) for x in arrays], axis)


def _stack(arrays: Any, axis: int = 0, **_: Any) -> Any:
    if isinstance(arrays, Tensor):
        return NotImplemented
    return torch.stack([real(x) for x in arrays], axis)


def _expand_dims(x: Any, axis: Any) -> Any:
    return x.unsqueeze(axis) if isinstance(axis, int) else NotImplemented


def _same(x: Any, *_: Any, **__: Any) -> Any:
    return x if isinstance(x, Tensor) else NotImplemented


def _array(x: Any, *args: Any, **kwargs: Any) -> Any:
    return NotImplemented if "ndmin" in kwargs else tensor(x)


def _astype(x: Any, dtype: Any, *_: Any, **__: Any) -> Tensor:
    return x.to(torch.complex128) if np.dtype(dtype).kind == "c" else x


VIEWS: dict[str, Callable[..., Any]] = {
    "array": _array,
    "asanyarray": _array,
    "asarray": _array,
    "ascontiguousarray": _same,
    "astype": _astype,
    "broadcast_to": lambda x, shape, subok=False: tensor(x).broadcast_to(_ints((shape,))),
    "concatenate": _concatenate,
    "copy": _same,
    "expand_dims": _expand_dims,
    "flatten": _flat,
    "getitem": _getitem,
    "matrix_transpose": lambda x: x.mT,
    "moveaxis": lambda x, source, destination: torch.movedim(x, source, destination),
    "ravel": _flat,
    "reshape": _reshape,
    "squeeze": _squeeze,
    "stack": _stack,
    "swapaxes": lambda x, axis1, axis2: x.swapaxes(axis1, axis2),
    "transpose": _transpose,
    # A write puts the value down as it is; see recording/memory.py for where.
    **dict.fromkeys(
        (
            "setitem",
            "copyto",
            "put",
            "put_along_axis",
            "place",
            "putmask",
            "fill_diagonal",
            "fill",
            "itemset",
            "flat write",
        ),
        _same,
    ),
}
