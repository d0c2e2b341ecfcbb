"""Cures of known mistakes, spelled in the user's own code.

A mistake of the bank is proved on arrays: "the derivative of tanh is meant". Where one edit of the
blamed statement makes the gradient right, that edit is the cure: ``1 - h**2``.
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from oracle.diagnosis.repair import whole
from oracle.diagnosis.repair.search import cure, directed
from oracle.diagnosis.repair.trying import Confirmed
from oracle.judging.examine import Examined
from oracle.judging.trial import Trial
from oracle.results import Gradient, Note
from oracle.subject import Path

PATIENCE = 1.5  # seconds of processor time, for all gradients of a derivation
IN_WORDS = ("unexplained", "wrong-shape", "raises", "not-deterministic", "mutates-input")


def spell(
    examined: Examined,
    trials: Sequence[Trial],
    confirmed: Confirmed,
) -> None:
    """Put edits in the place of cures in words, where an edit is proved; in place."""
    began = time.process_time()
    for entry in examined.result.gradients:
        paths = _paths(examined, entry)
        if not paths or not entry.findings or entry.verdict != "wrong":
            continue
        first = entry.findings[0]
        if first.name == "returns-inside-loop" and first.cure and first.cure.edit:
            entry.line = first.cure.edit.line
        if first.cure is not None or first.name in IN_WORDS:
            continue
        left = PATIENCE - (time.process_time() - began)
        if left <= 0:
            return
        start = examined.subject, trials, entry.line, set(paths), confirmed
        early = directed(*start, whole.returned)
        if early is not None and early.fixed >= paths:
            said = f"{entry.name}: {early.told}"
            entry.findings = [Note(early.finding, said, early.fix, early.cure)]
            entry.line = early.line
            continue
        if first.name == "updated-weights-used":
            later = directed(*start, whole.updates_moved)
            if later is not None and later.fixed >= paths:
                entry.findings[0] = replace(first, cure=later.cure)
            continue
        wanted = examined.steps.get(id(entry), ())
        found = cure(
            examined.subject, trials, [entry.line], set(paths), True, left, confirmed, wanted,
            elsewhere=False,
        )  # fmt: skip
        if found is not None and found.fixed >= paths:
            entry.findings[0] = replace(first, fix=found.fix, cure=found.cure)


def _paths(examined: Examined, entry: Gradient) -> frozenset[Path]:
    """The gradients that are wrong with an entry."""
    path = examined.paths.get(id(entry))
    if path is not None:
        return frozenset([path])
    return examined.inherit.get(id(entry), frozenset())
