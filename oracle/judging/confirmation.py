"""Before numbers are called wrong: differences of the code's own forward must side with the truth.

The truth is usually autograd's through a replay, which may have lost something on the way. So up to
a few failing cases are held against ``truth.confirm``, which knows neither record nor replay. One
case in which it sides with the truth is a proof. Where it sides with the code, all failures are
looked at again. Where it can tell nothing, the verdict is undecidable.
"""

import dataclasses
from collections.abc import Iterator
from typing import Literal

import numpy as np

from oracle.cases import Case
from oracle.judging.budget import ENOUGH, has_a_one, ordinary, smallest
from oracle.judging.examination import Examination
from oracle.judging.examined import Tally, counterexample
from oracle.judging.gradient import KINKED
from oracle.judging.ground_truth import AUTOGRAD, Truth
from oracle.judging.trial import Trial
from oracle.judging.verdict import largest
from oracle.results import Note
from oracle.subject import Path, Way, as_array
from oracle.truth.confirm import Side, confirm

FEW = 3  # failing cases that are held against differences, or more where these tell nothing
MORE = 3

# Relative: differences are not exact enough to tell one from the other where less is off. Guards in
# the forward, log(p + 1e-8), do so little; what a leak in the record does is not so small.
SMALL = 1e-6

Outcome = Literal["wrong", "right", "too small", "cannot tell"]

DISAGREES = "differences of the forward side with the gradient, and not with torch's replay"
NOTHING_TOLD = (
    "it differs from torch's replay, but differences of the forward side with neither: "
    "the forward has a kink or a jump there, or is too noisy"
)


def confirm_wrong(examination: Examination) -> None:
    """Take back each verdict of wrong numbers that the forward's own differences do not confirm."""
    for tally in examination.tallies:
        if tally.verdict == "wrong" and tally.failures and not tally.by_form:
            _confirm(examination, tally)


def _confirm(examination: Examination, tally: Tally) -> None:
    outcomes = []
    for case in _chosen(tally):
        outcome = _looked_at(examination, tally, case)
        if outcome == "wrong":
            return
        outcomes.append(outcome)
    only_kinks = all(case.regime in KINKED for case in tally.failures)
    if "right" in outcomes:
        again = ordinary(tally.failures)
        again = again[:: max(1, len(again) // ENOUGH)]
        found = [(case, _looked_at(examination, tally, case)) for case in again]
        if any(outcome == "wrong" for _, outcome in found):
            return
        examination.distrust(DISAGREES)
        tally.take_back("correct")
        tally.passes += [case for case, outcome in found if outcome == "right"]
    elif "too small" in outcomes or only_kinks:  # one-sided derivatives have judged the latter
        return
    elif all(map(has_a_one, tally.failures)) and not all(map(has_a_one, tally.passes)):
        # Of one thing alone much is constant, and at the edge of a clip: one probability is 1.
        examination.unjudged_sizes += len(tally.failures)
        tally.take_back("correct")
    else:
        failures = tally.failures
        tally.take_back("undecidable")
        tally.failures = failures
        tally.note(Note("witness-disagrees", f"{tally.name}: {NOTHING_TOLD}"))


def _chosen(tally: Tally) -> Iterator[Case]:
    """The failing cases to look at: small and ordinary ones first, then the largest.

    Where it fails at one size only, other draws of that size are looked at too.
    """
    failing = ordinary(tally.failures) or tally.failures
    order = [*smallest(failing), *failing]
    distinct = list({str(case): case for case in order}.values())
    sizes = {str(case.sizes) for case in distinct}
    if len(sizes) == 1:
        first = distinct[0]
        distinct += [dataclasses.replace(first, seed=first.seed + 1 + k) for k in range(FEW)]
    yield from distinct[:FEW]
    yield from distinct[FEW:][-MORE:]


def _looked_at(examination: Examination, tally: Tally, case: Case) -> Outcome:
    """The result of differences for a gradient in one case."""
    try:
        trial = examination.trials.of(case)
        made = trial.candidate()[1]
        truth = trial.truth()
    except (Exception, SystemExit):
        return "cannot tell"
    got = next((as_array(one.value) for one in made if one.of == tally.path), None)
    want = truth.gradients.get(tally.path)
    if want is None or not isinstance(got, np.ndarray) or got.shape != want.shape:
        return "cannot tell"
    side = _side(trial, tally.path, want, got)
    if side == "candidate":
        return "right"
    if side == "truth":
        return "wrong"
    if largest(got - want) <= SMALL * largest(want):
        return "too small"
    if truth.kind == AUTOGRAD and _is_off_by_differences(examination, trial, tally, got):
        return "wrong"
    return "cannot tell"


def _is_off_by_differences(
    examination: Examination, trial: Trial, tally: Tally, got: np.ndarray
) -> bool:
    """Neither the replay nor the gradient is the derivative: both are off from differences."""
    why = "torch's replay is not this forward's derivative"
    truth: Truth = trial.differences(why, tally.path)
    want = truth.gradients[tally.path]
    if _side(trial, tally.path, want, got) != "truth":
        return False
    examination.tell_differences(truth)
    tally.counterexample = counterexample(examination.subject, trial.case, got, want)
    return True


def _side(trial: Trial, path: Path, want: np.ndarray, got: np.ndarray) -> Side:
    try:
        with trial.seeded():
            return confirm(trial.own_forward(), (0, *path), want, got, trial.case.seed)
    except (Exception, SystemExit):  # the user's code may raise anything
        return "cannot tell"


# Functions whose backward is no derivative on purpose.
#
# A ``torch.autograd.Function`` around a forward that has no derivative to speak of is written to
# put another gradient in its place: a straight-through estimator (the forward rounds, takes the
# sign or samples), or one around the identity (it reverses, scales or clips the gradient on its
# way).

LOOKED_AT = 4  # failing cases that are looked at
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
    """The kind of forward in all cases considered: constant nearly everywhere, or the identity."""
    constant = identity = True
    for case in (ordinary(tally.failures) or tally.failures)[-LOOKED_AT:]:
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
