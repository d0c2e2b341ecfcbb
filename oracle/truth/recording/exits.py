"""Where numbers leave the record: as decisions, as Python lists, or by a cut."""

from collections.abc import Callable
from typing import Any

from oracle.truth.recording.kinds import Tracked, track_scalar
from oracle.truth.recording.tape import Tape, Value
from oracle.truth.recording.wrapping import is_active, noted


def decision(op: str, function: Callable[[Any], Any], source: Any) -> Any:
    """``bool(x)``, ``int(x)``: what comes of it is a constant, and rightly so."""
    answer = function(source._plain)
    tape = Tape.now
    if tape is not None and is_active(source):
        tape.decide(op, (noted(source, tape),), answer)
    return answer


def cut(kind: str, function: Callable[[Any], Any], source: Any) -> Any:
    """``pickle.dumps(x)``: what comes of it is a constant, and that may be wrong."""
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
