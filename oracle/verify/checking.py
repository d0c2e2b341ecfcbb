"""The check on ourselves: a derivation of reference/, judged as a user's is, by its torch twin."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from oracle.cases import Case
from oracle.judging.examination import Examination
from oracle.judging.session import Session
from oracle.judging.trials import Trials
from oracle.verify.derivations import Derivation
from oracle.verify.runs import Run, of_derivation
from oracle.verify.twin_trial import Twin, TwinTrial


def check(derivation: Derivation, twin: Twin, cases: Iterable[Case]) -> Run:
    """Judge a derivation on some cases of one dtype and regime."""
    begin = partial(TwinTrial, derivation, twin)
    trials = Trials(derivation.subject, Session(), begin, most=0)
    examination = Examination(derivation.subject, trials)
    run = of_derivation(derivation)
    examination.tallies = run.gradients  # each has a place in the report, seen or not
    with np.errstate(all="ignore"):
        for case in cases:
            examination.take(case)
            run.dtypes.add(case.dtype)
            run.regimes.add(case.regime)
    run.cases = examination.cases
    run.witnessed = examination.witnessed
    run.shapes = examination.shapes
    run.shown = {tally.of for tally in run.gradients if tally.of and tally.shown}
    if run.gradients[0].verdict == "correct":  # else the twin's gradient need not be this value's
        run.distrusted = examination.distrusted
    run.throw_away_truth()
    run.gradients = [replace(tally, passes=[], failures=[]) for tally in run.gradients]
    return run
