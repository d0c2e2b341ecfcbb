"""A traced run, judged: from the record to verdicts by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oracle.trace.blame import Blame, Judged
from oracle.trace.loss import Fit, best
from oracle.trace.match import Matcher
from oracle.trace.recorded import Recorded, Stored
from oracle.trace.steps import Step, Training
from oracle.truth.replay import NotReplayable


@dataclass(frozen=True)
class JudgedStep:
    """One step with its loss and its verdicts."""

    fit: Fit
    matcher: Matcher
    judged: tuple[Judged, ...]


def judge(recorded: Recorded, steps: int, loss: str = "") -> list[JudgedStep]:
    """The verdicts of the first steps."""
    training = Training(recorded.stored, recorded.notes)
    found = []
    for step in training.steps()[:steps]:
        one = _step(training, step, loss)
        if one is not None:
            found.append(one)
    return found


def _step(training: Training, step: Step, loss: str) -> JudgedStep | None:
    try:
        fit = best(training, step, loss)
    except NotReplayable:
        return None
    if fit is None:
        return None
    matcher = Matcher(training, fit.truth)
    judged = Blame(matcher, matcher.matches()).verdicts()
    return JudgedStep(fit, matcher, tuple(judged))


def enough(stored: Sequence[Stored], notes: Sequence[Any], steps: int) -> bool:
    """True if so many steps are complete, and one of them has a loss."""
    training = Training(stored, notes)
    return len(training.steps()) > steps
