"""Wrong verdicts whose formula is not to blame: a guard, float32, a raising or changing line."""

import traceback
from collections.abc import Callable

import numpy as np

from oracle import cases
from oracle.diagnosis.drafts import Draft, Drafts
from oracle.diagnosis.evidence import Evidence
from oracle.judging.conditions import changing, user_files
from oracle.judging.examine import plan
from oracle.judging.session import Session
from oracle.judging.trial import Trial
from oracle.judging.trials import begin
from oracle.judging.verdict import EPS, UNSTABLE_AT, WRONG_AT
from oracle.results import Note
from oracle.subject import Subject


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
        return False  # that was allowed for
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

TRIED = 8  # cases in which the fault is looked for, the smallest first


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
