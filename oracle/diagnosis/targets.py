"""Wrong arrays as targets of the known mistakes: what came, and what was expected."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from oracle.cases import Case
from oracle.diagnosis.blame import Blamed, InCase
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes import Target
from oracle.judging.trials import Trials
from oracle.subject import Path
from oracle.truth.recording import Value


def of_input(evidence: Evidence, path: Path, name: str) -> Target:
    """A returned gradient."""
    return Target(
        evidence.subject, evidence.case.sizes, name, path, evidence.got[path], evidence.want(path),
        evidence.largest_upstream, {p: evidence.want(p) for p in evidence.got}, evidence,
        evidence.inputs[path],
    )  # fmt: skip


def of_step(evidence: Evidence, blamed: Blamed, name: str) -> Target:
    """A step between, as the gradient of the intermediate that it is taken for."""
    assert blamed.step is not None
    got = evidence.number(blamed.step.value) / blamed.factor
    return Target(
        evidence.subject, evidence.case.sizes, name, None, got, evidence.true(blamed.of),
        evidence.largest_upstream, {}, evidence, blamed.of,
    )  # fmt: skip


def instead(matched: Sequence[InCase], name: str) -> Iterator[list[Target]]:
    """The step as the gradient of other intermediates, of the same one in each case."""
    for value, _ in matched[0][1].instead:
        targets = []
        for evidence, blamed in matched:
            for other, factor in blamed.instead:
                if _made_at(other) == _made_at(value):
                    meant = replace(blamed, of=other, factor=factor)
                    targets.append(of_step(evidence, meant, name))
                    break
        yield targets


def _made_at(value: Value) -> object:
    return (value.note.file, value.note.place.span, value.note.op) if value.note else None


def of_arrays(path: Path, cases: Sequence[Case], trials: Trials, most: int) -> list[Target]:
    """A returned gradient of which nothing but the arrays is known."""
    targets: list[Target] = []
    for case in cases:
        trial = trials.of(case)
        truth = trial.truth()
        made = {m.of: m for m in trial.candidate()[1]}
        if path not in made or not isinstance(made[path].value, np.ndarray):
            continue
        got = np.asarray(made[path].value, float)
        targets.append(
            Target(trial.subject, case.sizes, made[path].name, path, got, truth.gradients[path],
                   trial.largest_upstream, truth.gradients, sent=trial.upstream)
        )  # fmt: skip
        if len(targets) == most:
            break
    return targets
