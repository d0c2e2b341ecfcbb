"""Gradients that a helper function computes in its return statement: the line there is blamed.

``return x.T @ delta, delta.mean(axis=0)``: the caller only unpacks what the helper has computed. Of
a helper that computes something right in another call, the caller has passed something wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from oracle.results import Gradient
from oracle.tracing.blame import Judged
from oracle.tracing.instrument import Statement
from oracle.tracing.match import Matcher

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
    return (note.file, note.place.function, note.line), note.place.span
