"""One gradient of one case beside the truth, as a ``Judgement`` in units of measured noise."""

import math
from typing import Any

import numpy as np

from oracle.judging.ground_truth import DIFFERENCES, Truth
from oracle.judging.trial import Trial
from oracle.judging.verdict import WRONG_AT, Judgement, judge, largest
from oracle.subject import Path
from oracle.truth.differences import STEP

# Ordinary values are not so badly conditioned that a rounding moves a gradient by more, relative to
# it; what seems to is a nudge that has made another function of it.
CONDITIONED = 1e-4
LOST = 1e-9  # of the value, by a rounding: then it is the values that are badly conditioned
VALUE: Path = ()
FLOAT32 = 2.0**29  # float32's units in float64's


def _coarse(trial: Trial, want: np.ndarray, scale: float, noise: Any) -> Any:
    """The noise of code that computes in fewer digits than it is given."""
    ratio = trial.own_eps / trial.eps
    floor = trial.own_eps * (largest(want) + scale)
    return lambda enough: floor + ratio * noise(max(0.0, enough - floor) / ratio)


def _has_no_digits(trial: Trial, truth: Truth) -> bool:
    """Whether rounding moves the value, too: that of log(1 − a), say, where a is nearly 1."""
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
            if low.units <= WRONG_AT:
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
