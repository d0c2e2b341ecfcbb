"""Gradients that a helper function computes in its return statement: the line there is blamed.

``return x.T @ delta, delta.mean(axis=0)``: the caller only unpacks what the helper has computed. Of
a helper that computes something right in another call, the caller has passed something wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from oracle.results import Gradient
from oracle.tracing.blame import Judged
from oracle.tracing.instrument import Statement
from oracle.tracing.match import Matcher
from oracle.truth.recording import Value

Place = tuple[str, str, int]  # file, function and line
Spot = tuple[Place, tuple[int, ...]]  # and the expression there
Key = tuple[Statement, str]
Cases = Sequence[tuple[Matcher, Judged]]


def blamed_places(
    said: Mapping[Key, tuple[Gradient | None, Any]], by_line: Mapping[Key, Cases]
) -> dict[Key, Place]:
    """Where the wrong gradients were computed that no statement of the same function stores."""
    verdicts = {key: gradient.verdict for key, (gradient, _) in said.items() if gradient}
    computed = {key: _computed_at(*by_line[key][-1]) for key in verdicts}
    right = {computed[key] for key, verdict in verdicts.items() if verdict == "correct"}
    return {
        key: spot[0]
        for key, verdict in verdicts.items()
        if verdict == "wrong" and (spot := computed[key]) is not None and spot not in right
    }


def _computed_at(matcher: Matcher, judged: Judged) -> Spot | None:
    """The place in a different function where all calls were made that a gradient came by."""
    value, statement = judged.match.value, judged.match.stored.statement
    note = value.note
    if note is None or (note.file, note.place.function) == (statement.file, statement.function):
        return None
    others = {id(m.value): m for m in matcher.known if m.value is not value}
    way = matcher.outcomes.way(value, others) or [note]
    if {(n.file, n.place.function) for n in way} != {(note.file, note.place.function)}:
        return None  # the caller computes what it passes
    if judged.made is not None and _is_a_gradient(matcher, judged.made, judged.match.of):
        return None  # of something else: the caller has taken it for this one
    return (note.file, note.place.function, note.line), note.place.span


def _is_a_gradient(matcher: Matcher, made: np.ndarray, of: Value) -> bool:
    """True if numbers are the gradient of a value of the forward, though not of this one."""
    known = [v for v in matcher.candidates if v is not of and v.shape == made.shape]
    multiple, allows = matcher.outcomes.multiple, matcher.truth.allows
    return any(multiple(made, v) is not None or allows(made, v) for v in known)
