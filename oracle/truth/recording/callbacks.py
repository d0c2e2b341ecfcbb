"""NumPy functions that call back: the user's function must be handed tracked arrays.

``np.apply_along_axis(f, 0, x)`` on plain arrays would hide from the record what ``f`` does. These
call ``f`` as often, in the same order and on the same numbers as NumPy does.
"""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording import calls, exits
from oracle.truth.recording.kinds import SCALARS, Tracked, is_active, noted, plain, tag
from oracle.truth.recording.tape import Tape

__warningregistry__ = None  # see calls.py


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """As NumPy's, for results that are numbers or arrays of any one shape."""
    if Tape.now is None or type(arr) is not Tracked:
        result = np.apply_along_axis(func1d, axis, plain(arr), *args, **kwargs)
        return result if Tape.now is None else tag(result, Tape.now)
    results: list[Any] = []
    lines = calls.call("moveaxis", np.moveaxis, (arr, axis, -1), {})
    tracked_lines = iter([lines[index] for index in np.ndindex(lines.shape[:-1])])

    def on_tracked(line: np.ndarray, *rest: Any, **named: Any) -> Any:
        result = func1d(next(tracked_lines), *rest, **named)
        results.append(result)
        return plain(result)

    answer = np.apply_along_axis(on_tracked, axis, arr._plain, *args, **kwargs)
    inner = np.ndim(plain(results[0]))

    def assemble(parts: list[Any]) -> np.ndarray:
        outer = lines.shape[:-1]
        stacked = np.array(parts).reshape(outer + np.shape(parts[0]))
        for k in range(inner):  # the new axes stand where the old one was
            stacked = np.moveaxis(stacked, len(outer) + k, axis % arr.ndim + k)
        return stacked

    return _assembled("apply_along_axis", assemble, results, answer)


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """As NumPy's: ``f(x[condition])`` for each condition."""
    if Tape.now is None or type(x) is not Tracked:
        return calls.call("piecewise", np.piecewise, (x, condlist, funclist, *args), kw)
    wheres: list[np.ndarray] = []
    results: list[Any] = []

    def wrapped(function: Any, where: Callable[[], np.ndarray]) -> Any:
        if not callable(function):
            return function

        def on_tracked(values: np.ndarray, *rest: Any, **named: Any) -> Any:
            result = function(x[where()], *rest, **named)
            wheres.append(where())
            results.append(result)
            return plain(result)

        return on_tracked

    conditions = [np.asarray(c, bool) for c in np.atleast_2d(plain(condlist))]
    if len(conditions) != len(funclist):
        conditions.append(~np.any(conditions, axis=0))
    functions = [
        wrapped(f, lambda c=c: np.broadcast_to(c, x.shape))  # type: ignore[misc]
        for f, c in zip(funclist, conditions, strict=False)
    ]
    answer = np.piecewise(x._plain, plain(condlist), functions, *args, **kw)

    def assemble(parts: list[Any]) -> np.ndarray:
        y = np.array(answer, dtype=np.result_type(float, *map(np.asarray, parts)))
        for where, part in zip(wheres, parts, strict=True):
            y[where] = part
        return y

    return _assembled("piecewise", assemble, results, answer)


class Vectorize(np.vectorize):
    """``np.vectorize(f)``: f is called on tracked Python numbers, one by one."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        tape = Tape.now
        if tape is None or not is_active(list(args)):
            result = super().__call__(*map(plain, args), **plain(kwargs))
            return result if tape is None else tag(result, tape)
        results: list[Any] = []
        real = self.pyfunc

        def on_tracked(*numbers: Any, **named: Any) -> Any:
            result = real(*numbers, **named)
            results.append(result)
            return plain(result)

        boxed = [_boxed(arg) for arg in args]
        self.pyfunc = on_tracked
        try:
            answer = super().__call__(*boxed, **plain(kwargs))
        finally:
            self.pyfunc = real
        if type(answer) is tuple:
            return tuple(
                self._answer([result[k] for result in results], part)
                for k, part in enumerate(answer)
            )
        return self._answer(results, answer)

    @staticmethod
    def _answer(results: list[Any], answer: Any) -> Any:
        results = results[len(results) - int(np.size(answer)) :]  # a first one found the dtype
        shape = np.shape(answer)

        def assemble(parts: list[Any]) -> np.ndarray:
            return np.array(parts).reshape(shape)

        return _assembled("vectorize", assemble, results, answer)


def fromiter(iter: Any, dtype: Any, count: int = -1, **kwargs: Any) -> Any:
    """As NumPy's: what the iterator yields may be tracked numbers."""
    numbers = list(iter if count < 0 else itertools.islice(iter, count))

    def made(numbers: Any, dtype: Any) -> np.ndarray:
        return np.fromiter(numbers, dtype, count, **kwargs)

    return calls.call("fromiter", made, (numbers, dtype), {})


def array(*args: Any, **kwargs: Any) -> Any:
    """As NumPy's; an array of objects holds the tracked arrays themselves."""
    dtype = kwargs.get("dtype", args[1] if len(args) > 1 else None)
    if Tape.now is None or dtype not in (object, "O", "object") or type(args[0]) is Tracked:
        return calls.call("array", np.array, args, kwargs)
    made = np.array(*args, **kwargs)
    held = (type(part) is Tracked or type(part) in SCALARS for part in made.flat)
    if is_active(args[0]) and not any(held):
        Tape.now.cut("objects", "numbers were put into an array of objects")
    return made


def _assembled(op: str, function: Callable[..., Any], parts: list[Any], answer: Any) -> Any:
    """``answer``, which NumPy put together from ``parts`` as ``function`` does."""
    tape = Tape.now
    if tape is None:
        return answer
    if not is_active(parts):
        return tag(answer, tape)
    return calls.finish(op, function, (noted(parts, tape),), {}, answer, (), tape)


def _boxed(arg: Any) -> Any:
    """An array of Python numbers, tracked ones if the argument is: what ``np.vectorize`` reads."""
    if type(arg) is not Tracked:
        return plain(arg) if type(arg) not in SCALARS else _in_box(arg, ())
    if not is_active(arg):
        return arg._plain
    return _in_box(exits.to_list(arg), arg.shape)


def _in_box(numbers: Any, shape: tuple[int, ...]) -> np.ndarray:
    box = np.empty(shape, object)
    for index in np.ndindex(shape):
        number = numbers
        for i in index:
            number = number[i]
        box[index] = number
    return box


CALLBACKS: dict[str, Any] = {
    "apply_along_axis": apply_along_axis,
    "array": array,
    "fromiter": fromiter,
    "piecewise": piecewise,
}
