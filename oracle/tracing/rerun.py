"""Recorded calls, run again by NumPy itself, from other numbers at some places."""

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from oracle.tracing.steps import Training
from oracle.truth.recording import Note, Value

# Writes: the value that is noted is what was put down.
_KEPT = frozenset(
    {"setitem", "copyto", "put", "put_along_axis", "place", "putmask", "fill_diagonal", "fill",
     "itemset", "flat write"}
)  # fmt: skip


_NARROW = (np.float32, np.float16)
_NARROW_NAMES = (*_NARROW, "float32", "float16", "f4", "f2", "<f4", "single", "half")


class CannotRerun(Exception):  # noqa: N818
    """A call on the way cannot be run again; the message names it."""


def between(
    target: Value,
    changed: Collection[int],
    training: Training,
    begin: int = 0,
    ends: Container[int] = (),
) -> list[Note]:
    """The calls on the way from the changed values, by their ids, to a target, in their order.

    ``begin``: what is older stays as it was, as do the values with the ids ``ends``.
    """
    found: dict[int, Note] = {}
    never = len(training.notes)
    begin = max(begin, min((training.first_use.get(key, never) for key in changed), default=never))
    queue, seen = [target], {id(target)}
    while queue:
        one = queue.pop()
        note = one.note
        if note is None or id(one) in ends or (id(one) in changed and one is not target):
            continue
        if training.index[id(note)] < begin or id(note) in found:
            continue
        found[id(note)] = note
        for part in note.inputs:
            if part.active and id(part) not in seen:
                seen.add(id(part))
                queue.append(part)
    moved = {key for key in seen if key in changed and key != id(target)}
    ordered = []
    for note in sorted(found.values(), key=lambda note: training.index[id(note)]):
        if not moved.isdisjoint(training.inputs[id(note)]):
            ordered.append(note)
            moved.update(id(v) for v in note.outputs)
    return ordered


def rerun(
    targets: Sequence[Value],
    changed: Mapping[int, np.ndarray],
    training: Training,
    begin: int = 0,
) -> list[np.ndarray]:
    """Some values as they would be if others had other numbers.

    Raises:
        CannotRerun: a call cannot be repeated, or refuses the numbers.
    """
    notes: dict[int, Note] = {}
    for target in targets:
        notes.update((id(n), n) for n in between(target, changed, training, begin))
    ordered = sorted(notes.values(), key=lambda note: training.index[id(note)])
    return Line(ordered)(targets, changed)


class Line:
    """Some calls in their order, ready to be run again as often as needed."""

    def __init__(self, notes: Sequence[Note]) -> None:
        self.notes = notes

    def __call__(
        self,
        targets: Sequence[Value],
        changed: Mapping[int, np.ndarray],
        at: Sequence[Note] = (),
    ) -> list[np.ndarray]:
        """The targets; ``at``: the changed values are changed for these calls only."""
        made: dict[int, Any] = {} if at else dict(changed)
        for note in self.notes:
            _run(note, {**made, **changed} if note in at else made, made, changed)
        return [np.asarray(made.get(id(t), t.array)) for t in targets]


def _run(
    note: Note, known: dict[int, Any], made: dict[int, Any], changed: Mapping[int, np.ndarray]
) -> None:
    for value, part in zip(note.outputs, outcome(note, known), strict=False):
        if id(value) not in changed:
            made[id(value)] = part


def outcome(note: Note, known: Mapping[int, Any] = MappingProxyType({})) -> Sequence[Any]:
    """The result of a call on the numbers that are known, or recorded; always in float64.

    Raises:
        CannotRerun: it cannot be repeated, or refuses the numbers.
    """
    try:
        with np.errstate(all="ignore"):
            result = _result(note, lambda tree: _filled(tree, known))
    except CannotRerun:
        raise
    except Exception as error:
        raise CannotRerun(f"line {note.line}: {type(error).__name__}: {error}") from error
    if len(note.outputs) == 1 and not (isinstance(result, tuple | list) and len(result) == 1):
        return (result,)
    parts: Sequence[Any] = result
    return parts


def _result(note: Note, filled: Callable[[Any], Any]) -> Any:
    args = filled(note.args)
    if note.op == "read":
        values, index = args
        flat = np.concatenate([np.ravel(np.asarray(v)) for v in values])
        old = np.asarray(note.outputs[0].array)
        return np.where(index >= 0, flat[index], old)
    if note.op in _KEPT and note.function is None:
        return args[0]
    if note.op == "tolist":
        return np.ravel(np.asarray(args[0])).tolist()
    if note.function is None:
        raise CannotRerun(f"line {note.line}: {note.op} cannot be run again")
    kwargs = filled(note.kwargs)
    if isinstance(kwargs.get("out"), np.ndarray):
        kwargs["out"] = kwargs["out"].copy()
    return note.function(*args, **kwargs)


def _filled(tree: Any, made: Mapping[int, Any]) -> Any:
    """Arguments with numbers in the place of values: those made anew, or the recorded ones."""
    kind = type(tree)
    if kind is Value:
        array = made.get(id(tree), tree.array)
        return _wide(array) if isinstance(tree.array, np.ndarray) else _wide(np.asarray(array))[()]
    if kind is tuple or kind is list:
        return kind([_filled(part, made) for part in tree])
    if kind is dict:
        return {name: _filled(part, made) for name, part in tree.items()}
    if kind is np.ndarray:
        return _wide(tree)
    if kind in _NARROW:
        return np.float64(tree)
    if isinstance(tree, str | type) and tree in _NARROW_NAMES:
        return np.float64
    if isinstance(tree, np.dtype) and tree.type in _NARROW:
        return np.float64
    return tree


def _wide(array: Any) -> Any:
    return array.astype(float) if array.dtype.kind == "f" and array.itemsize < 8 else array
