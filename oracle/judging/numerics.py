"""Numbers that are lost though the formula is right, and cases in which nothing can be judged."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from oracle.cases import EXTREME, Case
from oracle.judging.ground_truth import AUTOGRAD, Truth
from oracle.judging.trial import Trial
from oracle.judging.unguarded import unguarded
from oracle.judging.verdict import DIGITS, UNSTABLE_AT, Judgement, agree, digits, largest
from oracle.results import Note
from oracle.subject import Path
from oracle.truth import guards, torch_compat
from oracle.truth.recording import Value
from oracle.truth.replay import NotReplayable

LOST = 3  # digits: fewer lost are no instability
# A matrix that rounding has made singular is no fault of the code that is to solve by it.
NOT_SOLVABLE = (np.linalg.LinAlgError, torch_compat.NotSolvable)
# Why a case does not count.
OVERFLOWS = "the forward is not finite"
SINGULAR = "a derivative is infinite"
GUARDED = "a clip decides"
NO_FAULT = "what is lost is lost by torch as well, or was never there"


def cannot_judge(trial: Trial, truth: Truth, path: Path, got: Any) -> str:
    """Why a gradient cannot be judged in a case, before it is compared; "" if it can."""
    regime = trial.case.regime
    if not trial.value_is_finite:
        return OVERFLOWS
    if trial.in_float32 and regime in EXTREME:
        return NO_FAULT  # the digits that it keeps are float32's, as was chosen
    if largest(truth.gradients[path]) > float(np.finfo(trial.case.dtype).max):
        return SINGULAR  # in float32 it is
    if not truth.is_finite(path) and (regime, truth.kind) != ("ordinary", AUTOGRAD):
        return SINGULAR
    if truth.quieted and _has_nan(got) and (regime, truth.kind) != ("ordinary", AUTOGRAD):
        return SINGULAR  # autograd would say the same, of √0 and the like
    return ""


def no_fault(
    trial: Trial,
    truth: Truth,
    path: Path,
    got: Any,
    judgement: Judgement,
    against: Callable[[Truth], Judgement],
) -> str:
    """Why an unstable gradient is no fault of the code that made it; "" if it is a fault.

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
    if _has_nan(got) and _is_singular(trial, path):
        return SINGULAR
    if case.regime in EXTREME:
        if _clipped(trial, truth, path):
            return GUARDED
        try:
            if not trial.differences_prefer_truth(truth, path, got):
                return NO_FAULT  # it is autograd's way that loses digits here, not the user's
        except NOT_SOLVABLE:
            return SINGULAR  # a step away from a tiny matrix there is no factor to be had
        except Exception:  # the forward refuses what lies beside: nothing speaks against the code
            return NO_FAULT
        if counted and _is_lost_by_rounding(trial, truth, path, got):
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
    free = unguarded(trial, lambda note: note.op in guards.BOUNDS)
    return path in free and not agree(free[path], truth.gradients[path], trial.largest_upstream)


def _is_singular(trial: Trial, path: Path) -> bool:
    """Autograd has no number either, at the very numbers that the user's forward came to.

    Two float32 that round to the same have the distance 0, where a root has no derivative,
    though those of the truth are not quite the same.
    """
    if trial.plan is None:
        return False

    def as_recorded(value: Value) -> Any:
        recorded = torch.from_numpy(np.array(value.array, float))
        return lambda of, made: recorded + (made - made.detach())

    try:
        values = [v for step in trial.plan.steps for v in step.outputs if v.active]
        if not all(np.isfinite(np.asarray(v.array)).all() for v in values):
            return False  # it has overflowed on the way, which is a matter of its own
        run = trial.plan.run(after={value: as_recorded(value) for value in values})
        run.again = None
        found = run.gradients(trial.upstream, wrt=[(0, *path)])
    except NotReplayable:
        return False
    return not bool(np.isfinite(found[0, *path]).all())


def _is_lost_by_rounding(trial: Trial, truth: Truth, path: Path, got: np.ndarray) -> bool:
    """The error of a gradient is smaller than a rounding on the way to it.

    Where a sigmoid or a softmax saturates, its gradient is small beside what it is the difference
    of: s(1 − s), p(g − Σgp). Torch's own formulas lose these digits as well.
    """
    if trial.plan is None:
        return False
    run = trial.plan.run()
    leaf = run.leaves[(0, *path)]
    points = [v for step in trial.plan.steps for v in step.outputs if v.active]
    points = [v for v in points if run.tensor(v).requires_grad]
    try:
        above = run.gradients(trial.upstream, wrt=points, retain_graph=True)
    except NotReplayable:
        return False
    largest_upstream = max((largest(g) for g in above.values()), default=0.0)
    size = largest(got - truth.gradients[path])
    gain = 1.0
    for value in points:
        if size <= 4 * trial.eps * largest_upstream * gain:
            return True
        end = run.tensor(value)
        signs = torch.where(torch.arange(end.numel()).reshape(end.shape) % 2 == 0, 1.0, -1.0)
        (found,) = torch_compat.gradients([end], [leaf], [signs.to(end.dtype)], retain_graph=True)
        gain = max(gain, 0.0 if found is None else float(found.abs().max().nan_to_num(0)))
    return size <= 4 * trial.eps * largest_upstream * gain


def _has_nan(got: Any) -> bool:
    return isinstance(got, np.ndarray) and got.dtype.kind == "f" and not np.isfinite(got).all()
