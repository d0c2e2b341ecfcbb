"""Functions whose backward is no derivative on purpose.

A ``torch.autograd.Function`` around a forward that has no derivative to speak of is written to put
another gradient in its place: a straight-through estimator (the forward rounds, takes the sign or
samples), or one around the identity (it reverses, scales or clips the gradient on its way).
"""

import numpy as np

from oracle.judging.examination import Examination
from oracle.judging.examined import Tally
from oracle.judging.telling import ordinary
from oracle.results import Note
from oracle.subject import Way

FEW = 4  # failing cases that are looked at
NAME = "nothing-to-compare"


def allow_on_purpose(examination: Examination) -> None:
    """Take back a verdict of wrong numbers where the gradient is another one on purpose."""
    if examination.subject.way != Way.TORCH_FUNCTION:
        return
    for tally in examination.tallies:
        if tally.verdict == "wrong" and tally.failures and not tally.by_form:
            why = _why(examination, tally)
            if why:
                failures = tally.failures
                tally.take_back("undecidable")
                tally.failures = failures
                tally.note(Note(NAME, f"{tally.name} is no derivative on purpose: {why}"))


def _why(examination: Examination, tally: Tally) -> str:
    """What the forward is in all cases looked at: constant nearly everywhere, or the identity."""
    constant = identity = True
    for case in (ordinary(tally.failures) or tally.failures)[-FEW:]:
        try:
            trial = examination.trials.of(case)
            truth = trial.truth()
        except (Exception, SystemExit):
            return ""
        constant &= not truth.gradients[tally.path].any()
        given = trial.input_at(tally.path)
        values = list(truth.value.values())
        identity &= len(values) == 1 and np.array_equal(values[0], given)
    if constant:
        return "the forward is constant nearly everywhere, as it is where it rounds or samples"
    return "the forward is the identity" if identity else ""
