"""Failing cases, opened up once each: recorded, forward and backward together."""

from collections.abc import Iterable, Iterator

from oracle.cases import Case
from oracle.diagnosis.evidence import Evidence
from oracle.judging.budget import OPENED, most_telling
from oracle.judging.examined import Examined
from oracle.subject import Path
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
                self._known[text] = Evidence(self._examined.trials.of(case))
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
