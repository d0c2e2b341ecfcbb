"""The reading of a derivation that may mean several things, settled by numbers."""

from oracle.judging.examine import examine
from oracle.results import VERDICTS
from oracle.subject import Reading, Subject, Unusable

CASES = 24  # to find out which of several readings is meant


def as_meant(subject: Subject, seed: int, max_dim: int) -> tuple[Subject, Reading | None]:
    """The subject in the reading in which the fewest gradients are wrong, the first of several.

    Returns:
        The subject, and the reading if it makes everything right.
    """
    if len(subject.readings) < 2:
        return subject, None
    assert subject.read_as is not None
    best: tuple[tuple[int, int], int] | None = None
    for index in range(len(subject.readings)):
        try:
            found = examine(subject.read_as(index), CASES, seed, max_dim, ("float64",))
        except Unusable:
            continue
        ranks = [VERDICTS.index(g.verdict) for g in found.result.gradients]
        wrong = sum(rank == VERDICTS.index("wrong") for rank in ranks)
        if best is None or (wrong, max(ranks)) < best[0]:
            best = (wrong, max(ranks)), index
        if wrong == 0:
            break
    if best is None:
        return subject.read_as(0), None
    (wrong, _), index = best
    return subject.read_as(index), None if wrong else subject.readings[index]
