"""A traced run, judged: from the record to a report by line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.results import Failure, Gradient, Note, NotJudged, Report, Result, worst
from oracle.tracing import uncalled
from oracle.tracing.blame import Blame, Judged
from oracle.tracing.confirm import side
from oracle.tracing.fits import Fit
from oracle.tracing.helpers import blamed_places
from oracle.tracing.instrument import Statement
from oracle.tracing.loss import best
from oracle.tracing.match import Matcher, Places
from oracle.tracing.naming import Names
from oracle.tracing.outcomes import MOST_WORK
from oracle.tracing.pictures import pictures
from oracle.tracing.raised import at_its_line, cause, with_bias_row
from oracle.tracing.recorded import INTERRUPTED, Recorded
from oracle.tracing.remarks import about_learning
from oracle.tracing.rerun import CannotRerun
from oracle.tracing.steps import Step, Training
from oracle.tracing.truth import array
from oracle.tracing.unused import not_used
from oracle.tracing.widen import widened
from oracle.truth.recording import SHARED_INPUT
from oracle.truth.replay import NotReplayable

MANY = 300  # calls in the forward of one step
MOST_OF_A_SHEET = 10_000  # calls: a longer run without updates is no derivation on paper

Case = tuple[Matcher, Judged]
Place = tuple[Statement, str]  # and the text of what is assigned


@dataclass(frozen=True)
class JudgedStep:
    """One step with its loss and its verdicts."""

    fit: Fit
    matcher: Matcher
    judged: tuple[Judged, ...]

    @property
    def wrong(self) -> int:
        """The number of gradients that are wrong, by themselves or not."""
        return sum(one.verdict in ("wrong", "inherited") for one in self.judged)


@dataclass(frozen=True)
class Unreplayed:
    """A step whose forward torch cannot replay."""

    line: int
    message: str


def judged_steps(recorded: Recorded, steps: int, loss: str = "") -> list[JudgedStep | Unreplayed]:
    """The verdicts of the first steps."""
    raised = bool(recorded.error) and recorded.error != INTERRUPTED
    training = Training(
        recorded.stored, recorded.notes, recorded.failed, recorded.cuts, raised=raised
    )
    found: list[JudgedStep | Unreplayed] = []
    try:
        some = training.steps()[:steps] or _sheets(training)
        fits = best(training, some, loss)
    except NotReplayable as error:
        note = error.note
        return [Unreplayed(note.line if note is not None else 0, str(error))]
    work = 0
    places: Places = {}
    for _, fit in sorted(fits.items()):
        judged = _judged(training, fit, places)
        work += judged.matcher.outcomes.all_work
        if judged.wrong and (free := fit.truth.without_guards()) is not None:
            unguarded = _judged(training, replace(fit, truth=free), {})
            work += unguarded.matcher.outcomes.all_work
            judged = min(unguarded, judged, key=lambda one: one.wrong)  # few backwards know them
        found.append(judged)
        if work > MOST_WORK:  # the steps of a long one are alike
            break
    return found


def _sheets(training: Training) -> list[Step]:
    """The whole record as one step, if it is no longer than a derivation on paper."""
    sheet = training.sheet() if len(training.notes) <= MOST_OF_A_SHEET else None
    return [sheet] if sheet is not None else []


def _judged(training: Training, fit: Fit, places: Places) -> JudgedStep:
    matcher = Matcher(training, fit.truth, places)
    return JudgedStep(fit, matcher, tuple(Blame(matcher, matcher.matches()).verdicts()))


def report(recorded: Recorded, file: str, steps: int, loss: str = "") -> Report:
    """The report on a traced script."""
    found = report_of([recorded], file, steps, loss)
    if recorded.error and recorded.error != INTERRUPTED:
        with_bias_row(recorded, found)
        raised = at_its_line(recorded, file, found.results)
        found.results += [raised] if raised is not None else []
        until = "what it did until then is judged"
        if not found.results:  # that there was no step is no second error
            until = "that was before a step of a training could be judged"
            found.errors.clear()
        why = cause(recorded, found.results) or until
        said = f"the script ended with {recorded.error}; {why}"
        found.errors.append(Failure(file, recorded.error_line or 1, said))
    return found


def report_of(runs: Sequence[Recorded], file: str, steps: int, loss: str = "") -> Report:
    """The report on several runs of the same code, on different data."""
    found = Report(0)
    runs = [widened(recorded) for recorded in runs]
    all_steps = [step for recorded in runs for step in judged_steps(recorded, steps, loss)]
    judged = [step for step in all_steps if isinstance(step, JudgedStep)]
    for step in all_steps:
        if isinstance(step, Unreplayed) and not found.errors:
            found.errors.append(Failure(file, step.line, step.message))
    if not judged and not found.errors:
        found.errors.append(Failure(file, 1, _nothing(runs[0], file, loss)))
    if judged:
        _fill(found, judged, len(runs))
    found.interrupted = any(recorded.error == INTERRUPTED for recorded in runs)
    found.seconds = sum(recorded.seconds for recorded in runs)
    return found


def _nothing(recorded: Recorded, file: str, loss: str) -> str:
    training = Training(recorded.stored, recorded.notes, recorded.failed)
    updates = [update for step in training.steps() for update in step.updates]
    if not updates:
        ran = {s.statement.line for s in recorded.stored if s.statement.file == file}
        said = uncalled.told(file, ran) or "nothing like W -= lr * dW"
        return f"no update of parameters was seen: {said}"
    if all(u.is_of_a_part(term) for u in updates for term in u.terms):
        return "rows of parameters are updated one by one, as in W[i] -= lr * dw: not judged yet"
    if loss:
        return f"no value called {loss} depends on the parameters that are updated"
    return (
        "no loss was found: none is computed from the parameters under a usual name, and the "
        "gradients fit none of the usual ones; name it with --loss"
    )


def _fill(report: Report, steps: Sequence[JudgedStep], runs: int) -> None:
    by_line: dict[Place, list[Case]] = {}
    for step in steps:
        for judged in step.judged:
            key = judged.match.stored.statement, judged.match.stored.text
            by_line.setdefault(key, []).append((step.matcher, judged))
    report.pictures = pictures(by_line)
    names = Names()
    functions: dict[tuple[str, str], list[Gradient]] = {}
    left: list[tuple[Statement, str, str]] = []
    said = {key: _gradient(*key, cases, names) for key, cases in by_line.items()}
    places = blamed_places(said, by_line)
    for (statement, text), (gradient, why_not) in _with_a_cause(said, by_line).items():
        if gradient is None:
            left.append((statement, text, why_not))
            continue
        file, function, line = places.get((statement, text), _own(statement))
        functions.setdefault((file, function), []).append(replace(gradient, line=line))
    unmatched = {
        (s.statement, s.text) for step in steps for s in step.matcher.unmatched
    } - by_line.keys()
    left += [(statement, text, "it is not certain what it is the gradient of")
             for statement, text in unmatched]  # fmt: skip
    training = steps[0].matcher.training  # of the first run
    remarks = (
        *_about_the_loss(steps[0].fit),
        *about_learning([s.fit.truth for s in steps if s.matcher.training is training]),
        *not_used(steps[0].matcher, {id(one.match.value) for one in steps[0].judged}),
    )
    for (file, function), gradients in functions.items():
        ordered = sorted(gradients, key=lambda g: g.line)
        report.results.append(
            Result(
                file, function, ordered[0].line, "", tuple(ordered), cases=len(steps), shapes=runs,
                dtypes=("float64",), witnesses=("central difference",), remarks=remarks,
                truth="autograd",
            )
        )  # fmt: skip
    for statement, text, why in sorted(left, key=lambda each: (each[0].line, each[1])):
        lines = statement.line, statement.last_line
        report.not_judged.append(NotJudged(statement.file, statement.function, lines, (text,), why))


def _own(statement: Statement) -> tuple[str, str, int]:
    return statement.file, statement.function, statement.line


def _with_a_cause(
    said: Mapping[Place, tuple[Gradient | None, str]], by_line: Mapping[Place, Sequence[Case]]
) -> dict[Place, tuple[Gradient | None, str]]:
    """The verdicts, without one where a gradient inherits from nothing that is wrong.

    A line that was taken for wrong may not be confirmed; what follows from it is not judged then.
    """
    verdicts = {key: gradient.verdict for key, (gradient, _) in said.items() if gradient}
    inherited = {
        key: {(m.stored.statement, m.stored.text) for _, one in by_line[key] for m in one.inherits}
        for key, verdict in verdicts.items()
        if verdict == "inherited"
    }
    caused = {key for key, verdict in verdicts.items() if verdict == "wrong"}
    while more := {k for k, of in inherited.items() if k not in caused and of & caused}:
        caused |= more
    why_not = "it follows from a line that is not judged"
    return {
        key: (None, why_not) if key in inherited and key not in caused else one
        for key, one in said.items()
    }


def _about_the_loss(fit: Fit) -> tuple[Note, ...]:
    loss = fit.truth.loss
    said = f"L is {loss.name}, line {loss.line}"
    if not loss.computed:
        said = (
            f"no loss is computed; these gradients belong to L = {loss.name} of the difference "
            f"on line {loss.line}"
        )
    remarks = [Note("loss", said)]
    if not fit.truth.guarded:
        remarks.append(
            Note(
                "guard-ignored", "the gradients are right but for guards in the loss, such as an ε"
            )
        )
    return tuple(remarks)


def _gradient(
    statement: Statement, text: str, cases: Sequence[Case], names: Names
) -> tuple[Gradient | None, str]:
    """One line's gradient over all its turns and steps; None, and why, if it is not judged."""
    wrong = [case for case in cases if case[1].verdict == "wrong"]
    if wrong:
        why_not = _doubt(wrong)
        if why_not:
            return None, why_not
    unsure = [judged for _, judged in cases if judged.verdict == "unsure"]
    if unsure and not wrong:
        return None, unsure[0].why
    cases = [case for case in cases if case[1].verdict != "unsure"]
    verdicts = {judged.verdict for _, judged in cases}
    verdict = worst(verdicts - {"undecidable"} or verdicts)
    matcher, judged = wrong[0] if wrong else _last(cases, verdict)
    of = _of(matcher, judged)
    if judged.through:
        first = judged.through[0]
        said = f"{first.text} on line {first.statement.line}"
        return None, f"it is wrong, or {said} is, of which it is not certain what it should be"
    findings = names.of(_some(wrong)) if wrong else ()
    return (
        Gradient(
            text, of, statement.line, verdict,
            units={"float64/ordinary": _units(judged)},
            failed=len(wrong), findings=findings, remarks=_remarks(judged, verdict, of),
        ),
        "",
    )  # fmt: skip


def _last(cases: Sequence[Case], verdict: str) -> Case:
    return [case for case in cases if case[1].verdict == verdict][-1]


def _some(wrong: Sequence[Case]) -> list[Case]:
    """The first cases of different steps: enough to prove a name by."""
    found: dict[int, Case] = {}
    for case in wrong:
        found.setdefault(id(case[0]), case)
    return list(found.values())[:3]


def _doubt(wrong: Sequence[Case]) -> str:
    """Why an accusation must not be made; "" if it may.

    A step at a kink tells nothing; of the others each must side with the truth.
    """
    some = _some(wrong)
    if len(some[0][0].truth.forward.notes) > MANY:
        some = some[:1]  # each is run again many times
    sides = set()
    for matcher, judged in some:
        step = matcher.step
        for time, cut in matcher.training.cuts:
            if cut.kind != SHARED_INPUT and step.begin <= time <= step.end:
                return f"a value left the record on line {cut.line}: {cut.text}"
        candidate = judged.match.sign * array(judged.match.value)
        try:
            sides.add(side(matcher.truth, judged.match.of, candidate, matcher.training))
        except CannotRerun as error:
            return f"a call of the forward cannot be run again: {error}"
    if "candidate" in sides or "truth" not in sides:
        return "central differences of the recorded forward do not confirm that it is wrong"
    return ""


def _of(matcher: Matcher, judged: Judged) -> str:
    of = judged.match.of
    name = matcher.name(of)
    if name:
        return name
    return f"what line {of.note.line} computes" if of.note is not None else "a constant"


def _units(judged: Judged) -> float:
    got, want = array(judged.match.value), judged.want
    if got.shape != want.shape:
        return float("inf") if judged.verdict in ("wrong", "inherited") else 0.0
    size = float(np.max(np.abs(want), initial=1e-300))
    with np.errstate(over="ignore"):  # of 0 there is no unit
        return float(np.max(np.abs(got - want), initial=0.0) / (2.0**-52 * size))


def _remarks(judged: Judged, verdict: str, of: str) -> tuple[Note, ...]:
    if verdict == "inherited":
        lines = sorted({m.stored.statement.line for m in judged.inherits})
        said = " and ".join(f"line {line}" for line in lines)
        return (Note("inherited", f"inherits {said}"),)
    if verdict == "undecidable":
        return (Note("nothing-to-compare", judged.why),)
    if verdict == "correct" and judged.at_kink:
        said = "another choice at a kink, between the derivatives from either side"
        return (Note("another-choice-at-kink", said),)
    if verdict == "correct" and judged.match.sign < 0 and judged.match.how == "use":
        return (Note("descent-direction", "the direction of descent, which the update adds"),)
    if verdict == "correct" and judged.decay:
        said = f"with a weight decay of {judged.decay:.6g}·{of}, which the loss does not have"
        return (Note("weight-decay", said),)
    if verdict == "correct" and not np.isclose(judged.factor, 1.0):
        if np.isclose(judged.factor, -1.0):
            return (Note("descent-direction", f"minus the gradient of {of}, to be added"),)
        factor = f"{judged.factor:.6g}"
        return (Note("deferred-factor", f"{factor} × the gradient of {of}: the factor follows"),)
    return ()
