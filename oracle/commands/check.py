"""One user's file in this process: discovered, judged, diagnosed, and told of in a result."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oracle.cases import DTYPES, MAX_DIM, parse
from oracle.results import Failure, Note, Result
from oracle.subject import Subject, Unusable

if TYPE_CHECKING:  # they import torch, which is only needed where something is judged
    from oracle.diagnosis.drafts import Diagnosis
    from oracle.discovery.trainers import Trainer
    from oracle.judging.examined import Entry, Examined
    from oracle.judging.recognition import Recognised
    from oracle.results import Repro


@dataclass(frozen=True)
class Settings:
    """The options of a check: which cases are drawn, and what is written besides."""

    cases: int = 200
    seed: int = 0
    max_dim: int = MAX_DIM
    dtypes: tuple[str, ...] = DTYPES
    shapes: str = ""
    against: str = ""  # MODULE:FUNCTION, a torch function that is the truth
    case: str = ""  # only this one, as a failure printed it
    repro: bool = False  # write a script for each wrong gradient
    original: str = ""  # the file that this one is an edit of, and whose values it must have


Outcome = Result | Failure


@dataclass(frozen=True)
class Open:
    """Gradients that differ, whose reason is yet to be looked for: a guard is no mistake."""

    verdict: Result
    explained: Callable[[], Outcome]


def of_file(
    file: Path, name: str, settings: Settings, imported: Callable[[], None] = lambda: None
) -> Iterator[tuple[str, int, Callable[..., Outcome | Open]]]:
    """Each derivation of a file: its name, its line, and what judges it.

    Classes with a further option of theirs come last, after all that is judged for the first time.
    """
    from oracle import discovery
    from oracle.discovery import trainers

    subjects, failures = discovery.subjects(file, name, settings.shapes, settings.against, imported)
    for failure in failures:
        yield "", failure.line, partial(_by_a_run, file, failure, settings)
    judged: dict[str, Outcome | Open] = {}
    for subject in subjects:
        if not _option(subject):
            yield subject.name, subject.line, partial(_judged, subject, settings, judged)
    found, failures = trainers.of_file(str(file), name)
    for failure in failures:
        yield "", failure.line, lambda failure=failure: failure
    for one in found:
        if calls := _calls(file, one):
            yield one.name, one.line, partial(_trained, file, calls, settings)
    for subject in filter(_option, subjects):
        yield subject.name, subject.line, partial(_judged, subject, settings, judged)


def _option(subject: Subject) -> str:
    """The option of a class that is made with one: ``act="relu")``."""
    return subject.name.partition("(")[2]


def _judged(
    subject: Subject, settings: Settings, judged: dict[str, Outcome | Open]
) -> Outcome | Open:
    """The verdict on a derivation, noted for the same class with its other options.

    With a further option most of the class is what it was: fewer cases are drawn, and no cure is
    searched for what is wrong without that option as well.
    """
    first = judged.get(subject.name.partition("(")[0]) if _option(subject) else None
    if first is None or isinstance(first, Failure):
        outcome = begun(subject, settings)
        judged[subject.name] = outcome
        return outcome
    return begun(subject, replace(settings, cases=max(1, settings.cases // 3)), first)


def _calls(file: Path, trainer: "Trainer") -> "tuple[Trainer, ...]":
    """The calls of code that trains; none where a search finds none, and it stays not judged."""
    if not trainer.is_open:
        return (trainer,)
    from oracle.discovery.trained_by_running import alternatives

    try:
        return alternatives(file, trainer)
    except (Exception, SystemExit):  # of the user's code
        return ()


def _trained(file: Path, calls: "Sequence[Trainer]", settings: Settings) -> Outcome:
    """The verdicts on code that trains, from a trace of each of its calls."""
    import torch

    torch.set_num_threads(1)
    from oracle.tracing.training import judge_alternatives

    return judge_alternatives(file, str(file), calls, settings.seed)


def _by_a_run(file: Path, failure: Failure, settings: Settings) -> Outcome:
    """A failure, or the verdicts on its backward where the file itself runs it on data."""
    from oracle.discovery import trainers

    found = trainers.instead(str(file), failure)
    outcome = failure if found is None else _trained(file, [found[0]], settings)
    if found is None or isinstance(outcome, Failure):
        return failure
    first, last = found[1]
    own = tuple(g for g in outcome.gradients if first <= g.line <= last)
    remark = Note("by-a-run", "no shapes were found: judged as the file itself calls it")
    remarks = (*outcome.remarks, remark)
    return replace(outcome, gradients=own, remarks=remarks) if own else failure


def judge(subject: Subject, settings: Settings) -> Outcome:
    """Verdict and diagnosis of one derivation; a failure if it cannot be judged."""
    return closed(begun(subject, settings))


def closed(outcome: Outcome | Open) -> Outcome:
    """The outcome, after its reason has been looked for if it was open."""
    return outcome.explained() if isinstance(outcome, Open) else outcome


def begun(
    subject: Subject, settings: Settings, like: Result | Open | None = None
) -> Outcome | Open:
    """The verdict on one derivation; where something differs, it is open until a reason is found.

    ``like``: what was found of the same class with a different option.
    """
    import torch

    torch.set_num_threads(1)
    try:
        examined = _examined(subject, settings)
    except Unusable as error:
        return Failure(subject.file, error.line or subject.line, f"{subject.name}: {error}")
    if examined.result.verdict != "wrong":
        return _told(examined, None, settings)
    explained = partial(_explained, examined, settings, subject.others, like)
    return Open(_without_reason(examined), functools.cache(explained))


def _explained(
    examined: "Examined",
    settings: Settings,
    lines: Sequence[Subject] = (),
    like: Result | Open | None = None,
) -> Outcome:
    """The result with a diagnosis of what is wrong; none is made twice for the same mistake."""
    from oracle.judging.inferred import questioned

    examined = questioned(examined, lines, settings.seed, settings.max_dim)
    if examined.result.verdict != "wrong":
        return _told(examined, None, settings)
    first = closed(like) if like is not None else None
    if isinstance(first, Result) and _is_alike(examined, first):
        alike = _unexplained(examined, f"is wrong as in {first.target}, which tells more")
        return _told(alike, None, settings)
    subject = examined.subject
    try:
        return _told(examined, _diagnosis(examined), settings)
    except Unusable as error:
        return Failure(subject.file, error.line or subject.line, f"{subject.name}: {error}")


def _told(examined: "Examined", diagnosis: "Diagnosis | None", settings: Settings) -> Result:
    scripts = _scripts(examined, diagnosis, settings)
    return assemble(examined, diagnosis, _recognised(examined), scripts)


def _examined(subject: Subject, settings: Settings) -> "Examined":
    """The subject, judged in the reading that is meant."""
    from oracle.judging.examine import examine
    from oracle.judging.readings import as_meant, settled

    if settings.original:
        from oracle.judging.same_values import has_same_values

        original = Path(settings.original)
        alike = settings.shapes, settings.seed, settings.max_dim
        if not has_same_values(subject, original, *alike):
            raise Unusable("the edit changes the value")
    meant = as_meant(subject, settings.seed, settings.max_dim)
    only = parse(settings.case, meant.subject) if settings.case else None
    given = settings.cases, settings.seed, settings.max_dim, settings.dtypes
    return settled(examine(meant.subject, *given, only), meant)


def _is_alike(examined: "Examined", like: Result) -> bool:
    """True if all that is wrong here is wrong with a different option of the class as well."""
    known = {g.name for g in like.gradients if g.verdict in ("wrong", "inherited")}
    wrong = {entry.gradient.name for entry in examined.entries if entry.gradient.verdict == "wrong"}
    return bool(wrong) and wrong <= known


def _without_reason(examined: "Examined") -> Result:
    """The result while no reason is known: a guard or float32 may account for the difference."""
    from oracle.judging.recognition import Recognised

    said = "differs from the derivative; no reason was found in time (--timeout)"
    return assemble(_unexplained(examined, said, "undecidable"), None, Recognised(), {})


def _unexplained(examined: "Examined", said: str, verdict: str = "wrong") -> "Examined":
    """The same with a finding, and this verdict, for each wrong gradient that has no finding."""

    def of(entry: "Entry") -> "Entry":
        gradient = entry.gradient
        if gradient.verdict != "wrong" or gradient.findings:
            return entry
        note = Note("unexplained", f"{gradient.name} {said}")
        return replace(entry, gradient=replace(gradient, verdict=verdict, findings=(note,)))

    return replace(examined, entries=tuple(map(of, examined.entries)))


def _diagnosis(examined: "Examined") -> "Diagnosis":
    """The diagnosis of a wrong result."""
    from oracle.diagnosis.diagnose import diagnose

    return diagnose(examined)


def _recognised(examined: "Examined") -> "Recognised":
    """The forward as a function of torch's; an error of ours costs a remark, not the verdict."""
    from oracle.judging.recognition import Recognised, recognise

    try:
        return recognise(examined)
    except Exception:
        return Recognised()


def _scripts(
    examined: "Examined", diagnosis: "Diagnosis | None", settings: Settings
) -> "dict[Entry, Repro]":
    if not settings.repro:
        return {}
    from oracle.report import reproduction

    return reproduction.scripts(examined, diagnosis)


def assemble(
    examined: "Examined",
    diagnosis: "Diagnosis | None",
    recognised: "Recognised",
    scripts: "dict[Entry, Repro]",
) -> Result:
    """The result that is reported, made of what each stage has found."""
    gradients = []
    for entry in examined.entries:
        found = entry.gradient
        if diagnosis is not None:
            gradients += [blamed for before, blamed in diagnosis.blamed if before is entry]
            found = diagnosis.of(entry)
        if recognised.overflow is not None and found.verdict == "correct":
            findings = (*found.findings, recognised.overflow)
            found = replace(found, verdict="unstable", findings=findings)
        gradients.append(replace(found, repro=scripts.get(entry)))
    remarks = [*examined.result.remarks, *recognised.remarks]
    if examined.result.inferred and "open-shapes" not in {note.name for note in remarks}:
        said = f"shapes inferred: {examined.result.inferred}; say otherwise with a comment"
        remarks.append(Note("shapes-inferred", said))
    remarks += [Note("assumed", said) for said in examined.subject.remarks]
    if examined.reading is not None and examined.reading.remark:
        remarks.append(Note("reading", examined.reading.remark))
    return replace(
        examined.result,
        gradients=tuple(gradients),
        witnesses=(*examined.result.witnesses, *recognised.witnesses),
        remarks=tuple(remarks),
    )
