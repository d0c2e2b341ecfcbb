"""The loop body of a check: one case after the other, counted in a tally for each gradient."""

import dataclasses
import math
from typing import Any

import numpy as np

from oracle.cases import EXTREME, OFFSET, Case
from oracle.cases.shapes import shape
from oracle.discovery.load import is_misfit, said
from oracle.discovery.raised import told
from oracle.judging import numerics
from oracle.judging.budget import (
    CLOSELY,
    COMPARED,
    REDRAWN,
    SAMPLES,
    ExpectedWork,
    has_a_one,
    is_large_and_rectangular,
)
from oracle.judging.conditions import broadcasts, changing, side_conditions
from oracle.judging.examined import Tally, counterexample, spoken
from oracle.judging.gradient import VALUE, Outcome, judged
from oracle.judging.ground_truth import AUTOGRAD, DIFFERENCES, Truth
from oracle.judging.numerics import lost_by_offset
from oracle.judging.trial import Trial
from oracle.judging.trials import Trials
from oracle.judging.verdict import EPS, QUIET, digits
from oracle.results import VERDICTS, Kind, Note
from oracle.subject import (
    ClippedHere,
    Made,
    NotImported,
    Path,
    Subject,
    Unusable,
    WrongReturn,
)  # fmt: skip

ALIAS = "aliases-argument"
BY_CHOICE = Note(
    "float32-by-choice",
    "the forward computes with float32 whatever it is given; judged by float32's rounding",
)
BY_DIFFERENCES = "judged by finite differences"


class Examination:
    """Everything that the cases judged so far have shown of one subject."""

    def __init__(self, subject: Subject, trials: Trials) -> None:
        self.subject = subject
        self.trials = trials
        self.tallies: list[Tally] = []
        self.cases = 0
        self.calls = 0  # recorded ones, in all cases
        self.work = 0  # these, and what their arrays take
        self.expected = ExpectedWork()
        self.left_out = 0  # cases that were planned, and would have been too much work
        self.shapes: set[str] = set()
        self.truth = AUTOGRAD
        self.witnessed = 0
        self.distrusted = ""  # why the truth is not believed, if so
        self.remarks: list[Note] = []
        self.unrepeatable: Note | None = None  # the forward's value differs between two runs
        self.raised: list[tuple[Case, BaseException]] = []
        # Cases that cannot be judged, by their text: a derivative, or the forward, is not finite.
        self.singular: dict[str, Case] = {}
        self.overflowed: dict[str, Case] = {}
        self.unseen: dict[Path, Made] = {}  # gradients of what the recorded forward does not read
        self.unjudged_sizes = 0  # cases of a size at which not even differences can tell
        self._beyond: dict[str, bool] = {}  # sizes at which the forward runs by broadcasting alone
        self._samples = 0  # large rectangular cases so far
        self._redrawn = 0

    def take(self, case: Case) -> None:
        """Judge one case; if it could show nothing, draw another in its place."""
        if case.regime == OFFSET:
            self._at_offset(case)
            return
        while not self._case(case) and self._redrawn < REDRAWN:
            self._redrawn += 1
            case = dataclasses.replace(case, seed=case.seed + 1)

    def _case(self, case: Case) -> bool:
        """Judge everything in one case; False if some gradient could have shown nothing in it."""
        try:
            trial = self.trials.begin(case)
            truth = trial.truth()
        except Unusable:
            raise
        except (Exception, SystemExit) as error:  # the forward's own, at these sizes or values
            self.raised.append((case, error))
            return True
        closely = self.cases < 3 or self.cases % CLOSELY == 0
        self.cases += 1
        self.calls += trial.calls
        self.work += trial.work
        self.expected.take(case.sizes, trial.work)
        self.shapes.add(str(case.sizes))
        believed = self._believed(trial, truth, closely)
        if believed is None or (made := self._made(trial)) is None:
            return True
        could_show, inherits = True, False
        for one in made:
            if one.of in believed.gradients:
                outcome = self._gradient(trial, believed, one, inherits)
                if one.of == VALUE:
                    inherits = outcome.verdict == "wrong"
                else:
                    could_show &= not outcome.judgement.vacuous or bool(outcome.uncounted)
            elif not trial.strict:
                self.unseen.setdefault(one.of, one)
        if trial.strict and closely and case.dtype == "float64" and case.regime == "ordinary":
            self._doubt(trial, believed)
        if case.dtype == "float32":
            self._count_digits(trial, believed, made)
        if not trial.strict:
            self._keep(trial)
        if (closely or trial.writes) and (len(made) > 1 or not trial.strict):
            # (Of a value of the wrong shape there are no gradients: the upstream does not fit it.)
            self._look_closely(trial, made)
        return could_show

    def _at_offset(self, case: Case) -> None:
        """Count the gradients that lose their digits at a large offset."""
        try:
            trial = self.trials.begin(case)
            lost = list(lost_by_offset(trial))
        except (Exception, SystemExit) as error:
            self.raised.append((case, error))
            return
        self.cases += 1
        self.calls += trial.calls
        for made, want, units, finding in lost:
            tally = self.tally(made.name, made.of, made.line, Kind.ARGUMENT)
            if tally.verdict != "wrong":
                tally.take(f"{case.dtype}/{case.regime}", units, "unstable")
                shown = counterexample(self.subject, case, made.value, want)
                tally.counterexample = tally.counterexample or shown
                tally.find(finding)

    def _believed(self, trial: Trial, truth: Truth, closely: bool) -> Truth | None:
        """The truth to judge by: differences where it is not the derivative of the forward.

        None at values where differences cannot judge, and there is no other truth.
        """
        formula = trial.case.dtype == "float64" and trial.case.regime == "ordinary"
        if trial.strict:
            return truth
        if not formula:
            return None if truth.kind == DIFFERENCES or self.distrusted else truth
        if truth.kind == DIFFERENCES:
            self.tell_differences(truth)
            return truth
        if trial.value_is_finite and not all(map(truth.is_finite, truth.gradients)):
            truth = trial.differences("autograd's is not a number here")
            truth.quieted = True
            return truth
        if trial.in_float32:
            self._remark(BY_CHOICE if trial.own_eps == EPS["float32"] else _by_choice(trial))
            return truth  # of float32's digits few are left in a difference
        return self._held(trial, truth) if closely or self.distrusted else truth

    def _doubt(self, trial: Trial, truth: Truth) -> None:
        """Hold the truth against a central difference of the code's own forward."""
        try:
            agrees, message = trial.witness_agrees(truth)
        except Exception:  # it refuses what lies beside, as rows that do not sum to 1
            return
        self.witnessed += 1
        if not agrees:
            self.distrusted = f"torch's replay is not this forward's derivative: {message}"

    def _held(self, trial: Trial, truth: Truth) -> Truth:
        """The truth, or differences in its place if the witness contradicts the replay."""
        plain = trial.case.dtype == "float64" and trial.case.regime == "ordinary"
        if truth.kind != AUTOGRAD or trial.strict or trial.in_float32 or not plain:
            return truth
        if not self.distrusted:
            self._doubt(trial, truth)
        if self.distrusted:
            truth = trial.differences(self.distrusted)
            self.tell_differences(truth)
        return truth

    def distrust(self, why: str) -> None:
        """Judge by differences from now on."""
        self.distrusted = self.distrusted or why
        self.truth = DIFFERENCES

    def tell_differences(self, truth: Truth) -> None:
        """Add the remark that finite differences are the truth, and why."""
        self.truth = DIFFERENCES
        remark = f"{BY_DIFFERENCES}: {truth.why}"
        if not any(known.startswith(BY_DIFFERENCES) for known in self.subject.remarks):
            self.subject.remarks.append(remark)

    def _made(self, trial: Trial) -> list[Made] | None:
        """The gradients that the code gives; None where it raises, which becomes a finding."""
        case = trial.case
        try:
            return trial.candidate()[1]
        except ClippedHere as error:
            self.raised.append((case, error))
        except WrongReturn as error:
            self._all_wrong(trial, Note("wrong-shape", str(error)))
        except NotImported:
            raise
        except ImportError as error:  # of a package that the backward imports when it is called
            raise Unusable(f"the backward raises {told(error)}") from error
        except (Exception, SystemExit) as error:
            if is_misfit(error) and not trial.strict:
                raise Unusable(f"the backward could not be called: {said(error)}") from error
            extreme = case.dtype == "float32" or case.regime in EXTREME
            if self._is_beyond(trial):
                self.raised.append((case, error))
            elif extreme and (
                isinstance(error, numerics.NOT_SOLVABLE) or numerics.NOT_FINITE in str(error)
            ):
                self._uncounted(case, numerics.SINGULAR)
            elif case.regime == "layout" and _runs_when_contiguous(trial):
                self._remark(Note("right-only-when", f"{told(error)}, {NOT_CONTIGUOUS}"))
            else:
                self._all_wrong(trial, Note("raises", told(error)))
        return None

    def _is_beyond(self, trial: Trial) -> bool:
        """True if a forward runs at these sizes only because an extent of 1 is broadcast.

        It refuses them once all are larger by 1: a sequence that is longer than its table. So it
        is with labels of a single class, which have as many entries as one-hot rows would have.
        """
        case = trial.case
        if trial.strict or not has_a_one(case):
            return False
        if _has_one_class(trial):
            return True
        key = str(case.sizes)
        if key not in self._beyond:
            larger = {name: _larger(size) for name, size in case.sizes.items()}
            try:
                self.trials.begin(dataclasses.replace(case, sizes=larger, regime="ordinary"))
                self._beyond[key] = False
            except (Exception, SystemExit):
                self._beyond[key] = True
        return self._beyond[key]

    def _keep(self, trial: Trial) -> None:
        """Keep the trials that a later stage may ask for: failing ones, and a few large ones."""
        case = trial.case
        sample = self._samples < SAMPLES and is_large_and_rectangular(case)
        self._samples += sample
        if sample or any(case is tally.failures[-1] for tally in self.tallies if tally.failures):
            self.trials.keep(trial)

    def tally(self, name: str, of: Path, line: int, kind: Kind) -> Tally:
        """The tally of a gradient, begun when it is first seen."""
        for tally in self.tallies:
            if tally.kind is kind and tally.path == of:
                return tally
        tally = Tally(name, spoken(of), line, kind, of)
        self.tallies.append(tally)
        return tally

    def _gradient(self, trial: Trial, truth: Truth, made: Made, inherits: bool) -> Outcome:
        """Judge one gradient in one case, and count what comes of it."""
        kind = Kind.VALUE if made.of == VALUE else Kind.ARGUMENT
        tally, case = self.tally(made.name, made.of, made.line, kind), trial.case
        outcome = judged(trial, truth, made, tally, inherits)
        if outcome.verdict == "wrong" and not tally.failures and not outcome.is_form:
            truth = self._held(trial, truth)
            outcome = judged(trial, truth, made, tally, inherits)
        judgement = outcome.judgement
        if outcome.verdict == "wrong" and self._is_beyond(trial):
            return outcome._replace(verdict="correct", uncounted=numerics.NO_FAULT)
        tally.shown |= not judgement.vacuous
        if outcome.uncounted:
            self._uncounted(case, outcome.uncounted)
            return outcome
        if outcome.legal:
            tally.legal += 1
            message = f"{tally.name} makes a different legal choice than torch's at a kink or a tie"
            tally.note(Note("another-choice-at-kink", message))
            return outcome
        tally.take(f"{case.dtype}/{case.regime}", judgement.units, outcome.verdict)
        plain = case.dtype == "float64" and case.regime not in EXTREME
        if outcome.verdict == "correct":
            if plain and not judgement.vacuous:
                tally.passes.append(case)
            return outcome
        if plain and not outcome.only_layout:
            tally.failures.append(case)
        if tally.counterexample is None or (
            VERDICTS.index(outcome.verdict) > VERDICTS.index("unstable")
            and tally.counterexample.regime in EXTREME
        ):
            want = truth.gradients[made.of]
            tally.counterexample = counterexample(self.subject, case, made.value, want)
        tally.by_form |= outcome.verdict == "wrong" and outcome.is_form
        if outcome.finding is not None:
            tally.find(outcome.finding)
        return outcome

    def _count_digits(self, trial: Trial, truth: Truth, made: list[Made]) -> None:
        """The digits kept in float32, and those that torch keeps on the same case."""
        if trial.strict and self.cases % COMPARED != 1:
            return
        if not trial.strict and trial.case.regime != "ordinary":
            return
        theirs = trial.torch_float32()
        for one in made:
            want = truth.gradients.get(one.of)
            tally = next((t for t in self.tallies if t.path == one.of and t.shown), None)
            quiet = QUIET * trial.eps * trial.largest_upstream
            if want is None or tally is None or np.abs(want).max(initial=0) <= quiet:
                continue  # nothing but rounding: there are no digits to keep
            tally.digits32 = min(tally.digits32, digits(one.value, want, "float32"))
            if theirs is not None:
                kept = digits(theirs.gradients[one.of], want, "float32")
                tally.torch_digits32 = min(tally.torch_digits32, kept)

    def _uncounted(self, case: Case, why: str) -> None:
        """Count a case that cannot be judged, which is told where nobody could judge it."""
        if why == numerics.SINGULAR:
            self.singular[str(case)] = case
        elif why == numerics.OVERFLOWS:
            self.overflowed[str(case)] = case

    def _look_closely(self, trial: Trial, made: list[Made]) -> None:
        """Side conditions: arguments unchanged and not aliased, the same result at every call."""
        for note in broadcasts(trial):
            self._remark(note)
        for name, note, handed_back in side_conditions(trial, made):
            if not name:
                self.unrepeatable = note
                return
            tally = next((tally for tally in self.tallies if tally.name == name), None)
            if (note.name == ALIAS or handed_back) and not trial.strict:
                if tally is not None and note.name not in {n.name for n in tally.remarks}:
                    line = changing(trial, handed_back) if handed_back else None
                    at = f"line {line}: " if line else ""
                    tally.note(dataclasses.replace(note, message=f"{at}{note.message}"))
                continue
            if note.name in {n.name for known in self.tallies for n in known.findings}:
                continue
            if tally is None:  # nothing that is returned, but something that was given
                tally = Tally(name, "", self.subject.line, Kind.CONDITION, shown=True)
                self.tallies.append(tally)
            self._fail(trial, tally, note)

    def _remark(self, remark: Note) -> None:
        if remark.name not in {known.name for known in self.remarks}:
            self.remarks.append(remark)

    def _all_wrong(self, trial: Trial, note: Note) -> None:
        if not self.tallies:
            self.tally("the backward", (), self.subject.line, Kind.BACKWARD)
        for tally in self.tallies:
            self._fail(trial, tally, note)

    def _fail(self, trial: Trial, tally: Tally, note: Note) -> None:
        """Count a failure that is no matter of values."""
        tally.take(f"{trial.case.dtype}/{trial.case.regime}", math.inf, "wrong")
        tally.by_form = True
        known = tally.counterexample
        tally.counterexample = known or counterexample(self.subject, trial.case, None, None)
        tally.find(note)


NOT_CONTIGUOUS = "where an array given is not C-contiguous; judged with arrays that are"


def _by_choice(trial: Trial) -> Note:
    """Of code that computes in a dtype other than float32."""
    bits = round(-math.log2(trial.own_eps))
    said = f"the forward keeps {bits} binary digits whatever it is given; judged by their rounding"
    return Note(BY_CHOICE.name, said)


def _runs_when_contiguous(trial: Trial) -> bool:
    try:
        trial.plain_candidate()
    except (Exception, SystemExit):
        return False
    return True


def _has_one_class(trial: Trial) -> bool:
    """True if some labels have only one possible class."""
    classes = [a.classes for a in trial.subject.arguments if a.classes]
    return any(shape((one,), trial.case.sizes) == (1,) for one in classes)


def _larger(size: Any) -> Any:
    return tuple(extent + 1 for extent in size) if isinstance(size, tuple) else size + 1
