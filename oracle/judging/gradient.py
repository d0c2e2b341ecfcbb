"""One gradient in one case: its distance from the truth, and the verdict on it."""

import math
from typing import Any, NamedTuple

import numpy as np

from oracle.cases import Case
from oracle.judging import kinks, numerics
from oracle.judging.budget import KINKS_LEGAL
from oracle.judging.examined import Tally
from oracle.judging.ground_truth import AUTOGRAD, DIFFERENCES, Truth
from oracle.judging.trial import Trial
from oracle.judging.verdict import WRONG_AT, Judgement, judge, largest, severity
from oracle.results import Note
from oracle.subject import Made, Path, as_array
from oracle.truth.differences import STEP

# The largest relative change of a gradient by a rounding of ordinary values. A larger change means
# that the nudge has changed the function.
CONDITIONED = 1e-4
LOST = 1e-9  # of the value, by a rounding: then it is the values that are badly conditioned
FLOAT32 = 2.0**29  # float32's units in float64's


def _coarse(trial: Trial, want: np.ndarray, scale: float, noise: Any) -> Any:
    """The noise of code that computes in fewer digits than it is given."""
    ratio = trial.own_eps / trial.eps
    floor = trial.own_eps * (largest(want) + scale)
    return lambda enough: floor + ratio * noise(max(0.0, enough - floor) / ratio)


def _has_no_digits(trial: Trial, truth: Truth) -> bool:
    """True if rounding changes the value as well: log(1 − a), for example, where a is nearly 1."""
    value = max(map(largest, truth.value.values()), default=0.0)
    return trial.noise(truth, VALUE) > LOST * value


def compare(trial: Trial, truth: Truth, path: Path, got: Any, known: bool = False) -> Judgement:
    """The judgement of what came; with ``known``, noise is not measured: it is wrong anyway."""
    want, case = truth.gradients[path], trial.case
    scale = trial.scale(path)

    def noise(enough: float) -> float:
        if known:
            return 0.0
        found = trial.noise(truth, path, enough)
        if (case.dtype, case.regime) == ("float64", "ordinary"):
            size = largest(want) + CONDITIONED * trial.largest_upstream
            capped = min(found, CONDITIONED * size)
            return found if capped < found and _has_no_digits(trial, truth) else capped
        return found

    if trial.strict or not isinstance(got, np.ndarray) or got.shape != want.shape:
        return judge(got, want, case.dtype, scale, noise)
    if trial.own_eps > trial.eps and truth.kind != DIFFERENCES:
        own = got.astype(case.dtype)
        return judge(own, want, case.dtype, scale, _coarse(trial, want, scale, noise), WRONG_AT)
    if got.dtype != case.dtype:
        if case.dtype == "float64" and got.dtype == np.float32:
            low = judge(got, want, "float32", scale, lambda e: FLOAT32 * noise(e / FLOAT32))
            if low.units <= WRONG_AT and not low.vacuous:  # of nothing, the dtype says nothing
                message = "is computed in float32, though everything given is float64"
                return Judgement(low.units, low.vacuous, "lower-precision", message)
            return low
        got = got.astype(case.dtype)  # float64 of float32 inputs is no fault
    if truth.kind == DIFFERENCES:
        unit = truth.units[path] + 1e-9 * largest(want)
        if trial.in_float32:  # and so are the forward's values, of which these are differences
            unit += trial.own_eps * scale / STEP
        off = largest(got - want)
        units = off / max(unit, 1e-300) if math.isfinite(off) else math.inf
        return Judgement(units, max(largest(want), off) <= WRONG_AT * unit)
    # A gradient that is smaller than what is called wrong is nearly 0: no mistake could show.
    plain = (case.dtype, case.regime) == ("float64", "ordinary")
    return judge(got, want, case.dtype, scale, noise, WRONG_AT if plain else 1.0)


# The verdict on one gradient in one case, with what accounts for a difference from the truth.

VALUE: Path = ()  # the path of the value, where it is judged as the gradients are
SELDOM = 12  # passes to one failure
KINKED = ("kinks", "tied", "repeated")  # regimes with values at kinks and ties


class Outcome(NamedTuple):
    """The verdict of one gradient in one case. (A tuple: one is made for every comparison.)"""

    verdict: str  # one of VERDICTS; of a legal choice at a kink, and of no count, "correct"
    judgement: Judgement
    uncounted: str = ""  # why the case does not count
    legal: bool = False  # another choice than torch's at a kink or a tie
    only_layout: bool = False  # right where arrays are C-contiguous
    finding: Note | None = None

    @property
    def is_form(self) -> bool:
        """A failure that is no matter of numbers, but of the shape."""
        return bool(self.judgement.finding)


def judged(trial: Trial, truth: Truth, made: Made, tally: Tally, inherits: bool) -> Outcome:
    """Judge a gradient; ``inherits``: the value is not torch's, nor can its gradients be."""
    case, path = trial.case, made.of
    got = made.value if trial.strict else as_array(made.value)
    if not trial.strict and (why := numerics.cannot_judge(trial, truth, path, got)):
        return Outcome("correct", Judgement(0.0, vacuous=True), why)
    judgement = compare(trial, truth, path, got, tally.verdict == "wrong")
    verdict = severity(case.dtype, case.regime, judgement)
    if truth.kind == DIFFERENCES and not judgement.finding:
        verdict = "wrong" if judgement.units > WRONG_AT else "correct"
    if verdict == "correct":
        return Outcome(verdict, judgement)
    if why := _uncounted(trial, truth, path, got, tally, judgement, verdict):
        return Outcome("correct", judgement, why)
    if judgement.finding:
        finding = _told(tally, case, verdict, judgement, got, truth.gradients[path])
        return Outcome(verdict, judgement, finding=finding)
    return _failure(trial, truth, made, tally, judgement, verdict, inherits)


def _failure(
    trial: Trial,
    truth: Truth,
    made: Made,
    tally: Tally,
    judgement: Judgement,
    verdict: str,
    inherits: bool,
) -> Outcome:
    """A difference in values: a choice at a kink, inherited, of the layout, or a mistake."""
    case, path = trial.case, made.of
    got = as_array(made.value)
    if case.regime in KINKED and tally.verdict != "wrong" and path != VALUE:
        settled = tally.legal >= KINKS_LEGAL
        choice = "legal" if settled else kinks.choice(trial, truth, path, got)
        if choice == "legal":
            return Outcome("correct", judgement, legal=True)
        if choice == "spread":
            said = f"{tally.name} is given in full to each of several equal entries"
            cure = "give it to one of them, or divide it by their number"
            return Outcome(verdict, judgement, finding=Note("tie-spread", said, cure))
    if inherits and verdict == "wrong" and _is_own_derivative(trial, path, got):
        return Outcome("inherited", judgement)
    if case.regime == "layout" and _is_right_when_contiguous(trial, truth, path, got):
        said = f"{tally.name} is right only where the arrays given are C-contiguous"
        cure = "do not rely on the order of memory: use x.copy(), or np.ascontiguousarray(x)"
        finding = Note("right-only-when", said, cure)
        return Outcome("wrong", judgement, only_layout=True, finding=finding)
    want = truth.gradients[path]
    return Outcome(verdict, judgement, finding=_told(tally, case, verdict, judgement, got, want))


def _uncounted(
    trial: Trial,
    truth: Truth,
    path: Path,
    got: Any,
    tally: Tally,
    judgement: Judgement,
    verdict: str,
) -> str:
    """Why a difference is no fault of the code; "" if it is one."""
    if trial.strict:
        return ""
    if verdict == "wrong" and not judgement.finding and truth.kind == AUTOGRAD:
        # Right nearly always, and here no worse than rounding makes of the truth itself.
        seldom = len(tally.passes) >= SELDOM * (tally.failed + 1)
        off = largest(got - truth.gradients[path]) if seldom else 0.0
        if seldom and off <= WRONG_AT * trial.noise(truth, path):
            return numerics.NO_FAULT
    if verdict != "unstable":
        return ""
    return numerics.no_fault(
        trial, truth, path, got, judgement, lambda other: compare(trial, other, path, got)
    )


def _told(
    tally: Tally, case: Case, verdict: str, judgement: Judgement, got: Any, want: np.ndarray
) -> Note | None:
    """The finding that a difference is told as, if it is told before a diagnosis."""
    if tally.verdict == "wrong" and verdict == "unstable":
        return None  # the formula is wrong: its numbers are of no interest
    if verdict == "unstable" and not judgement.finding:
        return numerics.lost(tally.name, case, judgement, got, want)
    if judgement.finding or judgement.message:
        return Note(judgement.finding or "unexplained", f"{tally.name} {judgement.message}")
    return None


def _is_own_derivative(trial: Trial, path: Path, got: np.ndarray) -> bool:
    """True if a gradient is that of the code's own forward, as far as differences can tell."""
    if (trial.case.dtype, trial.case.regime) != ("float64", "ordinary"):
        return True
    try:
        return trial.is_own_derivative(path, got)
    except Exception:  # the forward refuses what lies beside
        return False


def _is_right_when_contiguous(trial: Trial, truth: Truth, path: Path, got: np.ndarray) -> bool:
    """With plain arrays the gradient is right: it is wrong for the order of memory alone.

    Both are compared in the same way: a gradient that is known to be wrong is compared without
    noise, and would differ from itself.
    """
    try:
        made = trial.plain_candidate()[1]
    except (Exception, SystemExit):
        return False
    same = [as_array(one.value) for one in made if one.of == path]
    if not same or compare(trial, truth, path, same[0]).units > WRONG_AT:
        return False
    return compare(trial, truth, path, got).units > WRONG_AT
