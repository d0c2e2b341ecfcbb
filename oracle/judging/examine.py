"""Judges one derivation of a user's over many cases: verdict by gradient, and the smallest failure.

The formula is judged in float64 on ordinary values; the numbers on extreme ones and in float32.
What is wrong is handed on to ``diagnosis`` with the cases that it fails in.
"""

import math
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle import cases
from oracle.cases import EXTREME, Case
from oracle.discovery.load import is_misfit, said
from oracle.judging import excuses
from oracle.judging.conditions import broadcasts, side_conditions
from oracle.judging.examined import Examined, Tally
from oracle.judging.telling import SAMPLES, handful, is_large_and_rectangular
from oracle.judging.trial import AUTOGRAD, DIFFERENCES, Session, Trial, Truth
from oracle.judging.trials import Trials, begin
from oracle.judging.verdict import UNSTABLE_AT, WRONG_AT, Judgement, digits, judge, largest
from oracle.results import VERDICTS, Counterexample, Kind, Note, Result
from oracle.subject import Made, Path, Reading, Subject, Unusable, Way, WrongReturn, as_array

CASES = 200
FEW = 4  # cases that are judged however long they take
CLOSELY = 16  # the first three and every so many cases also see side conditions and the witness
REDRAWN = 20
# Of a derivation that takes longer, cases are left out evenly: one of many calls (a loop over all
# pixels) is as well known after fewer. By calls, so that no verdict depends on the clock; that is
# for code that takes its time without calling NumPy.
CALLS = 10_000
BUDGET = 12.0  # seconds
# Ordinary values are not so badly conditioned that a rounding moves a gradient by more, relative to
# it; what seems to is a nudge that has made another function of it.
CONDITIONED = 1e-4
ALWAYS_0 = "the true gradient was always 0"
SELDOM = 12  # passes to one failure
KINKS_LEGAL = 3  # so many legal choices at kinks, and it is known how this gradient chooses


# Ways in which the backward returns a gradient of every input. A network's or a loss's own
# gradients are of its parameters: data have none to return.
OF_EVERY_INPUT = (
    Way.PAIR, Way.PAIR_WITH_CACHE, Way.TORCH_FUNCTION, Way.VALUE_AND_PULLBACK,
)  # fmt: skip


def plan(
    subject: Subject, count: int, seed: int, max_dim: int, dtypes: tuple[str, ...]
) -> list[Case]:
    """Which cases: three fifths ordinary float64, the others shared by dtypes and regimes."""
    known = [r for r in cases.regimes(subject) if r != "ordinary"]
    share = max(2, count // (5 * len(known)))
    chosen: list[Case] = []
    for dtype in dtypes:
        ordinary = 3 * count // 5 if dtype == "float64" or len(dtypes) == 1 else count // 10
        for regime in ("ordinary", *known):
            number = ordinary if regime == "ordinary" else share if dtype == "float64" else 2
            drawn = cases.plan(subject, dtype, regime, max(1, number), seed, max_dim)
            chosen += drawn
    return chosen


def examine(
    subject: Subject,
    count: int = CASES,
    seed: int = 0,
    max_dim: int = cases.MAX_DIM,
    dtypes: tuple[str, ...] = cases.DTYPES,
    only: Case | None = None,
    reading: Reading | None = None,
) -> Examined:
    """Judge a subject. What its code raises in every case is an ``Unusable``."""
    chosen = [only] if only else plan(subject, count, seed, max_dim, dtypes)
    with Session(*subject.functions) as names:
        examination = _Examination(subject, Trials(subject, names))
        began = time.perf_counter()
        for index, case in enumerate(chosen):
            share = (index + 1) / len(chosen)
            late = examination.calls > CALLS * share
            late |= time.perf_counter() - began > BUDGET * share
            if index < FEW or not late:
                examination.take(case, names)
        pace = (time.perf_counter() - began) / max(1, len(chosen))
    return examination.closed(pace, reading)


class _Examination:
    def __init__(self, subject: Subject, trials: Trials) -> None:
        self.subject = subject
        self.trials = trials
        self.tallies: list[Tally] = []
        self.cases = 0
        self.truth = AUTOGRAD
        self.remarks: list[Note] = []
        # Cases that nobody could judge, by their text: a derivative, or the forward, is not finite.
        self.singular: dict[str, Case] = {}
        self.overflowed: dict[str, Case] = {}
        self.samples = 0  # large rectangular cases so far
        self.shapes: set[str] = set()
        self.witnessed = 0
        self.distrusted = ""
        self.raised: list[tuple[Case, BaseException]] = []
        self.redrawn = 0
        self.calls = 0  # recorded ones, in all cases

    def take(self, case: Case, names: Session) -> None:
        """Judge one case; if it could show nothing, another in its place."""
        while not self._case(case, names) and self.redrawn < REDRAWN:
            self.redrawn += 1
            case = Case(case.dtype, case.regime, case.sizes, case.options, case.seed + 1)

    def _case(self, case: Case, names: Session) -> bool:
        try:
            trial = begin(self.subject, case, names)
            truth = trial.truth()
        except Unusable:
            raise
        except (Exception, SystemExit) as error:  # the forward's own, at these sizes or values
            self.raised.append((case, error))
            return True
        closely = self.cases < 3 or self.cases % CLOSELY == 0
        self.cases += 1
        self.calls += trial.calls
        self.shapes.add(str(case.sizes))
        formula = (case.dtype, case.regime) == ("float64", "ordinary")
        if not formula and (truth.kind == DIFFERENCES or self.distrusted):
            return True  # differences have no say at extremes, and there is no other truth
        if truth.kind == DIFFERENCES:
            self.truth = DIFFERENCES
            self._remark_on_cut(truth)
        elif formula and trial.value_is_finite and not all(map(truth.is_finite, truth.gradients)):
            truth = trial.differences("autograd's is not a number here")
            truth.quieted = True
        elif closely and formula and not self.distrusted:
            self.witnessed += 1
            agrees, message = trial.witness_agrees(truth)
            if not agrees:
                truth = trial.differences(
                    f"torch's replay is not this forward's derivative: {message}"
                )
                self.truth = DIFFERENCES
                self.distrusted = truth.why
                self._remark_on_cut(truth)
        elif self.distrusted and formula:
            truth = trial.differences(self.distrusted)
        try:
            _, made, _ = trial.candidate()
        except WrongReturn as error:
            self._all_wrong(trial, Note("wrong-shape", str(error)))
            return True
        except (Exception, SystemExit) as error:
            if is_misfit(error):
                raise Unusable(f"the backward could not be called: {said(error)}") from error
            extreme = case.dtype == "float32" or case.regime in EXTREME
            if extreme and isinstance(error, excuses.NOT_SOLVABLE):
                return self._has_no_say(case, excuses.SINGULAR)
            self._all_wrong(trial, Note("raises", _told(error)))
            return True
        could_show = True
        for gradient in made:
            if gradient.of in truth.gradients:
                could_show &= self._gradient(trial, truth, gradient)
        self._keep(trial)
        if closely:
            self._look_closely(trial, made)
        return could_show

    def _keep(self, trial: Trial) -> None:
        """Keep the trials that a later stage may ask for: failing ones, and a few large ones."""
        case = trial.case
        sample = self.samples < SAMPLES and is_large_and_rectangular(case)
        self.samples += sample
        if sample or any(case is tally.failures[-1] for tally in self.tallies if tally.failures):
            self.trials.keep(trial)

    def _tally(self, made: Made) -> Tally:
        kind = Kind.ARGUMENT if made.of else Kind.BACKWARD
        for tally in self.tallies:
            if (tally.kind, tally.path) == (kind, made.of):
                return tally
        tally = Tally(made.name, spoken(made.of), made.line, kind, made.of)
        self.tallies.append(tally)
        return tally

    def _gradient(self, trial: Trial, truth: Truth, made: Made) -> bool:
        """Judge one gradient in one case; False if it could have shown nothing."""
        entry, case, path = self._tally(made), trial.case, made.of
        want = truth.gradients[path]
        ordinary = case.dtype == "float64" and case.regime not in EXTREME
        got = as_array(made.value)
        if why := excuses.silenced(trial, truth, path, got):
            return self._has_no_say(case, why)
        known = entry.verdict == "wrong"  # then its noise and its kinks are of no more interest
        judgement = self._judge(trial, truth, path, got, want, known)
        if not judgement.vacuous:
            entry.shown = True
            if case.dtype == "float32" and case.regime == "ordinary":
                entry.digits32 = min(entry.digits32, digits(got, want, "float32"))
        verdict = _severity(case, judgement)
        if truth.kind == DIFFERENCES and not judgement.finding:
            verdict = "wrong" if judgement.units > WRONG_AT else "correct"
        if verdict == "wrong" and not judgement.finding and truth.kind == AUTOGRAD:
            # Right nearly always, and here no worse than rounding makes of the truth itself.
            seldom = len(entry.passes) >= SELDOM * (entry.failed + 1)
            if seldom and largest(got - want) <= WRONG_AT * trial.noise(truth, path):
                return self._has_no_say(case, excuses.NO_FAULT)
        if verdict == "correct":
            entry.take(f"{case.dtype}/{case.regime}", judgement.units, verdict)
            if ordinary and not judgement.vacuous:
                entry.passes.append(case)
            return not judgement.vacuous
        if verdict == "unstable":
            why = excuses.excused(
                trial, truth, path, got, judgement,
                lambda other: self._judge(trial, other, path, got, other.gradients[path], False),
            )  # fmt: skip
            if why:
                return self._has_no_say(case, why)
        spread = False
        if case.regime in ("kinks", "tied", "repeated") and not judgement.finding and not known:
            choice = self._choice_at_kink(trial, truth, entry, got)
            if choice == "legal":
                return True
            spread = choice == "spread"
        if ordinary:
            entry.failures.append(case)
        entry.take(f"{case.dtype}/{case.regime}", judgement.units, verdict)
        if entry.counterexample is None or (
            VERDICTS.index(verdict) > VERDICTS.index("unstable")
            and entry.counterexample.regime in EXTREME
        ):
            entry.counterexample = counterexample(self.subject, case, made.value, want)
        if spread:
            message = f"{entry.name} is given in full to each of several equal entries"
            fix = "give it to one of them, or divide it by their number"
            entry.find(Note("tie-spread", message, fix))
        elif entry.verdict == "wrong" and verdict == "unstable":
            return True  # the formula is wrong: its numbers are of no interest
        elif verdict == "unstable" and not judgement.finding:
            entry.find(excuses.lost(entry.name, case, judgement, got, want))
        elif judgement.finding or judgement.message:
            said = f"{entry.name} {judgement.message}"
            entry.find(Note(judgement.finding or "unexplained", said))
        return True

    def _choice_at_kink(self, trial: Trial, truth: Truth, entry: Tally, got: Any) -> str:
        """Which choice a gradient makes at a kink or a tie: legal, spread or none."""
        choice = "legal"
        if entry.legal < KINKS_LEGAL:
            choice = trial.legal_at_kink(truth, entry.path, got)
        if choice == "legal":
            entry.legal += 1
            message = f"{entry.name} makes another legal choice than torch's at a kink or a tie"
            entry.note(Note("another-choice-at-kink", message))
        return choice

    def _has_no_say(self, case: Case, why: str) -> bool:
        """Nothing is held against a gradient; a case that nobody could judge is counted as such."""
        if why == excuses.SINGULAR:
            self.singular[str(case)] = case
        elif why == excuses.OVERFLOWS:
            self.overflowed[str(case)] = case
        return True

    def _judge(
        self, trial: Trial, truth: Truth, path: Path, got: Any, want: np.ndarray, known: bool
    ) -> Judgement:
        dtype = trial.case.dtype

        ordinary = (dtype, trial.case.regime) == ("float64", "ordinary")
        size = largest(want) + CONDITIONED * trial.loudest
        most = CONDITIONED * size if ordinary else math.inf

        def noise(enough: float) -> float:
            return 0.0 if known else min(trial.noise(truth, path, enough), most)

        if isinstance(got, np.ndarray) and got.shape == want.shape and got.dtype != dtype:
            if dtype == "float64" and got.dtype == np.float32:
                coarse = 2.0**29  # float32's units in float64's
                low = judge(
                    got, want, "float32", trial.loudest, lambda due: coarse * noise(due / coarse)
                )
                if low.units <= WRONG_AT:
                    message = "is computed in float32, though everything given is float64"
                    return Judgement(low.units, low.vacuous, "lower-precision", message)
                return low
            got = got.astype(dtype)  # float64 of float32 inputs is no fault

        if truth.kind == DIFFERENCES and isinstance(got, np.ndarray) and got.shape == want.shape:
            unit = truth.units[path] + 1e-9 * largest(want)
            off = largest(got - want)
            units = off / max(unit, 1e-300) if math.isfinite(off) else math.inf
            return Judgement(units, want.size == 0)
        return judge(got, want, dtype, trial.loudest, noise)

    def _look_closely(self, trial: Trial, made: list[Made]) -> None:
        """Side conditions: the arguments unchanged, a second run the same, no odd broadcast."""
        for note in broadcasts(trial):
            if note.name not in {n.name for n in self.remarks}:
                self.remarks.append(note)
        for name, note in side_conditions(trial, made):
            known = {n.name for tally in self.tallies for n in tally.findings}
            if note.name in known:
                continue
            entry = next((tally for tally in self.tallies if tally.name == name), None)
            if entry is None:  # nothing that is returned, but something that was given
                entry = Tally(name, "", self.subject.line, Kind.CONDITION, shown=True)
                self.tallies.append(entry)
            entry.take("float64/ordinary", math.inf, "wrong")
            entry.findings.append(note)

    def _all_wrong(self, trial: Trial, note: Note) -> None:
        if not self.tallies:
            self._tally(Made((), "the backward", self.subject.line))
        for entry in self.tallies:
            entry.take(f"{trial.case.dtype}/{trial.case.regime}", math.inf, "wrong")
            entry.counterexample = entry.counterexample or counterexample(
                self.subject, trial.case, None, None
            )
            entry.find(note)

    def _remark_on_cut(self, truth: Truth) -> None:
        said = f"judged by finite differences: {truth.why}"
        if said not in self.subject.remarks:
            self.subject.remarks.append(said)

    def closed(self, pace: float, reading: Reading | None) -> Examined:
        """Nothing more comes: what was never shown is undecidable, what never ran is unusable."""
        if not self.tallies:
            if self.raised:
                case, error = self.raised[0]
                raise Unusable(f"the forward raises {_told(error)} at {_sizes(case)}") from error
            raise Unusable("the backward returned no gradient of any floating-point input")
        for entry in self.tallies:
            self._settle(entry)
        entries = tuple(tally.entry() for tally in self.tallies)
        judged = [key.partition("/") for tally in self.tallies for key in tally.units]
        result = Result(
            self.subject.file,
            self.subject.name,
            self.subject.line,
            "",
            tuple(entry.gradient for entry in entries),
            self.cases,
            len(self.shapes),
            tuple(dtype for dtype in cases.DTYPES if dtype in {d for d, _, _ in judged}),
            tuple(sorted({regime for _, _, regime in judged})),
            (self.truth, "central difference") if self.witnessed else (self.truth,),
            tuple(self._not_checked()),
            tuple(self.remarks),
            self.truth,
        )
        failures = [entry.failures for entry in entries if entry.failures]
        self.trials.settle(handful(failures, [entry.passes for entry in entries], pace))
        return Examined(
            self.subject, result, entries, self.trials,
            tuple(self.singular.values()), tuple(self.overflowed.values()), pace, reading,
        )  # fmt: skip

    def _settle(self, entry: Tally) -> None:
        """The verdict of one gradient, now that all cases are known."""
        if not entry.shown and entry.verdict == "correct":
            entry.verdict = "undecidable"
            overflows = any(c.regime == "ordinary" for c in self.overflowed.values())
            why = "the forward was finite in none" if overflows else ALWAYS_0
            message = f"no case could have shown a mistake: {why}"
            entry.note(Note("nothing-to-compare", message))
        failed = {case.regime for case in entry.failures}
        if "tie-spread" in {n.name for n in entry.findings} and failed <= {"tied", "kinks"}:
            entry.verdict = "unstable"  # what ordinary values show of the formula is right

    def _not_checked(self) -> Iterator[str]:
        returned = {tally.path[0] for tally in self.tallies if tally.kind is Kind.ARGUMENT}
        for argument in self.subject.arguments if self.subject.way in OF_EVERY_INPUT else ():
            if argument.differentiated and argument.name not in returned:
                yield f"the gradient of {argument.name}, which the backward does not return"
        unjudged = {excuses.OVERFLOWS: self.overflowed, excuses.SINGULAR: self.singular}
        for why, known in unjudged.items():
            for regime, count in sorted(Counter(case.regime for case in known.values()).items()):
                yield f"{count} cases of {regime} values, where {why}"
        if self.raised:
            case, error = self.raised[0]
            yield (
                f"{len(self.raised)} cases in which the forward raised, as {_told(error)} "
                f"at {_sizes(case)} ({case.regime})"
            )


def counterexample(subject: Subject, case: Case, got: Any, want: Any) -> Counterexample:
    plain = (
        got.tolist()
        if isinstance(got, np.ndarray | np.generic)
        else None
        if got is None
        else repr(got)
    )
    wanted = want.tolist() if isinstance(want, np.ndarray | np.generic) else want
    dims = {name.lstrip("*"): size for name, size in case.sizes.items()}
    replay = f"oracle check {subject.file}::{subject.name} --case {case}"
    return Counterexample(
        replay, dims, case.options, case.seed, case.dtype, case.regime, plain, wanted
    )


def spoken(path: Path) -> str:
    """A path as one writes it: X, parameters["W1"], layer.W."""
    text = str(path[0]) if path else ""
    for part in path[1:]:
        if text == "self" or (isinstance(part, str) and path[0] == "self" and "." not in text):
            text += f".{part}"
        else:
            text += f'["{part}"]' if isinstance(part, str) else f"[{part}]"
    return text


def _severity(case: Case, judgement: Judgement) -> str:
    if judgement.finding == "lower-precision":
        return "unstable"
    if judgement.finding:
        return "wrong"
    if case.dtype == "float32" or case.regime in EXTREME:
        return "unstable" if judgement.units > UNSTABLE_AT else "correct"
    return "wrong" if judgement.units > WRONG_AT else "correct"


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _sizes(case: Case) -> str:
    return ", ".join(f"{n.lstrip('*')} = {s}" for n, s in case.sizes.items()) or "these inputs"
