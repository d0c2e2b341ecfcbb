"""Numbers that are lost though the formula is right, and cases that cannot be judged."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from oracle.cases import EXTREME, SHIFT, Case
from oracle.judging.ground_truth import AUTOGRAD, Truth
from oracle.judging.trial import Trial
from oracle.judging.verdict import DIGITS, UNSTABLE_AT, Judgement, agree, digits, largest
from oracle.results import Note
from oracle.subject import Made, Path, as_array, outputs
from oracle.truth import guards, recording, torch_compat
from oracle.truth.recording import Value
from oracle.truth.replay import NotReplayable


def unguarded(
    trial: Trial, counts: Callable[[recording.Note], bool] = lambda note: True
) -> dict[Path, np.ndarray]:
    """The gradients by path of the input; none if there is no guard, or it cannot be left out.

    ``counts`` may choose among the guards.
    """
    if trial.plan is None:
        return {}
    instead = guards.removal(step.note for step in trial.plan.steps if counts(step.note))
    if not instead:
        return {}
    try:
        free = trial.plan.run(instead=instead).gradients(trial.upstream)
    except NotReplayable:
        return {}
    return {path[1:]: gradient for path, gradient in free.items() if path[0] == 0}


# Numbers that are lost though the formula is right, and cases in which nothing can be judged.

LOST = 3  # digits: fewer lost are no instability
# A matrix that rounding has made singular is no fault of the code that is to solve by it.
NOT_SOLVABLE = (np.linalg.LinAlgError, torch_compat.NotSolvable)
NOT_FINITE = "must not contain infs or NaNs"  # as SciPy refuses what NumPy takes
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
    """True if a clip near 0 or 1, which is a guard, decides the gradient in this case."""
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


# Inputs of a mean that is large beside their spread: E[x²] − E[x]² loses all digits there.
#
# The replay of such a forward loses the same digits, so it is no truth. But where the function
# does not change when a constant is added to an input, its gradients do not either: those at a
# large offset are compared with those at none. The offset is exact in binary, so that the input
# is not rounded; code that subtracts the mean first still loses the digits that the offset takes.

NEAR = (1.0, 16.0)  # offsets at which it must be seen that the function does not change
FAR = (2.0**10, SHIFT)  # and at which its gradients may lose their digits
SAME = 1e-10


def lost_by_offset(trial: Trial) -> Iterator[tuple[Made, np.ndarray, float, Note]]:
    """Gradients that lose their digits at a large offset: what came, expected, units, finding."""
    drawn = trial.arrays
    shifted = [
        n for n, a in drawn.items() if a.dtype.kind == "f" and a.size and a.min() > SHIFT / 2
    ]
    base = {n: a - SHIFT if n in shifted else a for n, a in drawn.items()}
    plain = _run(trial, base)
    if plain is None:
        return
    for name in shifted:
        near = [_run(trial, base | {name: base[name] + by}) for by in NEAR]
        if not all(one is not None and _is_same(one, plain) for one in near):
            continue
        for offset in FAR:
            far = _run(trial, base | {name: base[name] + offset})
            lost = [] if far is None else list(_lost(trial, name, offset, far[1], plain[1]))
            yield from lost
            if lost:
                break


def _lost(
    trial: Trial, name: str, offset: float, far: list[Made], plain: list[Made]
) -> Iterator[tuple[Made, np.ndarray, float, Note]]:
    """The gradients that are no longer what they are without the offset."""
    for made, want in zip(far, plain, strict=False):
        got, expected = as_array(made.value), as_array(want.value)
        limit = trial.eps * offset * max(largest(expected), trial.largest_upstream)
        units = largest(got - expected) / limit
        if units > UNSTABLE_AT:
            said = f"{made.name} loses its digits where {name} is around {offset:.0f}"
            cure = "subtract the mean first, then square"
            yield made, expected, units, Note("cancellation", said, cure)


def _run(trial: Trial, arrays: dict[str, np.ndarray]) -> tuple[list[np.ndarray], list[Made]] | None:
    """Value and gradients at some arrays; None if they are not finite, or no arrays."""
    before = trial.arrays
    trial.arrays = arrays
    try:
        value, made, _ = trial.plain_candidate()
    except (Exception, SystemExit):  # the user's code may raise anything
        return None
    finally:
        trial.arrays = before
    values = [np.asarray(part) for part in outputs(value)]
    found: list[Any] = [*values, *(as_array(one.value) for one in made)]
    numbers = (isinstance(one, np.ndarray) and one.dtype.kind == "f" for one in found)
    if not all(numbers) or not all(np.isfinite(one).all() for one in found):
        return None
    return values, made


def _is_same(one: Any, other: Any) -> bool:
    """The same value and the same gradients."""
    ours = [*one[0], *(as_array(made.value) for made in one[1])]
    theirs = [*other[0], *(as_array(made.value) for made in other[1])]
    return len(ours) == len(theirs) and all(
        a.shape == b.shape and largest(a - b) <= SAME * (largest(b) + 1)
        for a, b in zip(ours, theirs, strict=True)
    )
