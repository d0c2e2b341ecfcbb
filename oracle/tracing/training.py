"""A piece of code that trains, run for some steps on drawn data and judged as a trace."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from oracle.cases import shapes
from oracle.cases.values import values_of
from oracle.discovery.importing.finder import Budget
from oracle.discovery.trainers import Trainer
from oracle.discovery.uses import MODULE
from oracle.results import Failure, Gradient, Note, Result
from oracle.subject import size_names
from oracle.tracing.call import call
from oracle.tracing.judge import report_of
from oracle.tracing.raised import cause
from oracle.tracing.recorded import Recorded
from oracle.tracing.steps import enough

STEPS = 3
LONG = 30.0  # seconds that a file may compute before its training has come to enough steps
RUNS = 3
NOTHING = "no gradient of its own lines was judged"
# Extents that are drawn for the first sizes of the data; the first is mostly the number of samples.
EXTENTS = ((7, 4, 3, 5, 6, 8, 9), (5, 3, 4, 6, 7, 9, 8), (9, 5, 6, 4, 3, 8, 7))


def judge_training(file: Path, name: str, trainer: Trainer, seed: int) -> Result | Failure:
    """The verdicts on a piece of code that trains, by line."""
    runs: list[Recorded] = []
    for run in range(RUNS if trainer.arguments else 1):
        given = _given(trainer, seed + run, EXTENTS[run])
        with nullcontext() if trainer.expression else Budget(LONG, LONG).spent():
            recorded = call(
                file, trainer.expression, given, seed + run, STEPS,
                lambda stored, notes: enough(stored, notes, STEPS),
            )  # fmt: skip
        runs.append(recorded)
    report = report_of(runs, name, STEPS)
    ended = next((run for run in runs if run.error), None)
    whole = sorted(_own(report.results, str(file)), key=lambda g: g.line)
    gradients = tuple(g for g in whole if trainer.judges(g.line))
    if (spoilt := _spoilt(whole, gradients)) is not None:
        said = f"{spoilt.name} on line {spoilt.line} is no gradient of its loss"
        why = "its layer is wrong, or what the layer is given; the other lines tell nothing"
        return Failure(name, trainer.line, f"{trainer.name}: {said}: {why}")
    if not gradients:
        said = ended.error if ended else report.errors[0].message if report.errors else NOTHING
        line = ended.error_line if ended and ended.error_line else trainer.line
        return Failure(name, line, f"{trainer.name}: {_why(trainer, said)}")
    first = report.results[0]
    remarks = list(first.remarks)
    remarks += _about_the_end(ended, report.results)
    return replace(
        first, file=name, target=trainer.name, line=trainer.line, gradients=gradients,
        remarks=tuple(remarks), shapes=len(runs),
        not_judged=tuple(
            replace(left, file=name)
            for left in report.not_judged
            if Path(left.file) != Path(file) or trainer.judges(left.lines[0])
        ),
    )  # fmt: skip


def _spoilt(whole: Sequence[Gradient], own: Sequence[Gradient]) -> Gradient | None:
    """A wrong gradient on a line of a derivation, if none of the lines judged here is wrong."""

    def wrong(some: Sequence[Gradient]) -> list[Gradient]:
        return [g for g in some if g.verdict in ("wrong", "inherited")]

    return wrong(whole)[0] if wrong(whole) and not wrong(own) else None


def judge_alternatives(
    file: Path, name: str, trainers: Sequence[Trainer], seed: int
) -> Result | Failure:
    """The verdicts on code that trains, where several calls of it may be meant.

    A line is wrong only if it is wrong in each of them. Where one of them makes a line right that
    is wrong in the others, it is the one that is meant.
    """
    outcomes = [judge_training(file, name, trainer, seed) for trainer in trainers]
    judged = [(t, one) for t, one in zip(trainers, outcomes) if isinstance(one, Result)]
    if not judged:
        return outcomes[0]
    trainer, best = min(judged, key=lambda pair: len(_wrong(pair[1])))
    places = {(gradient.line, gradient.name) for gradient in best.gradients}
    for _, other in judged:
        if not _wrong(best) <= _wrong(other) or not _wrong(other) <= places:
            said = f'say how it is called with a line such as "# oracle: run {trainer.command}"'
            return Failure(
                name, trainer.line, f"{trainer.name}: several calls run, and differ; {said}"
            )
    if not trainer.is_found:
        return best
    said = f'run as "# oracle: run {trainer.command}"; say otherwise with such a comment'
    return replace(best, remarks=(*best.remarks, Note("shapes-inferred", said)))


def _wrong(result: Result) -> set[tuple[int, str]]:
    return {(g.line, g.name) for g in result.gradients if g.verdict in ("wrong", "inherited")}


def _own(results: list[Result], file: str) -> Iterator[Gradient]:
    for result in results:
        if Path(result.file) == Path(file):
            yield from result.gradients


def _why(trainer: Trainer, said: str) -> str:
    if trainer.name == MODULE:
        return f"the file trains, and {said}"
    return said


def _about_the_end(ended: Recorded | None, results: list[Result]) -> list[Note]:
    if ended is None:
        return []
    why = cause(ended, results) or "what it did until then is judged"
    said = f"line {ended.error_line} raises {ended.error}; {why}"
    return [Note("raises", said)]


def _given(trainer: Trainer, seed: int, extents: tuple[int, ...]) -> dict[str, Any]:
    """The values of the free names in a trainer's call."""
    rng = np.random.default_rng(seed)
    sizes = _sizes(trainer, extents)
    found: dict[str, Any] = {name: sizes[name] for name in trainer.sizes}
    found |= {name: copy.deepcopy(value) for name, value in trainer.literals}
    for argument in trainer.arguments:
        shape = shapes.shape(argument.dims, sizes)
        if argument.classes:
            found[argument.name] = rng.integers(
                0, shapes.shape((argument.classes,), sizes)[0], shape
            )
        elif argument.values == "mask":
            found[argument.name] = rng.random(shape) < 0.5
        else:
            array = values_of(rng, argument.values, shape, "ordinary", "float64")
            found[argument.name] = array if shape else array[()]
    return found


def _sizes(trainer: Trainer, extents: tuple[int, ...]) -> dict[str, Any]:
    """Different extents for different sizes: the samples, which stand in most arguments, first."""
    named: dict[str, int] = dict.fromkeys(trainer.sizes, 0)
    for argument in trainer.arguments:
        classes = [argument.classes] if argument.classes else []
        for size in size_names((*argument.dims, *classes)):
            named[size] = named.get(size, 0) + 1
    ordered = sorted(named, key=lambda size: -named[size])
    sizes: dict[str, Any] = {}
    for place, size in enumerate(ordered):
        extent = extents[place % len(extents)]
        sizes[size] = (extent,) if size.startswith("*") else extent
    return sizes
