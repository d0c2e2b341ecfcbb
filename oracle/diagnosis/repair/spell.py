"""Cures of known mistakes, spelled in the user's own code.

A mistake of the bank is proved on arrays: "the derivative of tanh is meant". Where one edit of the
blamed statement makes the gradient right, that edit is the cure: ``1 - h**2``.
"""

from collections.abc import Sequence
from dataclasses import replace

from oracle.diagnosis.drafts import Draft, Drafts
from oracle.diagnosis.repair import whole
from oracle.diagnosis.repair.search import cure, directed
from oracle.diagnosis.repair.trying import Confirmed
from oracle.judging.trial import Trial
from oracle.results import Note
from oracle.truth.work import A_SECOND, Budget

PATIENCE = 2 * A_SECOND  # steps of work, for all gradients of a derivation
IN_WORDS = ("unexplained", "wrong-shape", "raises", "not-deterministic", "mutates-input")


def spell(drafts: Drafts, trials: Sequence[Trial], confirmed: Confirmed) -> None:
    """Put edits in the place of cures in words, where an edit is proved."""
    budget = Budget(PATIENCE)
    for draft in drafts:
        if not draft.paths or not draft.gradient.findings or not draft.is_wrong:
            continue
        if budget.is_spent:
            return
        _spell_one(drafts, draft, trials, confirmed, budget)


def _spell_one(
    drafts: Drafts, draft: Draft, trials: Sequence[Trial], confirmed: Confirmed, budget: Budget
) -> None:
    first, *others = draft.gradient.findings
    if first.name == "returns-inside-loop" and first.cure and first.cure.edit:
        draft.change(line=first.cure.edit.line)
    if first.cure is not None or first.name in IN_WORDS:
        return
    subject, line = trials[0].subject, draft.gradient.line
    start = subject, trials, line, set(draft.paths), confirmed
    early = directed(*start, whole.returned)
    if early is not None and early.fixed >= draft.paths:
        said = f"{draft.gradient.name}: {early.told}"
        note = Note(early.finding, said, early.fix, early.cure)
        draft.change(findings=(note,), **drafts.place(early.file, early.line))
        return
    if first.name == "updated-weights-used":
        found = directed(*start, whole.updates_moved)
        if found is not None and found.fixed >= draft.paths:
            draft.change(findings=(replace(first, cure=found.cure), *others))
        return
    found = cure(
        subject, trials, [line], set(draft.paths), True, budget, confirmed, draft.wanted,
        elsewhere=False,
    )  # fmt: skip
    if found is not None and found.fixed >= draft.paths:
        draft.change(findings=(replace(first, fix=found.fix, cure=found.cure), *others))
