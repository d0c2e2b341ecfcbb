"""Steps: a note, ready to run by torch, with its rule, its arguments and its constants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.truth.recording import Note, Value
from oracle.truth.replay.elementwise import Tensor, quietly, real, tensor, ufunc
from oracle.truth.replay.linalg import LINALG
from oracle.truth.replay.movement import MOVES, VIEWS, gathers
from oracle.truth.replay.others import AFFINE, OTHERS, Affine
from oracle.truth.replay.products import PRODUCTS
from oracle.truth.replay.reductions import REDUCTIONS
from oracle.truth.replay.ufunc_methods import ufunc_method
from oracle.truth.work import counter


class NotReplayable(Exception):  # noqa: N818
    """Torch cannot run this call, or gives a different value than NumPy did."""

    def __init__(self, note: Note | None, reason: str) -> None:
        where = "" if note is None else f"{note.op}, line {note.line}: "
        super().__init__(where + reason)
        self.note = note
        self.op = None if note is None else note.op
        self.line = None if note is None else note.line
        self.reason = reason


class DecisionChanged(Exception):  # noqa: N818
    """With these inputs the user's code would have decided otherwise: it must be run again."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.op}, line {note.line}")
        self.note = note


# The arguments of a note, made ready for torch: constants as tensors, values looked up.


def constant(array: Any) -> Any:
    """A constant of the record as a tensor, or as the number or object that it is."""
    if isinstance(array, np.ndarray):
        kind = array.dtype.kind
        if kind == "f":
            return torch.from_numpy(np.array(array, np.float64))
        if kind == "c":
            return torch.from_numpy(np.array(array, np.complex128))
        if kind == "b":
            return torch.from_numpy(np.array(array))
        if kind in "iu":
            return torch.from_numpy(np.array(array, np.int64))
        return array
    if isinstance(array, np.bool_):
        return bool(array)
    if isinstance(array, np.integer):
        return int(array)
    if isinstance(array, np.floating):
        return float(array)
    return array


def prepared(arg: Any) -> Any:
    """A note's argument with its constants made tensors."""
    kind = type(arg)
    if kind is Value:
        return arg if arg.active else constant(arg.array)
    if kind is list or kind is tuple:
        return kind([prepared(part) for part in arg])
    if isinstance(arg, (np.ndarray, np.generic)):
        return constant(arg)
    return arg


def resolved(arg: Any, tensors: dict[int, Tensor]) -> Any:
    kind = type(arg)
    if kind is Value:
        return tensors[id(arg)]
    if kind is list or kind is tuple:
        return kind([resolved(part, tensors) for part in arg])
    return arg


def recorded_tensors(arg: Any) -> Any:
    """A prepared argument with the recorded numbers in it."""
    kind = type(arg)
    if kind is Value:
        return tensor(constant(np.asarray(arg.array)))
    if kind is list or kind is tuple:
        return kind([recorded_tensors(part) for part in arg])
    return arg


# Steps: a note, ready to run by torch, with the rule that is found for it.

RULES: dict[str, Callable[..., Any]] = {**REDUCTIONS, **PRODUCTS, **LINALG, **OTHERS}
_UFUNC_OPTIONS = ("casting", "order", "dtype", "subok", "signature", "sig")

Instead = Callable[..., Any]


@dataclass(frozen=True)
class TorchCall:
    """A torch function, recorded by ``oracle.truth.torch_recording``: it is its own rule."""

    function: Callable[..., Any]
    name: str  # NumPy's, where it has one
    elementwise: bool

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


class Step:
    """A note, ready to run: its rule, and the arguments of the rule."""

    __slots__ = ("args", "elementwise", "kwargs", "note", "outputs", "rule")

    def __init__(self, note: Note) -> None:
        self.note = note
        self.outputs = note.outputs
        self.elementwise = False
        self.args: tuple = tuple(map(prepared, note.args))
        self.kwargs = {name: prepared(arg) for name, arg in note.kwargs.items()}
        self.rule = self._rule()

    def _rule(self) -> Callable[..., Any]:
        note = self.note
        op = note.op
        if isinstance(note.function, TorchCall):
            self.elementwise = note.function.elementwise
            return note.function
        view = VIEWS.get(op)
        if view is not None and self._tried(view):
            return view
        if op in MOVES or op == "read":
            try:
                found = gathers(note)
            except Exception as error:
                raise NotReplayable(note, f"it does more than move elements ({error})") from error
            if found is not None:
                self.args = tuple(found[0].sources) if found else ()
                self.kwargs = {}
                return _gather_all(found) if len(found) > 1 else found[0]
        if op in AFFINE:
            affine = Affine(note)
            self.args, self.kwargs = tuple(affine.active), {}
            return affine
        rule = RULES.get(op) or RULES.get(op.removeprefix("math."))
        if rule is not None:
            return rule
        name, _, method = op.removeprefix("math.").partition(".")
        if method:
            rule = ufunc_method(name, method)
            if rule is not None:
                return rule
        else:
            rule = ufunc(name)
            if rule is not None:
                for option in _UFUNC_OPTIONS:
                    self.kwargs.pop(option, None)
                self.elementwise = len(self.outputs) == 1
                return _ufunc_where(rule) if "where" in self.kwargs else rule
        raise NotReplayable(note, "there is no rule for it")

    def _tried(self, rule: Callable[..., Any]) -> bool:
        """True if a rule takes these arguments and gives these shapes."""
        try:
            kwargs = {name: recorded_tensors(arg) for name, arg in self.kwargs.items()}
            made = rule(*map(recorded_tensors, self.args), **kwargs)
        except Exception:
            return False
        if made is NotImplemented or len(self.outputs) != 1 or not isinstance(made, Tensor):
            return False
        return tuple(made.shape) == self.outputs[0].shape

    def run(self, tensors: dict[int, Tensor], instead: Instead | None, quiet: bool = False) -> None:
        made: Any
        counter.steps += 1
        try:
            args = [resolved(arg, tensors) for arg in self.args]
            kwargs = {name: resolved(arg, tensors) for name, arg in self.kwargs.items()}
            if quiet and instead is None and self.elementwise:
                made = quietly(self.rule, args, kwargs)
            elif instead is None:
                made = self.rule(*args, **kwargs)
            else:
                made = instead(self.rule, *args, **kwargs)
        except (NotReplayable, DecisionChanged):
            raise
        except Exception as error:
            raise NotReplayable(self.note, f"{type(error).__name__}: {error}") from error
        if isinstance(made, Tensor):
            made = (made,)
        for value, part in zip(self.outputs, made, strict=False):
            if value.active:
                tensors[id(value)] = part


def _gather_all(found: list[Any]) -> Callable[..., Any]:
    return lambda *tensors: [gather(*tensors) for gather in found]


def _ufunc_where(rule: Callable[..., Any]) -> Callable[..., Any]:
    """``np.add(x, y, where=mask, out=z)``."""

    def masked(*args: Any, where: Any, out: Any = None) -> Any:
        where = tensor(where)
        # Entries outside the mask may be nan or inf; their derivative would be 0 · inf.
        safe = [torch.where(where, real(arg), _harmless(arg)) for arg in args]
        made = rule(*safe)
        return torch.where(where, made, torch.zeros_like(made) if out is None else real(out))

    return masked


def _harmless(arg: Any) -> Tensor:
    return torch.full_like(real(arg), 0.5)
