"""The cases at boundary sizes, within a budget of recorded calls."""

from oracle.cases.boundaries import boundaries
from oracle.judging.budget import BOUNDARY, BOUNDARY_CALLS, BOUNDARY_SHARE
from oracle.judging.examination import Examination
from oracle.judging.ground_truth import DIFFERENCES

SMALL = 4  # an ordinary extent, about: work is taken to grow from there in proportion


def take_boundaries(examination: Examination, count: int, seed: int) -> None:
    """Judge some more cases, in which one extent is at a boundary.

    They are left out where every gradient is known to be wrong. The work of a case is estimated
    before it is done: as the work of the largest extent of this size so far, in proportion.
    """
    subject = examination.subject
    if not examination.cases or all(t.verdict == "wrong" for t in examination.tallies):
        return
    budget = max(BOUNDARY_CALLS, BOUNDARY_SHARE * examination.calls)
    begun = examination.calls / examination.cases, SMALL
    known = dict.fromkeys(subject.sizes, begun)
    left = count // BOUNDARY
    for name, extent, case in boundaries(subject, subject.functions, seed):
        if left == 0:
            break
        calls, at = known[name]
        work = calls * (1 if calls <= begun[0] and at > SMALL else max(1, extent / at))
        if examination.truth == DIFFERENCES:
            work *= 4 * extent  # evaluations, of an array that is two or three times as large
        if work > budget:
            continue
        before = examination.calls
        examination.take(case)
        left -= 1
        spent = examination.calls - before
        budget -= work if examination.truth == DIFFERENCES else spent
        if extent >= at and spent:
            known[name] = spent, extent
