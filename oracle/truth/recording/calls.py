"""One call of the user's: the real NumPy runs it on the real arrays, then it is noted.

``call`` is the door through which everything goes that is not a plain read or write of elements
(those are ``getitem`` and ``setitem``). It always does the same: take the plain arrays out of the
tracked ones, let NumPy do what it does, wrap what comes back, and make a note if an active value
went in. NumPy never sees a tracked array from here, so its results, errors and warnings are
its own.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording.arrays import SCALARS, Tracked, track_scalar
from oracle.truth.recording.memory import Buffer, owner_of
from oracle.truth.recording.tape import Tape, Value

# NumPy's warnings are the user's, not this module's: without a registry here, none of them is
# swallowed as one that this module has already shown. See warned.py.
__warningregistry__ = None

# Results that bear the shape of an argument, or its dtype, but not its numbers.
SHAPE_ONLY = frozenset({"zeros_like", "ones_like", "empty_like"})

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
_SPECIAL = frozenset({Tracked, *SCALARS})
_NUMBERS = "fc"


# Taking the plain arrays out


def holds_tracked(tree: Any) -> bool:
    """Whether a tracked array or scalar stands anywhere in nested lists and tuples."""
    kind = type(tree)
    if kind is list or kind is tuple:
        return any(map(holds_tracked, tree))
    return kind in _SPECIAL


def plain(tree: Any) -> Any:
    """The same with NumPy's own arrays and scalars in it: those that the user would have."""
    kind = type(tree)
    if kind in _SPECIAL:
        return tree._plain
    if kind is list or kind is tuple:
        if holds_tracked(tree):
            return kind(map(plain, tree))
    elif kind is dict:
        return {name: plain(part) for name, part in tree.items()}
    elif kind is slice or kind is np.ndarray or kind is str:
        return tree
    elif hasattr(tree, "_oracle_real"):
        return tree._oracle_real  # a stand-in
    return tree


def value_of(tracked: Tracked) -> Value | None:
    """What a tracked array holds now; None if nothing in it depends on an input."""
    buffer = tracked._buffer
    if tracked._version != buffer.version:
        if buffer.active and tracked._plain.dtype.kind in _NUMBERS:
            tracked._value = buffer.read(tracked._plain)
        else:
            tracked._value = None
        tracked._version = buffer.version
    return tracked._value


def _is_active(tree: Any) -> bool:
    kind = type(tree)
    if kind is Tracked:
        return tree._buffer.tape is Tape.now and value_of(tree) is not None
    if kind in SCALARS:
        return tree._tape is Tape.now
    if kind is list or kind is tuple:
        return any(map(_is_active, tree))
    return False


def _noted(tree: Any, tape: Tape) -> Any:
    """The same with values in it: what goes into a note."""
    kind = type(tree)
    if kind is Tracked:
        if tree._buffer.tape is not tape:
            return Value(tree._plain.copy())
        value = value_of(tree)
        if value is None:
            value = Value(tree._plain)
            tree._buffer.borrowers.append(value)
        return value
    if kind in SCALARS:
        return tree._value if tree._tape is tape else tree._plain
    if kind is np.ndarray:
        return _noted_stranger(tree, tape)
    if kind is list or kind is tuple:
        return kind([_noted(part, tape) for part in tree])
    return tree


def _noted_stranger(array: np.ndarray, tape: Tape) -> Any:
    """A plain array among tracked ones: a constant, unless its memory is known after all."""
    buffer = tape.buffers.get(id(owner_of(array)))
    if buffer is not None and buffer.active and array.dtype.kind in _NUMBERS:
        value = buffer.read(array)
        if value is not None:
            return value
    return Value(array.copy())


def strangers(tree: Any, tape: Tape) -> bool:
    """Whether a plain array has the memory of a tracked one that is active."""
    if type(tree) is np.ndarray:
        buffer = tape.buffers.get(id(owner_of(tree)))
        return buffer is not None and buffer.active
    return False


# Wrapping what comes back


def track(array: np.ndarray, tape: Tape, value: Value | None = None) -> Tracked:
    """A tracked array for a plain one, fresh or a view of memory that is known."""
    tracked = array.view(Tracked)
    tracked._plain = array
    if array.base is None:
        buffer = tape.buffers.get(id(array))
        if buffer is None:
            buffer = Buffer(tape, array, value)
            buffer.face = tracked
    else:
        owner = owner_of(array)
        buffer = tape.buffers.get(id(owner))
        if buffer is None:
            buffer = Buffer(tape, owner)
            if value is not None:
                buffer.filled(array, value)
        if value is not None:
            buffer.borrowers.append(value)
    tracked._buffer = buffer
    tracked._value = value
    # A view whose value is not known may still show active ones: it is looked up when it is read.
    tracked._version = -1 if value is None and buffer.active else buffer.version
    if buffer.face is None and buffer.owner is array:
        buffer.face = tracked
    return tracked


def adopt(array: np.ndarray, tape: Tape) -> Tracked:
    """A tracked array for a plain one that holds whatever its memory holds by now."""
    tracked = track(array, tape)
    tracked._version = -1
    return tracked


def tag(result: Any, tape: Tape) -> Any:
    """Track arrays that depend on no input: an active value may be written into them later."""
    if type(result) is np.ndarray:
        return result if result.dtype.hasobject or result.dtype.names else track(result, tape)
    if isinstance(result, (tuple, list)) and any(type(part) is np.ndarray for part in result):
        return _like(result, [tag(part, tape) for part in result])
    return result


def _like(sequence: Any, parts: list[Any]) -> Any:
    """The same kind of list, tuple or named tuple with other parts."""
    if hasattr(sequence, "_fields"):
        return type(sequence)(*parts)
    return type(sequence)(parts)


def _same(result: Any, args: Any) -> Any:
    """The tracked array that a result *is*, if it is one of the arguments."""
    for arg in args:
        if type(arg) is Tracked and arg._plain is result:
            return arg
    return None


# The calls


def call(op: str, function: Callable[..., Any], args: tuple, kwargs: dict[str, Any]) -> Any:
    """``function(*args, **kwargs)``, noted as ``op``."""
    tape = Tape.now
    if tape is None:
        return function(*map(plain, args), **plain(kwargs))
    if op in WRITERS:
        return _write(op, function, args, kwargs, tape)
    if "out" in kwargs:
        out = kwargs["out"]
        out = out[0] if type(out) is tuple and len(out) == 1 else out
        if type(out) is Tracked or type(out) is np.ndarray:
            return _call_into(out, op, function, args, kwargs, tape)
    active = any(map(_is_active, args)) or (bool(kwargs) and any(map(_is_active, kwargs.values())))
    if op == "nan_to_num" and kwargs.get("copy") is False and type(args[0]) is Tracked:
        kwargs = {name: kwargs[name] for name in kwargs if name != "copy"}
        return _call_into(args[0], op, function, args, kwargs, tape, "copyto")
    if not active:
        result = function(*map(plain, args), **plain(kwargs))
        if type(result) is np.ndarray:
            same = _same(result, args)
            return tag(result, tape) if same is None else same
        return tag(result, tape) if type(result) in (tuple, list) else result
    noted_args = tuple([_noted(arg, tape) for arg in args])
    noted_kwargs = {name: _noted(arg, tape) for name, arg in kwargs.items()}
    result = function(*map(plain, args), **plain(kwargs))
    return _finish(op, function, noted_args, noted_kwargs, result, args, tape)


def _finish(
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
        same = _same(result, args)
        if same is not None:
            if same is not args[0]:
                tape.cut("out", f"{op} wrote into an array that was not named as out=")
            return same
        if result.dtype.kind in _NUMBERS:
            note = tape.note(op, function, noted_args, noted_kwargs)
            value = tape.result(note, result)
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
        return _like(result, parts)
    if isinstance(result, np.ndarray):
        tape.cut("subclass", f"{op} made a {kind.__name__}, which is not followed")
    elif result is not None:
        tape.note(op, function, noted_args, noted_kwargs).answer = result
    return result


def _part(part: Any, note: Any, tape: Tape) -> Any:
    if type(part) is np.ndarray and part.dtype.kind in _NUMBERS:
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
    old = where is not True and _is_active(target)
    active = old or any(map(_is_active, args)) or any(map(_is_active, kept.values()))
    if active:
        noted_args = tuple([_noted(arg, tape) for arg in args])
        noted_kwargs = {name: _noted(arg, tape) for name, arg in kept.items()}
        if where is not True:
            noted_kwargs["out"] = _noted(target, tape)  # what stays where ``where`` is false
    target._buffer.before_write()
    if how == "out":
        function(*map(plain, args), **plain(kwargs))
    else:
        function(*map(plain, args), **plain(kwargs), copy=False)
    value = None
    if active and target._plain.dtype.kind in _NUMBERS:
        note = tape.note(op, function, noted_args, noted_kwargs)
        value = tape.result(note, target._plain)
    elif active:
        tape.note(op, function, noted_args, noted_kwargs).answer = target._plain.copy()
    _filled(target, value)
    return out


def _filled(target: Tracked, value: Value | None) -> None:
    """All of ``target`` has just been overwritten by ``value``, whose numbers stand there now."""
    buffer = target._buffer
    buffer.filled(target._plain, value)
    if value is not None:
        buffer.borrowers.append(value)
    target._value = value
    target._version = buffer.version


def _write(op: str, function: Callable[..., Any], args: tuple, kwargs: dict, tape: Tape) -> Any:
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
        if type(held[key]) in (list, tuple):
            held[key] = call("array", np.array, (held[key],), {})
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
    if not _is_active(source) and not strangers(source, tape):
        return None
    noted = _noted(source, tape)
    if target._plain.dtype.kind not in _NUMBERS:
        tape.note(op, None, (noted,)).answer = "integers"
        return None
    if type(noted) is not Value:  # a list with tracked scalars
        noted = tape.result(tape.note("array", np.array, (noted,)), np.array(plain(source)))
    return tape.result(tape.note(op, None, (noted,)), noted.array)


def _order(
    op: str, function: Callable[..., Any], array: np.ndarray, rest: list[Any], named: dict[str, Any]
) -> np.ndarray:
    """Where in ``array``, laid flat, each element stands that a sort or shuffle puts down."""
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
    active = _is_active(target) or any(map(_is_active, args[1:]))
    noted = (_noted(target, tape), *[_noted(arg, tape) for arg in args[1:]]) if active else ()
    target._buffer.before_write()
    ufunc.at(*map(plain, args))
    value = None
    if active and target._plain.dtype.kind in _NUMBERS:
        value = tape.result(tape.note(f"{ufunc.__name__}.at", ufunc, noted), target._plain)
    _filled(target, value)


def ufunc_call(ufunc: np.ufunc, method: str, args: tuple, kwargs: dict[str, Any]) -> Any:
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
    # What follows is ``call`` for the commonest case, in which speed matters.
    active = False
    plain_args, noted_args = [], []
    for arg in args:
        kind = type(arg)
        if kind is Tracked:
            buffer = arg._buffer
            if buffer.tape is not tape:
                return call(ufunc.__name__, ufunc, args, kwargs)
            value = arg._value if arg._version == buffer.version else value_of(arg)
            plain_args.append(arg._plain)
            noted_args.append(arg if value is None else value)
            active = active or value is not None
        elif kind is float or kind is int:
            plain_args.append(arg)
            noted_args.append(arg)
        else:
            return call(ufunc.__name__, ufunc, args, kwargs)
    result = ufunc(*plain_args)
    if active and type(result) is np.ndarray and result.dtype.kind in _NUMBERS:
        note = tape.note(
            ufunc.__name__,
            ufunc,
            tuple([_noted(arg, tape) if type(arg) is Tracked else arg for arg in noted_args]),
        )
        return track(result, tape, tape.result(note, result))
    if not active:
        return tag(result, tape)
    noted = tuple([_noted(arg, tape) if type(arg) is Tracked else arg for arg in noted_args])
    return _finish(ufunc.__name__, ufunc, noted, {}, result, args, tape)


def getitem(self: Tracked, index: Any) -> Any:
    """``x[index]``."""
    tape = Tape.now
    index = plain(index)
    result = self._plain[index]
    if tape is None or self._buffer.tape is not tape:
        return result
    value = value_of(self)
    if value is None:
        if type(result) is np.ndarray:
            return result if result.dtype.hasobject else track(result, tape)
        return result
    note = tape.note("getitem", operator.getitem, (value, _kept(index)))
    made = tape.result(note, result)
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


def setitem(self: Tracked, index: Any, source: Any) -> None:
    """``x[index] = source``."""
    tape = Tape.now
    index = plain(index)
    buffer = self._buffer
    if tape is None or buffer.tape is not tape:
        self._plain[index] = plain(source)
        return
    if type(source) in (list, tuple) and holds_tracked(source):
        source = call("array", np.array, (source,), {})
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


# Where numbers become decisions, or leave


def decision(op: str, function: Callable[[Any], Any], source: Any) -> Any:
    """``bool(x)``, ``int(x)``: what comes of it is a constant, and rightly so."""
    answer = function(source._plain)
    tape = Tape.now
    if tape is not None and _is_active(source):
        tape.decide(op, (_noted(source, tape),), answer)
    return answer


def cut(kind: str, function: Callable[[Any], Any], source: Any) -> Any:
    """``pickle.dumps(x)``: what comes of it is a constant, and that may be wrong."""
    tape = Tape.now
    if tape is not None and _is_active(source):
        tape.cut(kind, f"a value left the record by way of {kind}")
    return function(source._plain)


def to_list(source: Tracked) -> Any:
    """``x.tolist()``, of tracked Python numbers."""
    tape = Tape.now
    answer = source._plain.tolist()
    if tape is None or not _is_active(source):
        return answer
    note = tape.note("tolist", None, (_noted(source, tape),))
    numbers = source._plain.ravel().tolist()
    note.outputs = tuple([Value(number, True, note) for number in numbers])
    tracked = iter([track_scalar(v.array, v, tape) for v in note.outputs])

    def fill(tree: Any) -> Any:
        return [fill(part) for part in tree] if type(tree) is list else next(tracked)

    return fill(answer)


def foundling(self: Tracked) -> None:
    """A tracked array of unknown descent: what is known of its memory, or else a constant."""
    tape = Tape.now or Tape()
    array = np.ndarray.view(self, np.ndarray)
    buffer = tape.buffers.get(id(owner_of(array)))
    if buffer is None:
        buffer = Buffer(tape, owner_of(array))
        tape.cut("unrecorded", "an array was made by a way that is not followed")
    self._plain = array
    self._buffer = buffer
    self._value, self._version = None, -1


def orphan(self: Tracked, source: Tracked) -> None:
    """NumPy's C code made an array of ours by a way that is not followed, ``plain.dot(x)`` say.

    Its numbers are not there yet. A view is looked up when it is read; anything else is a call
    without a name, which the replay will refuse, should the result matter.
    """
    tape = Tape.now
    assert tape is not None
    array = np.ndarray.view(self, np.ndarray)
    self._plain = array
    buffer = source._buffer
    if np.may_share_memory(array, source._plain):
        self._buffer, self._value, self._version = buffer, None, -1
        return
    value = None
    if _is_active(source) and array.dtype.kind in _NUMBERS:
        note = tape.note("unrecorded", None, (_noted(source, tape),))
        value = tape.result(note, array)
    self._buffer = Buffer(tape, owner_of(array))
    self._buffer.filled(array, value)
    self._value, self._version = value, self._buffer.version


# For callbacks.py


def is_active(tree: Any) -> bool:
    return Tape.now is not None and _is_active(tree)


def assembled(op: str, function: Callable[..., Any], parts: list[Any], answer: Any) -> Any:
    """``answer``, which NumPy put together from ``parts`` as ``function`` does."""
    tape = Tape.now
    if tape is None:
        return answer
    if not _is_active(parts):
        return tag(answer, tape)
    return _finish(op, function, (_noted(parts, tape),), {}, answer, (), tape)


def boxed(arg: Any) -> Any:
    """An array of Python numbers, tracked ones if the argument is: what ``np.vectorize`` reads."""
    if type(arg) is not Tracked:
        return plain(arg) if type(arg) not in SCALARS else _in_box(arg, ())
    if not _is_active(arg):
        return arg._plain
    return _in_box(to_list(arg), arg.shape)


def _in_box(numbers: Any, shape: tuple[int, ...]) -> np.ndarray:
    box = np.empty(shape, object)
    for index in np.ndindex(shape):
        number = numbers
        for i in index:
            number = number[i]
        box[index] = number
    return box
