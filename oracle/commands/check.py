"""One user's file in this process: what is found in it, judged and diagnosed, one by one."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from oracle.cases import DTYPES, MAX_DIM, parse
from oracle.results import VERDICTS, Failure, Note, Result
from oracle.subject import Subject, Unusable

READING_CASES = 24  # to find out which of several readings is meant


@dataclass(frozen=True)
class Settings:
    """How one is to be judged."""

    cases: int = 200
    seed: int = 0
    max_dim: int = MAX_DIM
    dtypes: tuple[str, ...] = DTYPES
    shapes: str = ""
    case: str = ""  # only this one, as a failure printed it
    repro: bool = False  # write a script for each wrong gradient
    original: str = ""  # the file that this one is an edit of, and whose values it must have


Outcome = Result | Failure


def of_file(
    file: Path, name: str, settings: Settings
) -> Iterator[tuple[str, int, Callable[..., Outcome]]]:
    """Each derivation of a file: its name, its line, and what judges it."""
    from oracle import discovery

    subjects, failures = discovery.subjects(file, name, settings.shapes)
    for failure in failures:
        yield "", failure.line, lambda failure=failure: failure
    for subject in subjects:
        yield subject.name, subject.line, lambda subject=subject: judge(subject, settings)


def judge(subject: Subject, settings: Settings) -> Outcome:
    """Verdict and diagnosis of one derivation; a failure if it cannot be judged."""
    import torch

    from oracle.diagnosis import recognition
    from oracle.diagnosis.diagnose import diagnose, give_up
    from oracle.judging.examine import examine

    torch.set_num_threads(1)
    try:
        if settings.original:
            from oracle.commands import fix

            if not fix.same_values(subject, settings.original, settings):
                raise Unusable("the edit changes the value")
        remark = ""
        if len(subject.readings) > 1:
            subject, remark = _read(subject, settings)
        only = parse(settings.case, subject) if settings.case else None
        examined = examine(
            subject, settings.cases, settings.seed, settings.max_dim, settings.dtypes, only
        )
        try:
            diagnose(examined)
        except Exception as error:  # ours; the verdict stands all the same
            give_up(examined, error)
        with contextlib.suppress(Exception):  # a remark less; the verdict stands all the same
            recognition.recognise(examined)
        if settings.repro:
            from oracle.report import reproduction

            reproduction.add(examined)
    except Unusable as error:
        return Failure(subject.file, error.line or subject.line, f"{subject.name}: {error}")
    result = examined.result
    result.remarks += [Note("assumed", said) for said in subject.remarks]
    if remark:
        result.remarks.append(Note("reading", remark))
    return result


def _read(subject: Subject, settings: Settings) -> tuple[Subject, str]:
    """The reading in which the fewest gradients are wrong; the first of several such."""
    from oracle.judging.examine import examine

    assert subject.read_as is not None
    best: tuple[tuple[int, int], int] | None = None
    for index in range(len(subject.readings)):
        try:
            found = examine(
                subject.read_as(index), READING_CASES, settings.seed, settings.max_dim, ("float64",)
            )
        except Unusable:
            continue
        ranks = [VERDICTS.index(g.verdict) for g in found.result.gradients]
        bad = sum(rank == VERDICTS.index("wrong") for rank in ranks)
        if best is None or (bad, max(ranks)) < best[0]:
            best = (bad, max(ranks)), index
        if bad == 0:
            break
    if best is None:
        return subject.read_as(0), ""
    chosen = best[1]
    right = best[0][0] == 0
    return subject.read_as(chosen), subject.readings[chosen].remark if right else ""
