"""What is no matter of the formula: cases without a say on a gradient, and digits lost."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.cases import EXTREME, Case
from oracle.judging.trial import AUTOGRAD, Trial, Truth
from oracle.judging.verdict import DIGITS, UNSTABLE_AT, Judgement, agree, digits, largest
from oracle.results import Note
from oracle.subject import Path
from oracle.truth import guards, torch_compat
from oracle.truth.replay import NotReplayable

LOST = 3  # digits: fewer lost are no instability
# A matrix that rounding has made singular is no fault of the code that is to solve by it.
NOT_SOLVABLE = (np.linalg.LinAlgError, torch_compat.NotSolvable)
# Why a case has no say.
OVERFLOWS = "the forward is not finite"
SINGULAR = "a derivative is infinite"
GUARDED = "a clip decides"
NO_FAULT = "what is lost is lost by torch as well, or was never there"


def silenced(trial: Trial, truth: Truth, path: Path, got: Any) -> str:
    """Why a case has no say on a gradient, before anything is compared; "" if it has one."""
    regime = trial.case.regime
    if not trial.value_is_finite:
        return OVERFLOWS
    if largest(truth.gradients[path]) > np.finfo(trial.case.dtype).max:
        return SINGULAR  # in float32 it is
    if not truth.is_finite(path) and (regime, truth.kind) != ("ordinary", AUTOGRAD):
        return SINGULAR
    if truth.quieted and _has_nan(got) and (regime, truth.kind) != ("ordinary", AUTOGRAD):
        return SINGULAR  # autograd would say the same, of √0 and the like
    return ""


def excused(
    trial: Trial,
    truth: Truth,
    path: Path,
    got: Any,
    judgement: Judgement,
    against: Callable[[Truth], Judgement],
) -> str:
    """Why an unstable gradient is no fault of the code that made it; "" if it is one.

    Args:
        trial, truth, path: the case, its truth, and whose gradient it is.
        got: what came.
        judgement: that it is unstable.
        against: judges it anew, by another truth.
    """
    case, counted = trial.case, math.isfinite(judgement.units)
    if judgement.finding:
        return ""
    if counted and digits(got, truth.gradients[path], case.dtype) > DIGITS[case.dtype] - LOST:
        return NO_FAULT  # many units of very little noise: no digits worth speaking of
    if case.dtype == "float32":
        wide = trial.widened()
        if wide is not None and against(wide).units <= UNSTABLE_AT:
            return NO_FAULT
    if _has_nan(got) and trial.is_singular(path):
        return SINGULAR
    if case.regime in EXTREME:
        if _clipped(trial, truth, path):
            return GUARDED
        if not trial.sides_with_truth(truth, path, got):
            return NO_FAULT  # it is autograd's way that loses digits here, not the user's
        if counted and trial.drowned(truth, path, got):
            return NO_FAULT  # there are no digits to be lost
    return ""


def lost(name: str, case: Case, judgement: Judgement, got: Any, want: np.ndarray) -> Note:
    """The formula is right and the numbers are not: which way."""
    if math.isfinite(judgement.units):
        kept, due = digits(got, want, case.dtype), 16 if case.dtype == "float64" else 7
        said = f"{name} keeps {kept:.0f} of {due} digits at {case.regime} values"
        return Note("cancellation", said, "do not subtract what is nearly equal")
    cure = "keep exponents at or below 0, as the stable forms do"
    if np.isnan(np.asarray(got, float)).any():
        cure += "; what is 0·∞ or ∞ − ∞ is to be cancelled on paper"
    return Note("overflow", f"{name} {judgement.message}, at {case.regime} values", cure)


def _clipped(trial: Trial, truth: Truth, path: Path) -> bool:
    """Whether a clip next to 0 or 1, a guard, decides what the gradient is in this case."""
    steps = trial.plan.steps if trial.plan is not None else []
    clips = guards.removal(step.note for step in steps if step.note.op in guards.BOUNDS)
    if trial.plan is None or not clips:
        return False
    try:
        free = trial.plan.run(instead=clips).gradients(trial.upstream, wrt=[(0, *path)])
    except NotReplayable:
        return False
    return not agree(free[0, *path], truth.gradients[path], trial.loudest)


def _has_nan(got: Any) -> bool:
    return isinstance(got, np.ndarray) and got.dtype.kind == "f" and not np.isfinite(got).all()
