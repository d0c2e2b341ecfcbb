"""Shapes that were found by running: a verdict counts only if all lines that were found give it.

Where nothing says the shapes of arguments, several lines may run: labels with one axis or two, a
vector or a matrix. The plainest is judged. A gradient that is right under one line and wrong under
another is undecidable: the code does not say which is meant.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from oracle.discovery import naming
from oracle.discovery.value_readings import with_arguments
from oracle.judging.examine import examine
from oracle.judging.examined import Entry, Examined
from oracle.results import Note
from oracle.subject import Subject, Unusable

CASES = 24  # to compare the lines


@dataclass(frozen=True)
class Compared:
    """The lines under which some gradients are right, and those under which they are wrong."""

    right: str
    wrong: str
    gradients: frozenset[str]  # whose verdicts differ


@dataclass(frozen=True)
class _Tried:
    subject: Subject
    wrong: frozenset[str]  # names of gradients
    judged: bool


def compared(
    subject: Subject, settle: Callable[[Subject], Subject], seed: int, max_dim: int
) -> tuple[Subject, Compared | None]:
    """The subject under the line to judge it under, and where the lines disagree.

    Args:
        subject: under its plainest line, with those under the others.
        settle: gives a subject in the reading that is meant.
        seed, max_dim: of the cases.
    """
    tried = [
        _tried(replace(one, others=()), settle, seed, max_dim) for one in (subject, *subject.others)
    ]
    judged = [one for one in tried if one.judged]
    if judged and not judged[0].wrong:
        plainest = judged[0].subject
        judged = [one for one in judged if not _only_broadcasts(one.subject, plainest)]
    if not judged:
        return subject, None
    fewest = min(judged, key=lambda one: len(one.wrong))
    most = max(judged, key=lambda one: len(one.wrong - fewest.wrong))
    differ = frozenset().union(*(one.wrong for one in judged)) - frozenset.intersection(
        *(one.wrong for one in judged)
    )
    if not differ:
        return judged[0].subject, None
    return fewest.subject, Compared(fewest.subject.shapes, most.subject.shapes, differ)


def _only_broadcasts(one: Subject, plainest: Subject) -> bool:
    """True for a line like the plainest, with arrays of fewer axes that NumPy broadcasts.

    ``target: D`` in place of ``target: N D`` runs wherever the targets are subtracted from X: N D.
    """
    pairs = [(a.dims, b.dims) for a, b in zip(one.arguments, plainest.arguments)]
    whole = [(own, plain) for own, plain in pairs if len(own) == len(plain)]
    names = {size: own for dims, plain in whole for own, size in zip(dims, plain)}
    renamed = [(own, tuple(names.get(size, size) for size in plain)) for own, plain in pairs]
    return (
        0 < len(whole) < len(pairs) == len(one.arguments) == len(plainest.arguments)
        and any(own for own, plain in renamed if len(own) < len(plain))
        and all(own == plain[len(plain) - len(own) :] for own, plain in renamed)
    )


def _tried(
    subject: Subject, settle: Callable[[Subject], Subject], seed: int, max_dim: int
) -> _Tried:
    try:
        found = examine(settle(subject), CASES, seed, max_dim, ("float64",))
    except Unusable:
        return _Tried(subject, frozenset(), False)
    wrong = frozenset(g.name for g in found.result.gradients if g.verdict == "wrong")
    return _Tried(subject, wrong, any(entry.shown or wrong for entry in found.entries))


def questioned(examined: Examined, lines: Sequence[Subject], seed: int, max_dim: int) -> Examined:
    """The examined subject, undecidable where it is wrong in general and right for targets 0 or 1.

    A loss of inferred shapes is given any numbers for its targets, and nothing says that they are
    what is meant: code may be right for labels alone (``t * t == t``). Other values that the code
    itself shows, as signs in a margin, are readings already. ``lines``: under its other lines.
    """
    subject, line = examined.subject, examined.result.inferred
    wrong = frozenset(g.name for g in examined.result.gradients if g.verdict == "wrong")
    names = naming.targets([a.name for a in subject.arguments])
    for one in (subject, *lines) if line and wrong and not subject.has_upstream else ():
        targets = [a for a in one.arguments if a.name in names and a.values == "normal"]
        others = {a.name: replace(a, values="binary", fixed=True) for a in targets}
        tried = _tried(with_arguments(one, others), lambda same: same, seed, max_dim)
        if targets and tried.judged and not tried.wrong:
            entry = re.compile(rf"\b(?:{'|'.join(map(re.escape, others))}): [^,]*")
            right = entry.sub(r"\g<0> binary", one.shapes)
            return undecided(examined, Compared(right, line, wrong))
    return examined


def undecided(examined: Examined, lines: Compared) -> Examined:
    """The examined subject, without a verdict on the gradients that the lines differ in."""
    entries = tuple(_undecided(entry, lines) for entry in examined.entries)
    said = (
        f"{', '.join(sorted(lines.gradients))}: right with `# oracle: shapes {lines.right}`, wrong "
        f"with `# oracle: shapes {lines.wrong}`; write the one that is meant above line "
        f"{examined.subject.line}"
    )
    result = replace(
        examined.result,
        gradients=tuple(entry.gradient for entry in entries),
        remarks=(*examined.result.remarks, Note("open-shapes", said)),
    )
    return replace(examined, entries=entries, result=result)


def _undecided(entry: Entry, lines: Compared) -> Entry:
    if entry.gradient.name not in lines.gradients:
        return entry
    gradient = replace(entry.gradient, verdict="undecidable", findings=(), counterexample=None)
    return replace(entry, gradient=gradient)
