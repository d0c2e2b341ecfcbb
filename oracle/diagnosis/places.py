"""The line of a fault that is no matter of numbers: the one that raises, or changes an argument."""

import traceback
from collections.abc import Callable

from oracle import cases
from oracle.diagnosis.drafts import Drafts
from oracle.judging.conditions import changing, user_files
from oracle.judging.examine import plan
from oracle.judging.session import Session
from oracle.judging.trial import Trial
from oracle.judging.trials import begin
from oracle.subject import Subject

TRIED = 8  # cases in which the fault is looked for, the smallest first


def place(subject: Subject, drafts: Drafts) -> None:
    """Move such findings to the line of the user's file that is at fault."""
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
