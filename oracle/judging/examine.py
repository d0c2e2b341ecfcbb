"""Judges one derivation of a user's over many cases: verdict by gradient, and the smallest failure.

The formula is judged in float64 on ordinary values; the numbers on extreme ones and in float32.
What is wrong is handed on to ``diagnosis`` with the cases that it fails in.
"""

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle import cases
from oracle.cases import EXTREME, Case
from oracle.discovery.load import is_misfit, said
from oracle.judging import excuses
from oracle.judging.conditions import broadcasts, side_conditions
from oracle.judging.trial import AUTOGRAD, DIFFERENCES, Session, Trial, Truth
from oracle.judging.verdict import UNSTABLE_AT, WRONG_AT, Judgement, digits, judge, largest
from oracle.results import VERDICTS, Counterexample, Gradient, Note, Result
from oracle.subject import Made, Path, Subject, Unusable, WrongReturn, as_array

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


@dataclass(frozen=True)
class Wanted:
    """An array that the backward makes in one case, and what it should be."""

    case: str
    got: np.ndarray
    want: np.ndarray


@dataclass
class Examined:
    """A subject, judged: the result as it is reported, and what a diagnosis starts from."""

    subject: Subject
    result: Result
    paths: dict[int, Path] = field(default_factory=dict)  # of each gradient entry, by its id
    failures: dict[Path, list[Case]] = field(default_factory=dict)  # ordinary cases, smallest first
    passes: dict[Path, list[Case]] = field(default_factory=dict)
    # Cases that nobody could judge, by their text: a derivative, or the forward, is not finite.
    singular: dict[str, Case] = field(default_factory=dict)
    overflowed: dict[str, Case] = field(default_factory=dict)
    pace: float = 0.0  # seconds that a case took
    inherit: dict[int, frozenset[Path]] = field(default_factory=dict)  # from an intermediate's id
    steps: dict[int, list[Wanted]] = field(default_factory=dict)  # likewise, in some cases

    def entry(self, path: Path) -> Gradient:
        return next(g for g in self.result.gradients if self.paths.get(id(g)) == path)


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
) -> Examined:
    """Judge a subject. What its code raises in every case is an ``Unusable``."""
    result = Result(subject.file, subject.name, subject.line, "", [], truth=AUTOGRAD)
    examination = _Examination(Examined(subject, result))
    chosen = [only] if only else plan(subject, count, seed, max_dim, dtypes)
    with Session(*subject.functions) as names:
        began = time.perf_counter()
        for index, case in enumerate(chosen):
            share = (index + 1) / len(chosen)
            late = examination.calls > CALLS * share
            late |= time.perf_counter() - began > BUDGET * share
            if index < FEW or not late:
                examination.take(case, names)
        examination.examined.pace = (time.perf_counter() - began) / max(1, len(chosen))
    return examination.closed()


class _Examination:
    def __init__(self, examined: Examined) -> None:
        self.examined = examined
        self.subject = examined.subject
        self.result = examined.result
        self.shapes: set[str] = set()
        self.witnessed = 0
        self.shown: set[Path] = set()
        self.legal: dict[Path, int] = {}
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
        closely = self.result.cases < 3 or self.result.cases % CLOSELY == 0
        self.result.cases += 1
        self.calls += trial.calls
        self.shapes.add(str(case.sizes))
        formula = (case.dtype, case.regime) == ("float64", "ordinary")
        if not formula and (truth.kind == DIFFERENCES or self.distrusted):
            return True  # differences have no say at extremes, and there is no other truth
        if truth.kind == DIFFERENCES:
            self.result.truth = DIFFERENCES
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
                self.result.truth = DIFFERENCES
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
        if closely:
            self._look_closely(trial, made)
        return could_show

    def _entry(self, made: Made) -> Gradient:
        for entry in self.result.gradients:
            if self.examined.paths[id(entry)] == made.of:
                return entry
        entry = Gradient(made.name, spoken(made.of), made.line)
        self.result.gradients.append(entry)
        self.examined.paths[id(entry)] = made.of
        return entry

    def _gradient(self, trial: Trial, truth: Truth, made: Made) -> bool:
        """Judge one gradient in one case; False if it could have shown nothing."""
        entry, case, path = self._entry(made), trial.case, made.of
        want = truth.gradients[path]
        ordinary = case.dtype == "float64" and case.regime not in EXTREME
        got = as_array(made.value)
        if why := excuses.silenced(trial, truth, path, got):
            return self._has_no_say(case, why)
        known = entry.verdict == "wrong"  # then its noise and its kinks are of no more interest
        judgement = self._judge(trial, truth, path, got, want, known)
        if not judgement.vacuous:
            self.shown.add(path)
            if case.dtype == "float32" and case.regime == "ordinary":
                entry.digits32 = min(entry.digits32, digits(got, want, "float32"))
        verdict = _severity(case, judgement)
        if truth.kind == DIFFERENCES and not judgement.finding:
            verdict = "wrong" if judgement.units > WRONG_AT else "correct"
        if verdict == "wrong" and not judgement.finding and truth.kind == AUTOGRAD:
            # Right nearly always, and here no worse than rounding makes of the truth itself.
            seldom = len(self.examined.passes.get(path, ())) >= SELDOM * (entry.failed + 1)
            if seldom and largest(got - want) <= WRONG_AT * trial.noise(truth, path):
                return self._has_no_say(case, excuses.NO_FAULT)
        if verdict == "correct":
            entry.take(f"{case.dtype}/{case.regime}", judgement.units, verdict)
            if ordinary and not judgement.vacuous:
                self.examined.passes.setdefault(path, []).append(case)
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
            self.examined.failures.setdefault(path, []).append(case)
        entry.take(f"{case.dtype}/{case.regime}", judgement.units, verdict)
        if entry.counterexample is None or (
            VERDICTS.index(verdict) > VERDICTS.index("unstable")
            and entry.counterexample.regime in EXTREME
        ):
            entry.counterexample = counterexample(self.subject, case, made.value, want)
        if spread:
            message = f"{entry.name} is given in full to each of several equal entries"
            fix = "give it to one of them, or divide it by their number"
            _find(entry, Note("tie-spread", message, fix))
        elif entry.verdict == "wrong" and verdict == "unstable":
            return True  # the formula is wrong: its numbers are of no interest
        elif verdict == "unstable" and not judgement.finding:
            _find(entry, excuses.lost(entry.name, case, judgement, got, want))
        elif judgement.finding or judgement.message:
            said = f"{entry.name} {judgement.message}"
            _find(entry, Note(judgement.finding or "unexplained", said))
        return True

    def _choice_at_kink(self, trial: Trial, truth: Truth, entry: Gradient, got: Any) -> str:
        """Which choice a gradient makes at a kink or a tie: legal, spread or none."""
        path = self.examined.paths[id(entry)]
        choice = "legal"
        if self.legal.get(path, 0) < KINKS_LEGAL:
            choice = trial.legal_at_kink(truth, path, got)
        if choice == "legal":
            self.legal[path] = self.legal.get(path, 0) + 1
            message = f"{entry.name} makes another legal choice than torch's at a kink or a tie"
            entry.note(Note("another-choice-at-kink", message))
        return choice

    def _has_no_say(self, case: Case, why: str) -> bool:
        """Nothing is held against a gradient; a case that nobody could judge is counted as such."""
        if why == excuses.SINGULAR:
            self.examined.singular[str(case)] = case
        elif why == excuses.OVERFLOWS:
            self.examined.overflowed[str(case)] = case
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
            if note.name not in {n.name for n in self.result.remarks}:
                self.result.remarks.append(note)
        for name, note in side_conditions(trial, made):
            known = {n.name for e in self.result.gradients for n in e.findings}
            if note.name in known:
                continue
            entry = next((e for e in self.result.gradients if e.name == name), None)
            if entry is None:  # nothing that is returned, but something that was given
                entry = Gradient(name, "", self.subject.line)
                self.result.gradients.append(entry)
                self.examined.paths[id(entry)] = ("side condition", name)
                self.shown.add(("side condition", name))
            entry.take("float64/ordinary", math.inf, "wrong")
            entry.findings.append(note)

    def _all_wrong(self, trial: Trial, note: Note) -> None:
        if not self.result.gradients:
            made = Made((), "the backward", self.subject.line)
            self._entry(made)
        for entry in self.result.gradients:
            entry.take(f"{trial.case.dtype}/{trial.case.regime}", math.inf, "wrong")
            entry.counterexample = entry.counterexample or counterexample(
                self.subject, trial.case, None, None
            )
            _find(entry, note)

    def _remark_on_cut(self, truth: Truth) -> None:
        said = f"judged by finite differences: {truth.why}"
        if said not in self.subject.remarks:
            self.subject.remarks.append(said)

    def closed(self) -> Examined:
        """Nothing more comes: what was never shown is undecidable, what never ran is unusable."""
        result = self.result
        if not result.gradients:
            if self.raised:
                case, error = self.raised[0]
                raise Unusable(f"the forward raises {_told(error)} at {_sizes(case)}") from error
            raise Unusable("the backward returned no gradient of any floating-point input")
        for entry in result.gradients:
            path = self.examined.paths[id(entry)]
            if path not in self.shown and entry.verdict == "correct":
                entry.verdict = "undecidable"
                ordinary = [c for c in self.examined.overflowed.values() if c.regime == "ordinary"]
                why = "the forward was finite in none" if ordinary else ALWAYS_0
                message = f"no case could have shown a mistake: {why}"
                entry.note(Note("nothing-to-compare", message))
            failed = {case.regime for case in self.examined.failures.get(path, ())}
            if "tie-spread" in {n.name for n in entry.findings} and failed <= {"tied", "kinks"}:
                entry.verdict = "unstable"  # what ordinary values show of the formula is right
        returned = set(self.examined.paths.values())
        # A network's or a loss's own gradients are of its parameters: data have none to return.
        for argument in self.subject.arguments if self.subject.way in (1, 2, 5, 6) else ():
            missing = not any(path[:1] == (argument.name,) for path in returned)
            if argument.differentiated and missing and not argument.name.startswith("size "):
                said = f"the gradient of {argument.name}, which the backward does not return"
                result.not_checked.append(said)
        result.shapes = len(self.shapes)
        seen = {tuple(key.split("/")) for g in result.gradients for key in g.units}
        result.dtypes = [dtype for dtype in cases.DTYPES if dtype in {d for d, _ in seen}]
        result.regimes = sorted({regime for _, regime in seen})
        central = "central difference"
        result.witnesses = [result.truth] + [central] * bool(self.witnessed)
        unjudged = {
            excuses.OVERFLOWS: self.examined.overflowed,
            excuses.SINGULAR: self.examined.singular,
        }
        for why, known in unjudged.items():
            for regime, count in sorted(Counter(case.regime for case in known.values()).items()):
                result.not_checked.append(f"{count} cases of {regime} values, where {why}")
        if self.raised:
            case, error = self.raised[0]
            result.not_checked.append(
                f"{len(self.raised)} cases in which the forward raised, as {_told(error)} "
                f"at {_sizes(case)} ({case.regime})"
            )
        return self.examined


def begin(subject: Subject, case: Case, names: Session) -> Trial:
    """The case, drawn: recorded, or run by torch itself where the derivation is torch's."""
    if subject.torch_function is not None:
        from oracle.judging.torch_trial import TorchTrial

        return TorchTrial(subject, case, names)
    return Trial(subject, case, names)


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


def _find(entry: Gradient, note: Note) -> None:
    """Add a finding, once."""
    if note.name not in {known.name for known in entry.findings}:
        entry.findings.append(note)


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
