"""One call in the user's code: NumPy runs it on plain arrays, then it is noted.

``call`` does all but reads and writes of elements (``getitem`` here, ``setitem`` in ``writes.py``).
It takes the plain arrays out of the tracked ones, lets NumPy do its work, wraps the result, and
makes a note if an active value went in. NumPy never gets a tracked array from here, so its results,
errors and warnings are its own.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording.kinds import (
    NUMBERS,
    SCALARS,
    Tracked,
    adopt,
    is_active,
    is_costly,
    like,
    noted,
    plain,
    same_as,
    tag,
    track,
    track_scalar,
    value_of,
)
from oracle.truth.recording.memory import owner_of
from oracle.truth.recording.tape import Tape, Value
from oracle.truth.recording.writes import WRITERS, overwritten, ufunc_at, write

# NumPy's warnings are the user's, not this module's: without a registry here, none of them is
# swallowed as one that this module has already shown. See ``names.at_the_users_line``.
__warningregistry__ = None

# Results that bear the shape of an argument, or its dtype, but not its numbers.
SHAPE_ONLY = frozenset({"zeros_like", "ones_like", "empty_like"})


# Results that are decisions: nothing can be differentiated through them.
DECISIONS = (bool, int, np.bool_, np.integer, np.dtype, type)

SIMPLE = frozenset({int, float, str, slice, bool, type(None), np.float64, type(Ellipsis)})

# NumPy's functions that write numbers to a file, and return nothing.
SAVERS = frozenset({"save", "savetxt", "savez", "savez_compressed"})


def call(op: str, function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """``function(*args, **kwargs)``, noted as ``op``."""
    tape = Tape.now
    if tape is None:
        return function(*map(plain, args), **plain(kwargs))
    if op in WRITERS:
        return write(op, function, args, kwargs, tape)
    if op != "nan_to_num" and (read := _read(args, kwargs, tape)) is not None:
        plain_args, noted_args = read
        result = function(*plain_args, **kwargs)
        return finish(op, function, noted_args, kwargs, result, args, tape)
    if "out" in kwargs:
        out = kwargs["out"]
        out = out[0] if type(out) is tuple and len(out) == 1 else out
        if type(out) is Tracked or type(out) is np.ndarray:
            return _call_into(out, op, function, args, kwargs, tape)
    active = any(map(is_active, args)) or (bool(kwargs) and any(map(is_active, kwargs.values())))
    if op == "nan_to_num" and kwargs.get("copy") is False and type(args[0]) is Tracked:
        kwargs = {name: kwargs[name] for name in kwargs if name != "copy"}
        return _call_into(args[0], op, function, args, kwargs, tape, "copyto")
    if not active:
        result = function(*map(plain, args), **plain(kwargs))
        if type(result) is np.ndarray:
            same = same_as(result, args)
            return tag(result, tape) if same is None else same
        return tag(result, tape) if type(result) in (tuple, list) or tape.everything else result
    noted_args = tuple([noted(arg, tape) for arg in args])
    noted_kwargs = {name: noted(arg, tape) for name, arg in kwargs.items()}
    result = function(*map(plain, args), **plain(kwargs))
    return finish(op, function, noted_args, noted_kwargs, result, args, tape)


def _read(args: tuple, options: dict, tape: Tape) -> tuple[list[Any], tuple[Any, ...]] | None:
    """The plain arguments and those that are noted, of the commonest calls, where speed matters.

    None if no argument is active, or one is neither an array, a number nor a simple option.
    """
    for option in options.values():
        if type(option) not in SIMPLE:
            return None
    active = constants = False
    plain_args: list[Any] = []
    noted_args: list[Any] = []
    for arg in args:
        kind = type(arg)
        if kind is Tracked:
            buffer = arg._buffer
            if buffer.tape is not tape:
                return None
            value = arg._value if arg._version == buffer.version else value_of(arg)
            plain_args.append(arg._plain)
            if value is None:
                noted_args.append(arg)
                constants = True
            else:
                noted_args.append(value)
                active = True
        elif kind in SIMPLE:
            plain_args.append(arg)
            noted_args.append(arg)
        elif kind in SCALARS and arg._tape is tape:
            plain_args.append(arg._plain)
            noted_args.append(arg._value)
            active = True
        else:
            return None
    if not active:
        return None
    if constants:
        noted_args = [noted(arg, tape) if type(arg) is Tracked else arg for arg in noted_args]
    return plain_args, tuple(noted_args)


def finish(
    op: str,
    function: Callable[..., Any],
    noted_args: tuple,
    noted_kwargs: dict[str, Any],
    result: Any,
    args: tuple,
    tape: Tape,
) -> Any:
    """Note a call with active arguments, and wrap its result."""
    if op in SHAPE_ONLY:
        return tag(result, tape)
    kind = type(result)
    if kind is np.ndarray:
        same = same_as(result, args)
        if same is not None:
            if same is not args[0]:
                tape.cut("out", f"{op} wrote into an array that was not named as out=")
            return same
        if result.dtype.kind in NUMBERS:
            value = tape.made(op, function, noted_args, noted_kwargs, result)
            if op == "view" and result.itemsize != owner_of(result).itemsize:
                tape.cut("reinterpreted", "an array was viewed as another type")
            return track(result, tape, value)
        if result.dtype.hasobject:
            tape.cut("objects", f"{op} made an array of objects")
            return result
        note = tape.note(op, function, noted_args, noted_kwargs)
        note.answer = result
        return tag(result, tape)
    if kind is float or isinstance(result, np.inexact):
        note = tape.note(op, function, noted_args, noted_kwargs)
        return track_scalar(result, tape.result(note, result), tape)
    if isinstance(result, (tuple, list)):
        note = tape.note(op, function, noted_args, noted_kwargs)
        parts = [_part(part, note, tape) for part in result]
        if note.is_decision:
            note.answer = result
        return like(result, parts)
    if isinstance(result, np.ndarray):
        tape.cut("subclass", f"{op} made a {kind.__name__}, which is not followed")
    elif isinstance(result, DECISIONS):
        tape.note(op, function, noted_args, noted_kwargs).answer = result
    elif isinstance(result, str):
        tape.made_text = True
    elif result is not None or op in SAVERS:
        tape.cut("object", f"{op} took a value, which is not followed from there")
    return result


def _part(part: Any, note: Any, tape: Tape) -> Any:
    if type(part) is np.ndarray and part.dtype.kind in NUMBERS:
        return track(part, tape, tape.result(note, part))
    if type(part) is float or isinstance(part, np.inexact):
        return track_scalar(part, tape.result(note, part), tape)
    note.outputs += (Value(part),)  # keeps its place among the outputs
    return tag(part, tape)


def _call_into(
    out: Any,
    op: str,
    function: Callable[..., Any],
    args: tuple,
    kwargs: dict[str, Any],
    tape: Tape,
    how: str = "out",
) -> Any:
    """A call that writes its result into ``out``: a new value, and a new version of the memory."""
    target = out if type(out) is Tracked else adopt(out, tape)
    kept = {name: part for name, part in kwargs.items() if name != "out"}
    where = kept.get("where", True)
    old = where is not True and is_active(target)
    active = old or any(map(is_active, args)) or any(map(is_active, kept.values()))
    if active:
        noted_args = tuple([noted(arg, tape) for arg in args])
        noted_kwargs = {name: noted(arg, tape) for name, arg in kept.items()}
        if where is not True:
            noted_kwargs["out"] = noted(target, tape)  # what stays where ``where`` is false
    target._buffer.before_write()
    if how == "out":
        function(*map(plain, args), **plain(kwargs))
    else:
        function(*map(plain, args), **plain(kwargs), copy=False)
    value = None
    if active and target._plain.dtype.kind in NUMBERS:
        note = tape.note(op, function, noted_args, noted_kwargs)
        value = tape.result(note, target._plain)
    elif active:
        tape.note(op, function, noted_args, noted_kwargs).answer = target._plain.copy()
    overwritten(target, value)
    return out


def ufunc_call(self: Any, ufunc: np.ufunc, method: str, *args: Any, **kwargs: Any) -> Any:
    """NEP 13: a ufunc, or one of its methods, met a tracked array or scalar."""
    tape = Tape.now
    if tape is None:
        return getattr(ufunc, method)(*map(plain, args), **plain(kwargs))
    if method == "at":
        return ufunc_at(ufunc, args, tape)
    if method != "__call__":
        return call(f"{ufunc.__name__}.{method}", getattr(ufunc, method), args, kwargs)
    if kwargs:
        return call(ufunc.__name__, ufunc, args, kwargs)
    read = _read(args, {}, tape)
    if read is None:
        return call(ufunc.__name__, ufunc, args, kwargs)
    result = ufunc(*read[0])
    if type(result) is np.ndarray and result.dtype.kind in NUMBERS:
        return track(result, tape, tape.made(ufunc.__name__, ufunc, read[1], {}, result))
    return finish(ufunc.__name__, ufunc, read[1], {}, result, args, tape)


def operator_for(name: str, ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    """The method of an operator: what NumPy would do by way of the ufunc, sooner."""
    real = getattr(np.ndarray, name)
    op = ufunc.__name__
    reflected, in_place = name.startswith("__r"), name.startswith("__i")

    def operate(self: Any, other: Any) -> Any:
        tape = Tape.now
        buffer = self._buffer
        if tape is None or buffer.tape is not tape:
            return real(self, other)
        mine = self._value if self._version == buffer.version else value_of(self)
        kind = type(other)
        if kind is Tracked and other._buffer.tape is tape:
            plain_other = other._plain
            theirs = other._value if other._version == other._buffer.version else value_of(other)
        elif kind in SCALARS and other._tape is tape:
            plain_other, theirs = other._plain, other._value
        else:
            plain_other, theirs = other, other if kind in SIMPLE else None
        if mine is None or theirs is None:
            return real(self, other)
        args = (theirs, mine) if reflected else (mine, theirs)
        if in_place:
            buffer.before_write()
            ufunc(self._plain, plain_other, out=self._plain)
            overwritten(self, tape.made(op, ufunc, args, {}, self._plain))
            return self
        result = ufunc(plain_other, self._plain) if reflected else ufunc(self._plain, plain_other)
        if type(result) is np.ndarray and result.dtype.kind in NUMBERS:
            return track(result, tape, tape.made(op, ufunc, args, {}, result))
        return finish(op, ufunc, args, {}, result, (), tape)

    operate.__name__ = name
    return operate


def getitem(self: Tracked, index: Any) -> Any:
    """``x[index]``."""
    tape = Tape.now
    kind = type(index)
    if kind not in SIMPLE:
        index = plain(index)
    result = self._plain[index]
    buffer = self._buffer
    if tape is None or buffer.tape is not tape:
        return result
    if is_costly(self) and type(result) is np.ndarray and result.base is buffer.owner:
        return adopt(result, tape)  # these entries alone are looked up when they are read
    value = self._value if self._version == buffer.version else value_of(self)
    if value is None:
        if type(result) is np.ndarray:
            return result if result.dtype.hasobject else track(result, tape)
        return result
    if buffer.labels is not None:
        buffer.settle(self._plain, value)
    kept = index if kind in SIMPLE else _kept(index)
    made = tape.made("getitem", operator.getitem, (value, kept), {}, result)
    if type(result) is np.ndarray:
        return track(result, tape, made)
    return track_scalar(result, made, tape)


def _kept(index: Any) -> Any:
    """An index that later writes cannot change."""
    if type(index) is np.ndarray:
        return index.copy()
    if type(index) is tuple:
        return tuple([_kept(part) for part in index])
    return list(index) if type(index) is list else index


def numpy_call(function: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """NEP 18: a NumPy function met a tracked array or scalar."""
    return call(op_name(function), function, args, kwargs)


_op_names: dict[Any, str] = {}


def op_name(function: Any) -> str:
    """NumPy's own name of a function: ``sum``, ``linalg.norm``, ``fft.rfft``."""
    name = _op_names.get(function)
    if name is None:
        module = getattr(function, "__module__", None) or ""
        family = module.split(".")[1] if module.startswith("numpy.") else ""
        name = getattr(function, "__name__", "?")
        if family in ("linalg", "fft", "random"):
            name = f"{family}.{name}"
        elif module.startswith("scipy"):
            name = f"{module.rsplit('._', 1)[0]}.{name}"
        _op_names[function] = name
    return name
