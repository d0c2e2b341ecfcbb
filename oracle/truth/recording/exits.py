"""Places where numbers leave the record: decisions, Python lists, cuts.

Functions that read numbers in C code (``json.dumps``, ``struct.pack``, ``np.ma.array``) get plain
arrays and numbers from ``leaving``, which notes a cut with its line.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording.kinds import (
    SPECIAL,
    Flat,
    Tracked,
    is_active,
    noted,
    plain,
    track_scalar,
)
from oracle.truth.recording.tape import Tape, Value


def decision(op: str, function: Callable[[Any], Any], source: Any) -> Any:
    """``bool(x)``, ``int(x)``: the result is a constant, and rightly so."""
    answer = function(source._plain)
    tape = Tape.now
    if tape is not None and is_active(source):
        tape.decide(op, (noted(source, tape),), answer)
    return answer


def cut(kind: str, function: Callable[[Any], Any], source: Any) -> Any:
    """``pickle.dumps(x)``: the result is a constant, and that may be wrong."""
    tape = Tape.now
    if tape is not None and is_active(source):
        tape.cut(kind, f"a value left the record by way of {kind}")
    return function(source._plain)


def to_list(source: Tracked) -> Any:
    """``x.tolist()``, of tracked Python numbers."""
    tape = Tape.now
    answer = source._plain.tolist()
    if tape is None or not is_active(source):
        return answer
    note = tape.note("tolist", None, (noted(source, tape),))
    numbers = source._plain.ravel().tolist()
    note.outputs = tuple([Value(number, True, note) for number in numbers])
    tracked = iter([track_scalar(v.array, v, tape) for v in note.outputs])

    def fill(tree: Any) -> Any:
        return [fill(part) for part in tree] if type(tree) is list else next(tracked)

    return fill(answer)


def leaving(kind: str, real: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call ``real`` with plain arrays and numbers; a cut if one of them is active."""
    tape = Tape.now
    if tape is not None and _holds_active((args, kwargs)):
        tape.cut(kind, f"a value left the record by way of {kind}")
    return real(*_plain_within(args), **_plain_within(kwargs))


def read_from_text(kind: str, answer: Any) -> Any:
    """A number that was read from text: a cut if a tracked number was made text before."""
    tape = Tape.now
    if tape is not None and tape.made_text and np.all(np.isfinite(answer)):
        tape.cut("text", f"{kind} read a number from text, which may have come from a tracked one")
    return answer


def _holds_active(tree: Any) -> bool:
    kind = type(tree)
    if kind in SPECIAL or kind is Flat:
        return is_active(tree)
    if isinstance(tree, dict):
        return any(map(_holds_active, tree.values()))
    if isinstance(tree, list | tuple | set):
        return any(map(_holds_active, tree))
    return False


def _plain_within(tree: Any) -> Any:
    """The same in plain arrays and numbers; what holds no tracked ones is left as it is."""
    kind = type(tree)
    if kind is dict:
        return {name: _plain_within(part) for name, part in tree.items()}
    if kind is list or kind is tuple:
        return kind([_plain_within(part) for part in tree])
    return plain(tree)
