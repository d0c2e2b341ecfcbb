"""One gradient of one case beside the truth, as a ``Judgement`` in units of measured noise."""

import math
from typing import Any

import numpy as np

from oracle.judging.trial import DIFFERENCES, Trial, Truth
from oracle.judging.verdict import WRONG_AT, Judgement, judge, largest
from oracle.subject import Path

# Ordinary values are not so badly conditioned that a rounding moves a gradient by more, relative to
# it; what seems to is a nudge that has made another function of it.
CONDITIONED = 1e-4
FLOAT32 = 2.0**29  # float32's units in float64's


def compare(trial: Trial, truth: Truth, path: Path, got: Any, known: bool = False) -> Judgement:
    """The judgement of what came; with ``known``, noise is not measured: it is wrong anyway."""
    want, case = truth.gradients[path], trial.case
    scale = trial.scale(path)

    def noise(enough: float) -> float:
        if known:
            return 0.0
        found = trial.noise(truth, path, enough)
        if (case.dtype, case.regime) == ("float64", "ordinary"):
            size = largest(want) + CONDITIONED * trial.loudest
            return min(found, CONDITIONED * size)
        return found

    if trial.strict or not isinstance(got, np.ndarray) or got.shape != want.shape:
        return judge(got, want, case.dtype, scale, noise)
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
        off = largest(got - want)
        units = off / max(unit, 1e-300) if math.isfinite(off) else math.inf
        return Judgement(units, want.size == 0)
    return judge(got, want, case.dtype, scale, noise)
