"""The mistake behind a wrong gradient, proved on several shapes that were not used to find it.

judging → evidence (some failing cases, opened up) → blame (which step) → mistakes (which one)
"""

import traceback
from collections.abc import Callable, Sequence

import numpy as np

from oracle import cases
from oracle.cases import Case
from oracle.diagnosis import repair, targets
from oracle.diagnosis.drafts import Diagnosis, Draft, Drafts
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.explain import explain, explain_arrays, is_elementwise
from oracle.diagnosis.observed import (
    has_other_slope,
    ignores_upstream,
    right_only_when,
    what_is_seen,
)
from oracle.diagnosis.targets import Opened
from oracle.judging.budget import OPENED, has_a_one, ordinary
from oracle.judging.conditions import changing, user_files
from oracle.judging.examine import plan
from oracle.judging.examined import Examined
from oracle.judging.session import Session
from oracle.judging.trial import Trial
from oracle.judging.trials import begin
from oracle.judging.verdict import EPS, UNSTABLE_AT, WRONG_AT
from oracle.results import Kind, Note
from oracle.subject import Path, Subject

KNOWN = 2  # of the cases that are opened up, in which a cure is tried
MOST_TRIALS = 6  # cases in which a cure is tried
# Findings that are no matter of numbers: with them there is nothing to compare.
OF_ANOTHER_KIND = {
    "raises", "not-deterministic", "state-not-kept", "mutates-input", "right-only-when",
}  # fmt: skip
TRIED = 8  # cases in which the fault is looked for, the smallest first


def diagnose(examined: Examined) -> Diagnosis:
    """Find which gradients are right but for a guard, blame one step, and name the mistakes."""
    drafts = Drafts(examined)
    try:
        with examined.trials.names:
            _diagnose(examined, drafts)
    except Exception as error:  # ours: it costs the finding; the verdict stands
        _give_up(drafts, error)
    return drafts.finished()


def _diagnose(examined: Examined, drafts: Drafts) -> None:
    place(examined.subject, drafts)
    left = [draft.entry.path for draft in drafts if draft.entry and _is_wrong_by_value(draft)]
    opened = Opened(examined)
    while left:  # the failing cases of some gradients may tell nothing of the others
        evidence = opened.telling(left)
        here = [path for path in left if not evidence or _of(examined, path, evidence)]
        _diagnose_some(examined, drafts, here, evidence, opened)
        left = [path for path in left if path not in here]


def _give_up(drafts: Drafts, error: Exception) -> None:
    """Leave what is wrong as wrong and unexplained: the diagnosis itself has failed."""
    for draft in drafts:
        if draft.is_wrong and not draft.gradient.findings:
            said = (
                f"{draft.gradient.name} is not the gradient; looking for the reason broke down, "
                f"by an error of oracle itself: {type(error).__name__}: {error}; please report it"
            )
            draft.find(Note("unexplained", said))


def _diagnose_some(
    examined: Examined,
    drafts: Drafts,
    paths: Sequence[Path],
    evidence: Sequence[Evidence],
    opened: Opened,
) -> None:
    """Diagnose gradients that the same cases tell of."""
    if evidence:
        for path in paths:
            draft, own = drafts.of(path), _of(examined, path, evidence)
            if all(e.guarded and path not in e.wrong_paths() for e in own):
                ignore_guards(draft, own[0])
            elif is_float32(draft, own[0]):
                blame_float32(draft)
        paths = [path for path in paths if drafts.of(path).is_wrong]
        explain(examined, drafts, paths, evidence, opened)
    else:
        explain_arrays(examined, drafts, paths)
    for path in paths:
        draft = drafts.of(path)
        if draft.is_wrong and not draft.gradient.findings:
            draft.find(Note("unexplained", _observed(draft, evidence, path)))
        alone = draft.is_wrong and not draft.also
        if alone and (remark := right_only_when(examined.entry(path))) is not None:
            draft.note(remark)
    elementwise, trials = is_elementwise(evidence), _trials(examined, paths, evidence)
    repair.amend(drafts, trials, elementwise)
    for path in paths:
        draft = drafts.of(path)
        if draft.is_wrong and draft.names == {"unexplained"}:
            name = draft.gradient.name
            finding = ignores_upstream(name, path, trials)
            if finding is None and elementwise:
                finding = has_other_slope(name, path, trials, evidence)
            draft.change(findings=(finding,) if finding else draft.gradient.findings)


def _is_wrong_by_value(draft: Draft) -> bool:
    """True if its numbers or its shape are wrong, and there is something to compare."""
    of_argument = draft.gradient.kind is Kind.ARGUMENT
    return draft.is_wrong and of_argument and not draft.names & OF_ANOTHER_KIND


def _of(examined: Examined, path: Path, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence in which a gradient was found wrong."""
    failing = set(map(str, examined.entry(path).failures))
    return [one for one in evidence if str(one.case) in failing]


def _trials(examined: Examined, paths: Sequence[Path], evidence: Sequence[Evidence]) -> list[Trial]:
    """Failing cases in which to try cures: the smallest of each gradient, and telling ones."""
    chosen: dict[str, Case] = {str(one.case): one.case for one in evidence[:KNOWN]}
    for path in paths:
        failing = ordinary(examined.entry(path).failures)
        for case in [*failing[:1], *sorted(failing, key=has_a_one)[:OPENED]]:
            chosen.setdefault(str(case), case)
    return [examined.trials.of(case) for case in list(chosen.values())[:MOST_TRIALS]]


def _observed(draft: Draft, evidence: Sequence[Evidence], path: Path) -> str:
    name = draft.gradient.name
    for one in evidence:
        if path in one.wrong_paths():
            return f"{name} {what_is_seen(targets.of_input(one, path, name))}"
    return f"{name} is not the gradient; nothing known explains the difference"


def ignore_guards(draft: Draft, evidence: Evidence) -> None:
    """It is right but for guards that the backward does not know of."""
    lines = sorted({note.line for note in evidence.guarded})
    where = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
    name = draft.gradient.name
    draft.change(verdict="correct", counterexample=None, findings=())
    draft.note(
        Note("guard-ignored", f"{name} is right but for the guard on {where}, which it ignores")
    )
    if evidence.guards_in_backward and _guard_dominates(draft):
        draft.change(verdict="unstable")
        draft.find(Note("guard-ignored", "where the guard dominates, it is not"))


def _guard_dominates(draft: Draft) -> bool:
    units = draft.gradient.units
    return any(units.get(f"float64/{regime}", 0.0) > UNSTABLE_AT for regime in ("tiny", "large"))


def is_float32(draft: Draft, evidence: Evidence) -> bool:
    """True if float32 inside the user's code accounts for all of the difference."""
    if evidence.trial.in_float32:
        return False  # its noise is that of float32 already
    kinds = {np.asarray(v.array).dtype for n in evidence.recording.notes for v in n.outputs}
    if not kinds & {np.dtype(np.float32), np.dtype(np.float16)}:
        return False
    units = draft.gradient.units.get("float64/ordinary", 0.0)
    return units <= WRONG_AT * EPS["float32"] / EPS["float64"]


def blame_float32(draft: Draft) -> None:
    """Its formula is right, its digits are float32's."""
    said = f"{draft.gradient.name} has float32's digits, though everything given is float64"
    finding = Note("lower-precision", said, "keep the dtype of the inputs")
    draft.change(verdict="unstable", findings=(finding,))


# The line of a fault that is no matter of numbers: the one that raises, or changes an argument.


def place(subject: Subject, drafts: Drafts) -> None:
    """Move findings of what raises or changes an argument to the line at fault."""
    for draft in drafts:
        for fault, look in (("raises", _raising), ("mutates-input", changing)):
            if fault in draft.names:
                line = _found(subject, draft.gradient.name, look)
                draft.change(line=line or draft.gradient.line)


def _found(subject: Subject, name: str, look: Callable[[Trial, str], int | None]) -> int | None:
    chosen = plan(subject, 5 * TRIED, 0, cases.MAX_DIM, ("float64",))
    with Session(*subject.functions) as names:
        for case in [c for c in chosen if c.regime == "ordinary"][:TRIED]:
            try:
                line = look(begin(subject, case, names), name)
            except (Exception, SystemExit):  # the forward's own, at these sizes
                continue
            if line is not None:
                return line
    return None


def _raising(trial: Trial, name: str) -> int | None:
    """The user's own line nearest to what raises in the backward."""
    trial.truth()
    try:
        trial.candidate()
    except (Exception, SystemExit) as error:
        own = [
            f for f in traceback.extract_tb(error.__traceback__) if f.filename in user_files(trial)
        ]
        return own[-1].lineno if own else None
    return None
