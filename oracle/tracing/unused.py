"""Gradients that a step computes and that nothing reads: often a second one is used instead."""

from collections.abc import Iterator

from oracle.results import Note
from oracle.tracing.gradient_names import is_like_gradient, of_name, plain
from oracle.tracing.match import Matcher
from oracle.tracing.recorded import Stored


def not_used(matcher: Matcher, matched: set[int]) -> Iterator[Note]:
    """A remark on each; ``matched`` are the ids of values that are known to be gradients."""
    training = matcher.training
    if not matcher.step.updates:
        return  # on paper the last gradients are the results
    read = {id(value) for note in training.notes for value in note.inputs}
    read |= {id(term.value) for update in training.updates for term in update.terms}
    read |= {id(value) for update in training.updates for value in (update.old, update.new)}
    # Of a loop the last turn often computes what only a further turn would use.
    used = {(id(s.statement), s.text) for s in training.stored if id(s.value) in read}
    turns: dict[tuple[int, str], list[Stored]] = {}
    for one in matcher.entries:
        turns.setdefault((id(one.statement), one.text), []).append(one)
    for key, stored in turns.items():
        first = stored[0]
        if key in used or any(id(s.value) in read for s in stored) or _is_of_data(matcher, first):
            continue
        if is_like_gradient(first.text) or any(id(one.value) in matched for one in stored):
            said = f"{first.text} on line {first.statement.line} is computed, and nothing uses it"
            yield Note("gradient-not-used", said)


def _is_of_data(matcher: Matcher, stored: Stored) -> bool:
    """True for ``dX``: nothing is below the first layer that could use it."""
    parameters = {id(value) for value in matcher.step.parameters}
    leaves = matcher.truth.forward.leaves.values()
    data = {plain(matcher.name(v)) for v in leaves if id(v) not in parameters} - {""}
    return not data.isdisjoint(of_name(stored.text))
