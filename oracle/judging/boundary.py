"""The cases at boundary sizes, within a budget of recorded calls."""

from oracle.cases.boundaries import boundaries
from oracle.judging.budget import BOUNDARY, BOUNDARY_CALLS, BOUNDARY_SHARE
from oracle.judging.examination import Examination
from oracle.judging.ground_truth import DIFFERENCES


def take_boundaries(examination: Examination, count: int, seed: int) -> None:
    """Judge some more cases, in which one extent is at a boundary.

    They are left out where every gradient is known to be wrong, and where a case is expected to be
    too much work.
    """
    subject = examination.subject
    if not examination.cases or all(t.verdict == "wrong" for t in examination.tallies):
        return
    budget = max(BOUNDARY_CALLS, BOUNDARY_SHARE * examination.work)
    left = count // BOUNDARY
    for extent, case in boundaries(subject, subject.functions, seed):
        if left == 0:
            break
        work = examination.expected.of(case.sizes)
        if examination.truth == DIFFERENCES:
            work *= 4 * extent  # evaluations, of an array that is two or three times as large
        if work > budget:
            continue
        before = examination.work
        examination.take(case)
        left -= 1
        budget -= work if examination.truth == DIFFERENCES else examination.work - before
