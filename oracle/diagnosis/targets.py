"""Failing cases, opened up once each, and the wrong arrays in them as targets of the mistakes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from oracle.cases import Case
from oracle.diagnosis.blame import Blamed, InCase
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes import Target
from oracle.judging.budget import OPENED, most_telling
from oracle.judging.examined import Examined
from oracle.judging.trials import Trials
from oracle.subject import Path
from oracle.truth.recording import Value
from oracle.truth.replay import NotReplayable


class Opened:
    """The evidence of one diagnosis, by case."""

    def __init__(self, examined: Examined) -> None:
        self._examined = examined
        self._known: dict[str, Evidence | None] = {}

    def of(self, case: Case) -> Evidence | None:
        """The evidence of a case; None if it cannot be recorded and replayed."""
        text = str(case)
        if text not in self._known:
            try:
                found = Evidence(self._examined.trials.of(case))
                self._known[text] = found if found.is_finite else None
            except NotReplayable:
                self._known[text] = None
        return self._known[text]

    def telling(self, paths: Iterable[Path]) -> list[Evidence]:
        """The most telling of the cases in which these gradients fail, and can be opened up."""
        failing = [c for path in paths for c in self._examined.entry(path).failures]
        found: list[Evidence] = []
        for case in most_telling(failing, self._examined.calls):
            evidence = self.of(case)
            if evidence is not None:
                found.append(evidence)
            if len(found) == OPENED:
                break
        return found

    def each(self, cases: Iterable[Case]) -> Iterator[Evidence]:
        """The evidence of those cases that can be opened up."""
        for case in cases:
            if (evidence := self.of(case)) is not None:
                yield evidence


# Wrong arrays as targets of the known mistakes: what came, and what was expected.


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
