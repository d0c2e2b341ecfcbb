"""Edits that cure: of what nothing explained, and of known mistakes in the user's own code.

A mistake of the bank is proved on arrays: "the derivative of tanh is meant". Where one edit of the
blamed statement makes the gradient right, that edit is the cure: ``1 - h**2``.
"""

from collections.abc import Sequence
from dataclasses import replace

from oracle.diagnosis.drafts import Draft, Drafts
from oracle.diagnosis.repair import whole
from oracle.diagnosis.repair.search import PATIENCE, Cure, cure, directed
from oracle.diagnosis.repair.trying import Confirmed, judged
from oracle.judging.budget import ordinary
from oracle.judging.examine import examine
from oracle.judging.trial import Trial
from oracle.results import Kind, Note
from oracle.subject import Path
from oracle.truth.work import A_SECOND, Budget

FOR_SPELLING = 2 * A_SECOND  # steps of work, for all gradients of a derivation
IN_WORDS = ("unexplained", "wrong-shape", "raises", "not-deterministic", "mutates-input")


def spell(drafts: Drafts, trials: Sequence[Trial], confirmed: Confirmed) -> None:
    """Put edits in the place of cures in words, where an edit is proved."""
    budget = Budget(FOR_SPELLING)
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


# Entries that nothing explained, explained by the edit that cures them.

OF_A_PART = ("wrong-constant-factor", "wrong-operand", "dropped-term", "sign-flipped")
# A factor left out may be put in at many places: each gradient that lacks it is wrong by itself.
FACTORS = ("missing-batch-mean", "extra-batch-mean", "wrong-size-factor", "wrong-constant-factor",
           "sign-flipped", "wrong-shape", "unexplained")  # fmt: skip
# Steps of work for the one statement that gradients wrong in the same way go back to.
ALIKE = 4 * A_SECOND
CONFIRMED_ON = 24  # cases of all regimes in which the edited code is judged anew


def amend(drafts: Drafts, trials: Sequence[Trial], elementwise: bool = False) -> None:
    """Search for cures of what is unexplained, and note them in the drafts.

    ``elementwise``: the forward is a function of each entry by itself, so that whatever is wrong
    is its derivative.
    """
    if not trials:
        return
    budget = Budget(PATIENCE)
    left = [draft for draft in drafts if _is_open(draft)]
    while left and not budget.is_spent:
        wrong = {path for draft in left for path in draft.paths}
        lines = [draft.gradient.line for draft in left]
        sure = all(_is_step(draft) for draft in left)
        wanted = [w for draft in left for w in draft.wanted]
        subject = trials[0].subject
        found = cure(subject, trials, lines, wrong, sure, budget, _confirmed, wanted)
        if found is None:
            break
        cured = [draft for draft in left if draft.paths & found.fixed]
        if elementwise and found.finding in OF_A_PART:
            found = replace(found, finding="wrong-activation-derivative")
        alike = _by_finding(drafts).get(found.finding, [])
        _note(drafts, found, cured + [one for one in alike if one.paths <= found.fixed])
        left = [draft for draft in left if draft not in cured]
    _trace_back(drafts, trials)
    spell(drafts, trials, _confirmed)


def _trace_back(drafts: Drafts, trials: Sequence[Trial]) -> None:
    """Cure gradients that all lack the same by one edit of one statement, if it makes all right."""
    for name, some in _by_finding(drafts).items():
        if len(some) < 2 or name in FACTORS:
            continue
        wrong = {path for draft in some for path in draft.paths}
        lines = [draft.gradient.line for draft in some]
        found = cure(trials[0].subject, trials, lines, wrong, False, Budget(ALIKE), _confirmed)
        if found is None or not found.fixed >= wrong or not found.carries:
            continue
        returned = [draft.gradient.line for draft in some if not _is_step(draft)]
        if not any(found.first <= line <= found.last for line in returned):
            _note(drafts, replace(found, finding=name), some)


def _is_step(draft: Draft) -> bool:
    return draft.gradient.kind is Kind.INTERMEDIATE


def _is_open(draft: Draft) -> bool:
    """True if a gradient is wrong for no known reason."""
    vague = ("unexplained", "wrong-shape")
    known = [n for n in draft.gradient.findings if n.name not in vague or n.fix]
    return draft.is_wrong and not known and bool(draft.paths)


def _by_finding(drafts: Drafts) -> dict[str, list[Draft]]:
    """The gradients, returned or not, that one finding explains, by its name."""
    alike: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.is_wrong and draft.paths and len(draft.names) == 1:
            alike.setdefault(draft.names.pop(), []).append(draft)
    return alike


def _confirmed(trial: Trial, fixed: frozenset[Path]) -> bool:
    """True if the code as it is now, edited, is right in many more cases."""
    found = examine(trial.subject, CONFIRMED_ON, trial.case.seed, dtypes=("float64",))
    made = {entry.path: entry for entry in found.entries if entry.kind is Kind.ARGUMENT}
    if not fixed <= set(made):
        return False
    failing = {str(c): c for path in fixed for c in ordinary(made[path].failures)}
    again = [judged(found.trials.of(case)) for case in failing.values()]
    return all(one is not None and not one.wrong & fixed for one in again)  # but for a guard


def _note(drafts: Drafts, found: Cure, cured: Sequence[Draft]) -> None:
    """Note a cure where the edit is; what is cured elsewhere inherits."""
    place = drafts.place(found.file, found.line)
    names = (found.assigned.partition("[")[0], found.assigned)  # grad[0] = ... is grad's own line
    here = [
        one
        for one in cured
        if found.first <= one.gradient.line <= found.last or one.gradient.name in names
    ]
    steps = [one for one in cured if _is_step(one)]
    moved = found.assigned and found.carries  # to what the edited statement assigns
    if found.kind == "order":  # what is wrong is what was computed after the update
        here = list(steps or cured)
    if not here and moved:
        here = [steps[0] if steps else _blamed(drafts, found, cured)]
    for one in here or cured:
        if one in steps and moved and found.kind != "order":
            one.change(name=found.assigned, **place)
        elif one.gradient.name in names:
            one.change(**place)  # where its own statement is wrong, if it has several
        name = one.gradient.name
        note = Note(found.finding, f"{name}: {found.told}", found.fix, found.cure)
        one.change(findings=(note,))
    for one in cured if here else ():
        if one not in here:
            one.inherit(here[0])


def _blamed(drafts: Drafts, found: Cure, cured: Sequence[Draft]) -> Draft:
    """A draft for the statement that is to be edited, before those that follow from it."""
    for known in drafts:  # a different gradient's cure was there as well
        if (known.gradient.name, known.gradient.line) == (found.assigned, found.line):
            return known
    shown = cured[0].gradient.counterexample  # its sizes; its numbers are those of what follows
    example = replace(shown, got=None, want=None) if shown else None
    place = drafts.place(found.file, found.line)
    return drafts.blame(found.assigned, place, cured, counterexample=example)
