"""Torch tensors of a traced script: each call is noted as NumPy's are, under NumPy's names.

A tensor shows memory, as an array does, and memory.py knows which value stands where in it. So
views, ``p.data``, and what is written in place are followed as in NumPy. Torch itself runs a
noted call again.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from oracle.truth.recording.kinds import noted, plain, track_scalar
from oracle.truth.recording.memory import Buffer
from oracle.truth.recording.tape import Tape, Value
from oracle.truth.replay import TorchCall
from oracle.truth.torch_compat import TorchFunctionMode, unseen_by_modes
from oracle.truth.torch_recording import ELEMENTWISE, named

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "div": operator.truediv, "pow": operator.pow, "matmul": operator.matmul,
}  # fmt: skip
# What shows the same numbers, and what only asks for something.
SAME = frozenset(
    {"data", "detach", "detach_", "requires_grad_", "contiguous", "cpu", "grad", "alias",
     "retain_grad", "backward", "__set__", "__delete__", "manual_seed", "__repr__", "__format__"}
)  # fmt: skip
LEAVING = frozenset({"__float__", "tolist", "numpy", "__array__", "__reduce_ex__"})
SHAPES_ONLY = ("_like", "new_")
FLOATS = (torch.float64, torch.float32)


class Again(TorchCall):
    """A call of torch's, which takes and gives arrays, too."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not any(isinstance(arg, torch.Tensor) for arg in (*args, *kwargs.values())):
            return _as_arrays(self.function(*map(_as_tensors, args), **_as_tensors(kwargs)))
        return self.function(*map(_with_tensors, args), **kwargs)


def _as_tensors(tree: Any) -> Any:
    if isinstance(tree, np.ndarray | np.floating):
        return torch.from_numpy(np.array(tree))
    if isinstance(tree, dict):
        return {key: _as_tensors(part) for key, part in tree.items()}
    return type(tree)(map(_as_tensors, tree)) if type(tree) in (list, tuple) else tree


_with_tensors = _as_tensors


def _as_arrays(made: Any) -> Any:
    if isinstance(made, torch.Tensor):
        return made.numpy()
    return type(made)(map(_as_arrays, made)) if type(made) in (list, tuple) else made


class Tensors(TorchFunctionMode):
    """While it is entered, the calls of torch's functions are noted on a tape."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.tape = tape
        self._buffers: dict[int, Buffer] = {}  # by the address of the memory

    def is_tensor(self, thing: Any) -> bool:
        return isinstance(thing, torch.Tensor)

    # -- what stands in a tensor -------------------------------------------------------------------

    def value(self, tensor: torch.Tensor) -> Value | None:
        """The value that a tensor holds now; None if it is not of the kind that is followed."""
        with unseen_by_modes():
            if not _is_followed(tensor):
                return None
            buffer = self._buffer(tensor)
            known = tensor.__dict__.get("_oracle_value")
            if known is not None and known[0] is buffer and known[1] == buffer.version:
                found: Value = known[2]
                return found
            array = tensor.detach().numpy()
            value = buffer.read(array)
            if value is None:
                value = Value(array, True)
                self._fill(buffer, array, value)
            return self._keep(tensor, buffer, value)

    def _keep(self, tensor: torch.Tensor, buffer: Buffer, value: Value) -> Value:
        tensor.__dict__["_oracle_value"] = buffer, buffer.version, value
        return value

    def _fill(self, buffer: Buffer, array: np.ndarray, value: Value) -> None:
        buffer.filled(array, value)
        buffer.borrowers.append(value)

    def _buffer(self, tensor: torch.Tensor) -> Buffer:
        memory = tensor.untyped_storage()
        buffer = self._buffers.get(memory.data_ptr())
        if buffer is None:
            whole = torch.empty(0, dtype=tensor.dtype).set_(memory).numpy()
            buffer = self._buffers[memory.data_ptr()] = Buffer(self.tape, whole)
            array = tensor.detach().numpy()
            if array.size != whole.size:  # a view is seen first
                self._fill(buffer, whole, Value(whole, True))
        return buffer

    # -- calls -------------------------------------------------------------------------------------

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        args, kwargs_ = tuple(args), kwargs or {}
        given = tuple(map(plain, args)), plain(kwargs_)
        name = getattr(func, "__name__", "")
        if name == "__get__":
            name = getattr(getattr(func, "__self__", None), "__name__", name)
        if Tape.now is not self.tape or name in SAME or not _holds_floats(args):
            return func(*given[0], **given[1])
        if name in LEAVING:
            self.tape.cut(name, f"a tensor left torch by way of {name.strip('_')}")
            return func(*given[0], **given[1])
        if name == "__setitem__":
            return self._put(func, args, given[0])
        if _writes(name):
            return self._write(func, name, args, kwargs_, given)
        before = [self._noted(arg) for arg in args], {k: self._noted(a) for k, a in kwargs_.items()}
        result = func(*given[0], **given[1])
        if name.endswith(SHAPES_ONLY[0]) or name.startswith(SHAPES_ONLY[1]):
            return result
        return self._made(func, name, before, result, args)

    def _made(self, func: Any, name: str, before: Any, result: Any, args: tuple) -> Any:
        """Note a call and what it made."""
        if name == "item" and type(result) is float:
            again = Again(lambda x: x.reshape(()), "item", False)
            narrow = args[0].detach().numpy().dtype.type
            value = self._note("item", again, before[0], before[1], narrow(result))
            return track_scalar(result, value, self.tape)
        if isinstance(result, torch.Tensor):
            if _is_followed(result) and not any(result is arg for arg in args):
                op, again, noted_args = self._again(func, name, *before)
                array = result.detach().numpy()
                self._follow(result, array, self._note(op, again, noted_args, before[1], array))
        elif isinstance(result, tuple | list):
            parts = [part for part in result if isinstance(part, torch.Tensor)]
            wanted = [i for i, part in enumerate(result) if _is_followed(part)]
            if wanted and len(parts) == len(result):
                rule = Again(lambda *a, **k: [func(*a, **k)[i] for i in wanted], name, False)
                note = self.tape.note(named(name, before[0])[0], rule, tuple(before[0]), before[1])
                for i in wanted:
                    array = result[i].detach().numpy()
                    self._follow(result[i], array, self.tape.result(note, array))
        return result

    def _note(self, op: str, again: Any, args: Any, kwargs: Any, array: Any) -> Value:
        return self.tape.made(op, again, tuple(args), kwargs, array)

    def _follow(self, tensor: torch.Tensor, array: np.ndarray, value: Value) -> None:
        buffer = self._buffers.get(tensor.untyped_storage().data_ptr())
        if buffer is None:
            buffer = self._buffer(tensor)
            self._fill(buffer, array, value)
        else:
            buffer.borrowers.append(value)  # a view
        self._keep(tensor, buffer, value)

    def _again(self, func: Any, name: str, args: list[Any], kwargs: Any) -> tuple[str, Any, Any]:
        """The name, the function and the arguments of a call, as they are noted."""
        word = name.strip("_")
        if word[:1] == "r" and word[1:] in OPERATORS and name.startswith("__"):
            word, args = word[1:], args[::-1]
        op, elementwise = named(word, args)
        if word in OPERATORS and not kwargs:
            return op, Again(OPERATORS[word], op, elementwise), args
        if word in ("add", "sub") and "alpha" in kwargs:
            args = [args[0], self._scaled(args[1], kwargs.pop("alpha"))]
            return op, Again(OPERATORS[word], op, elementwise), args
        return op, Again(func, op, elementwise), args

    def _scaled(self, value: Any, by: Any) -> Any:
        """``alpha`` times the second argument of ``add``."""
        number = by.array if isinstance(by, Value) else by
        array = np.asarray(value.array * number) if isinstance(value, Value) else value * number
        again = Again(operator.mul, "multiply", True)
        return self._note("multiply", again, (by, value), {}, array)

    # -- writes ------------------------------------------------------------------------------------

    def _put(self, func: Any, args: tuple, given: tuple) -> Any:
        """``x[index] = source``: what is put down is noted, as in NumPy."""
        target, index, source = args
        if not _is_followed(target):
            return func(*given)
        self.value(target)
        buffer = self._buffer(target)
        value = self._noted(source)
        written = value if isinstance(value, Value) and value.active else None
        if written is not None:
            note = self.tape.note("setitem", None, (written,))
            written = self.tape.result(note, written.array)
        buffer.before_write()
        result = func(*given)
        array = target.detach().numpy()
        buffer.labels_of(array)[_as_index(plain(index))] = buffer.label(written)
        return result

    def _write(self, func: Any, name: str, args: tuple, kwargs: dict, given: Any) -> Any:
        """A function that writes into its first argument, all of it."""
        target = args[0]
        if not isinstance(target, torch.Tensor) or not _is_followed(target):
            return func(*given[0], **given[1])
        before = [self._noted(arg) for arg in args]
        options = {key: self._noted(arg) for key, arg in kwargs.items()}
        buffer = self._buffer(target)
        buffer.before_write()
        result = func(*given[0], **given[1])
        array = target.detach().numpy()
        word = name.strip("_")
        word = word[1:] if name.startswith("__i") else word
        if word in ("zero", "fill", "normal", "uniform"):
            buffer.filled(array, None)
            return result
        if word in ELEMENTWISE:
            op, again, before = self._again(_apart(func), word, before, options)
            options = {k: o for k, o in options.items() if k != "alpha"}
        elif word == "copy":
            op, again, before = "copy", Again(_copied, "copy", True), before[1:]
        else:
            op, again = f"torch.{word}", Again(_apart(func), f"torch.{word}", False)
        value = self._note(op, again, before, options, array)
        self._fill(buffer, array, value)
        self._keep(target, buffer, value)
        return result

    def _noted(self, arg: Any) -> Any:
        if isinstance(arg, torch.Tensor):
            value = self.value(arg)
            return Value(arg.detach().clone().numpy()) if value is None else value
        if type(arg) in (tuple, list):
            return type(arg)([self._noted(part) for part in arg])
        return list(arg) if type(arg) is range else noted(arg, self.tape)


def _is_followed(tensor: Any) -> bool:
    return (
        isinstance(tensor, torch.Tensor)
        and tensor.dtype in FLOATS
        and tensor.device.type == "cpu"
        and tensor.layout == torch.strided
    )


def _holds_floats(tree: Any) -> bool:
    if type(tree) in (tuple, list):
        return any(map(_holds_floats, tree))
    return _is_followed(tree)


def _writes(name: str) -> bool:
    if name.startswith("__"):
        return name.startswith("__i") and name.strip("_")[1:] in OPERATORS
    return name.endswith("_")


def _apart(func: Any) -> Callable[..., Any]:
    """A function that writes, on a copy of its first argument."""

    def written(old: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        new = old.clone()
        func(new, *args, **kwargs)
        return new

    return written


def _copied(source: torch.Tensor, *args: Any) -> torch.Tensor:
    return source.clone()


def _as_index(index: Any) -> Any:
    """The same index for NumPy."""
    if isinstance(index, torch.Tensor):
        return index.detach().numpy()
    if type(index) is tuple:
        return tuple(map(_as_index, index))
    return list(index) if type(index) is range else index
