"""Checks one derivation on a list of cases: truth and candidate, verdict, smallest failure.

One case is held at a time; what stays of it is noted in a ``Run``.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from oracle.cases import EXTREME, Case
from oracle.judging.examined import Tally
from oracle.judging.verdict import QUIET, UNSTABLE_AT, WRONG_AT, Judgement, digits, judge
from oracle.results import VERDICTS, Counterexample, Note
from oracle.verify import conditions, witness
from oracle.verify.derivations import Derivation
from oracle.verify.runs import Run, of_derivation
from oracle.verify.sample import Sample, Twin

CLOSELY = 16  # the first three and every so many cases also see side conditions and the witness
REDRAWN = 20  # cases of a run that are drawn again because they could show nothing
ENOUGH = 10  # failures of one gradient in a run: more would only cost time
COMPARED = 16  # in every so many float32 cases torch's own float32 is asked for its digits


def check(derivation: Derivation, twin: Twin, cases: Iterable[Case]) -> Run:
    """Judge a derivation on some cases of one dtype and regime."""
    run = of_derivation(derivation)
    redrawn = 0
    with np.errstate(all="ignore"):
        for case in cases:
            while not _judge_case(Sample(derivation, twin, case), run) and redrawn < REDRAWN:
                redrawn += 1
                case = replace(case, seed=case.seed + 1)
    run.throw_away_truth()
    return run


def _judge_case(sample: Sample, run: Run) -> bool:
    """Judge everything in one case; False if some gradient could have shown nothing in it."""
    closely = run.cases < 3 or run.cases % CLOSELY == 0
    run.cases += 1
    run.dtypes.add(sample.case.dtype)
    run.regimes.add(sample.case.regime)
    run.shapes.add(str(sample.case.sizes))
    value_entry = run.gradients[0]
    arguments, upstream = sample.arguments()
    due = len(sample.derivation.arguments)
    try:
        value, pullback = sample.forward(arguments)
        judgement = _judge(sample, value_entry, value)
        if judgement.finding == "wrong-shape":
            return True
        returned = pullback(upstream)
        gradients = (returned,) if isinstance(returned, np.ndarray) else tuple(returned)
    except Exception as error:  # its own mistake, whatever it is; the others are still judged
        message = f"raises {type(error).__name__}: {error}"
        _fail(sample, value_entry, Note("raises", message), None, sample.truth.value)
        return True
    if len(gradients) != due:
        message = f"the pullback returns {len(gradients)} gradients, {due} are due"
        _fail(sample, value_entry, Note("wrong-shape", message), None, None)
        return True
    found = {a.name: g for a, g in zip(sample.derivation.arguments, gradients)}
    inherits = _severity(sample.case, judgement) == "wrong"
    could_show = True
    for entry in run.gradients[1:]:
        judgement = _judge(sample, entry, found[entry.of], inherits)
        could_show &= not judgement.vacuous
        if not judgement.vacuous:
            run.shown.add(entry.of)
    if closely:
        _look_closely(sample, run, (arguments, upstream), value, pullback, gradients)
    if sample.case.dtype == "float32" and run.cases % COMPARED == 1:
        _compare_digits(sample, run, {"": value, **found})
    return could_show


def _judge(sample: Sample, entry: Tally, got: Any, inherits: bool = False) -> Judgement:
    """Judge one array of a case, and note what comes of it."""
    case, of = sample.case, entry.of
    if entry.failed >= ENOUGH:
        return Judgement(0.0)
    want = sample.truth.gradients[of] if of else sample.truth.value
    upstream = sample.loudest if of else 0.0
    judgement = judge(got, want, case.dtype, upstream, partial(sample.noise, of))
    verdict = _severity(case, judgement)
    known = VERDICTS.index(entry.verdict) >= VERDICTS.index(verdict)
    if not known and of and not judgement.finding:
        if sample.is_legal_at_kink(of, got):
            entry.note(
                Note("another-choice-at-kink", "another legal choice than torch's at a kink")
            )
            return judgement
        if inherits and _fits_own_forward(sample, of, got):
            verdict = "inherited"
    entry.take(sample.regime, judgement.units, verdict)
    if verdict != "correct" and entry.counterexample is None:
        entry.counterexample = _counterexample(sample, got, want)
        if judgement.finding or judgement.message:
            entry.findings.append(Note(judgement.finding or "unexplained", judgement.message))
    return judgement


def _severity(case: Case, judgement: Judgement) -> str:
    """The formula is judged on ordinary values in float64; everything else is numerics."""
    numerics = case.dtype == "float32" or case.regime in EXTREME
    if judgement.finding:
        return "wrong"
    if numerics:
        return "unstable" if judgement.units > UNSTABLE_AT else "correct"
    return "wrong" if judgement.units > WRONG_AT else "correct"


def _fail(sample: Sample, entry: Tally, note: Note, got: Any, want: Any) -> None:
    """A failure that is no matter of values."""
    entry.take(sample.regime, math.inf, "wrong")
    entry.counterexample = entry.counterexample or _counterexample(sample, got, want)
    if note not in entry.findings:
        entry.findings.append(note)


def _counterexample(sample: Sample, got: Any, want: Any) -> Counterexample:
    case = sample.case
    plain = got.tolist() if isinstance(got, np.ndarray | np.generic) else repr(got)
    wanted = want.tolist() if isinstance(want, np.ndarray | np.generic) else want
    dims = {name.lstrip("*"): size for name, size in case.sizes.items()}
    return Counterexample(
        f"oracle verify {sample.derivation.name} --case {case}",
        dims,
        case.options,
        case.seed,
        case.dtype,
        case.regime,
        plain,
        wanted,
    )


def _fits_own_forward(sample: Sample, of: str, got: np.ndarray) -> bool:
    """Whether a gradient is that of the candidate's own forward, which is not torch's."""
    if sample.case.dtype != "float64" or sample.case.regime != "ordinary":
        return True  # judged where differences can judge it
    off = witness.disagreement(
        lambda inputs: sample.forward(inputs)[0],
        sample.inputs,
        {of: got},
        sample.upstream,
        sample.case.seed,
    )
    return off <= witness.DISAGREES_AT


def _look_closely(
    sample: Sample,
    run: Run,
    handed: tuple[dict[str, np.ndarray], Any],
    value: Any,
    pullback: Any,
    gradients: tuple[Any, ...],
) -> None:
    """Side conditions, and the witness that knows nothing of torch."""
    arguments, upstream = handed
    names = [f"the gradient of {a.name}" for a in sample.derivation.arguments]
    before = {**sample.inputs, "upstream": sample.upstream}
    after = {**arguments, "upstream": np.asarray(upstream)}
    notes = conditions.changed(before, after)
    notes += conditions.aliased({"the value": value, **dict(zip(names, gradients))}, after)
    if not notes:
        other = {n: np.asarray(a + a) if a.dtype.kind == "f" else a for n, a in arguments.items()}
        notes += conditions.repeatable(
            lambda: sample.forward(arguments),
            lambda: sample.forward(other),
            pullback,
            upstream,
            gradients,
        )
    for note in notes:
        _fail(sample, run.gradients[0], note, None, None)
    if sample.case.dtype == "float64" and sample.case.regime == "ordinary":
        off = witness.disagreement(
            lambda inputs: sample.forward(inputs)[0],
            sample.inputs,
            sample.truth.gradients,
            sample.upstream,
            sample.case.seed,
        )
        run.witnessed += 1
        if off > witness.DISAGREES_AT and run.gradients[0].verdict == "correct":
            run.distrusted = (
                f"torch's gradient is not the derivative of this forward: a central difference "
                f"disagrees by {off:.0f} units at {sample.case}"
            )


def _compare_digits(sample: Sample, run: Run, ours: dict[str, Any]) -> None:
    """How many digits the candidate keeps in float32, and how many torch does on the same case."""
    torchs = sample.tape(sample.inputs, dtype=torch.float32).truth(sample.upstream)
    truth = sample.truth
    for entry in run.gradients:
        want = truth.gradients[entry.of] if entry.of else truth.value
        if np.abs(want).max(initial=0) <= QUIET * sample.eps * sample.loudest:
            continue  # nothing but rounding: no digits to keep
        theirs = torchs.gradients[entry.of] if entry.of else torchs.value
        entry.digits32 = min(entry.digits32, digits(ours[entry.of], want, "float32"))
        entry.torch_digits32 = min(entry.torch_digits32, digits(theirs, want, "float32"))
