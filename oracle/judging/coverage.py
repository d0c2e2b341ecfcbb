"""Coverage: a verdict rests on enough cases that could show a mistake, of sizes that vary."""

from collections.abc import Sequence

import numpy as np

from oracle import cases
from oracle.cases import Case, shapes
from oracle.cases.plan import boundaries
from oracle.cases.shapes import Size
from oracle.discovery.raised import told
from oracle.judging.budget import BOUNDARY, BOUNDARY_CALLS, BOUNDARY_SHARE, ENOUGH, ordinary
from oracle.judging.examination import Examination
from oracle.judging.examined import Tally
from oracle.judging.ground_truth import DIFFERENCES
from oracle.results import Note
from oracle.subject import Subject


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


# Sizes of which the forward accepts one value only, such as the rows of a kernel of fixed size.
#
# Drawn freely, such a size is refused in nearly all cases, though nothing is wrong with the
# values.


def cases_at_forced_sizes(
    examination: Examination, planned: Sequence[Case], seed: int, max_dim: int
) -> list[Case]:
    """The planned cases that the sizes allow, with more of them in place of those refused."""
    refused = {str(case) for case, _ in examination.raised}
    ran = [case for case in planned if str(case) not in refused]
    left = [case for case in planned if str(case) in refused]
    only = forced(ran, left) if ran and left else {}
    if not only:
        return list(planned)
    subject, rng = examination.subject, np.random.default_rng([seed, 2])
    choices = [o.choices for o in subject.options if o.kind == "choice"]
    for _ in left:
        sizes = {**shapes.rectangular(subject.sizes, rng, max_dim), **only}
        picked = tuple(some[int(rng.integers(len(some)))] for some in choices)
        case = cases.fitting(subject, "float64", "ordinary", sizes, picked, rng)
        if case is not None:
            ran.append(case)
            examination.take(case)
    return ran


def forced(ran: Sequence[Case], refused: Sequence[Case]) -> dict[str, Size]:
    """The sizes by which the cases that ran differ from all that were refused; {} if none do.

    Each has one value in all cases that ran, and each refused case has a different value of one of
    them. A size without which that holds as well is not forced. Nor is an extent of 1: there many a
    condition on the values holds by itself (each 1 × 1 matrix is symmetric).
    """
    first = ran[0].sizes
    only = {
        n: s
        for n, s in first.items()
        if s not in (1, (), (1,), (1, 1)) and all(case.sizes[n] == s for case in ran)
    }

    def explains(sizes: dict[str, Size]) -> bool:
        return all(any(case.sizes[n] != s for n, s in sizes.items()) for case in refused)

    if not explains(only):
        return {}
    for name in list(only):
        fewer = {n: s for n, s in only.items() if n != name}
        if explains(fewer):
            only = fewer
    return only


# A verdict is earned: by enough cases that could have shown a mistake, of sizes that vary.

NOTHING = "nothing-to-compare"
MOST = 0.75  # of the cases: where the forward refuses as many, the values are not what it is for


def settle(tally: Tally, examination: Examination, planned: Sequence[Case]) -> None:
    """Make a verdict undecidable where the cases judged do not carry it.

    ``planned``: the ordinary float64 cases that were to be judged; none of a replay.
    """
    if examination.unrepeatable is not None:
        tally.take_back("undecidable")
        tally.note(examination.unrepeatable)
    elif (
        tally.verdict == "correct"
        and not tally.by_form
        and (why := _unearned(tally, examination, planned))
    ):
        tally.verdict = "undecidable"
        tally.note(Note(NOTHING, why))
    elif tally.verdict == "wrong" and _refused(examination, planned) >= MOST * len(planned) > 0:
        tally.verdict = "undecidable"
        tally.findings, tally.counterexample = [], None
        tally.note(Note(NOTHING, f"it is wrong in what is left, but {_why(examination, planned)}"))


def _unearned(tally: Tally, examination: Examination, planned: Sequence[Case]) -> str:
    """Why a gradient that was never wrong is not known to be correct; "" if it is."""
    if not tally.shown:
        return f"no case could have shown a mistake: {_why(examination, planned)}"
    passed = ordinary(tally.passes)
    if len(passed) < min(ENOUGH, (len(planned) + 1) // 2):
        few = f"only {len(passed)} ordinary cases could have shown a mistake"
        return f"{few}: {_why(examination, planned)}"
    for size in examination.subject.sizes:
        if len(_values(size, planned)) > 1 >= len(found := _values(size, passed)):
            held = (
                f"had {size.lstrip('*')} = {min(found, key=str)}"
                if found
                else f"had {size} above 1"
            )
            which = "every" if found else "no"
            said = f"{which} case that could have shown a mistake {held}"
            refused = _refused(examination, planned)
            return f"{said}: {_why(examination, planned)}" if refused else said
    return ""


def _values(size: str, cases: Sequence[Case]) -> set[Size]:
    """The values above 1 that a size takes."""
    ones: set[Size] = {1, (), (1,), (1, 1)}
    return {case.sizes[size] for case in cases} - ones


def _why(examination: Examination, planned: Sequence[Case]) -> str:
    """The reason why so few cases are left, with advice."""
    if refused := _refused(examination, planned):
        meant = set(map(str, planned))
        error = next(error for case, error in examination.raised if str(case) in meant)
        said = f"the forward refused {refused} of {len(planned)} ordinary cases: {told(error)}"
        return f"{said}; {_advice(examination.subject, error)}"
    if any(c.regime == "ordinary" for c in examination.overflowed.values()):
        return "the forward was finite in none"
    if any(c.regime == "ordinary" for c in examination.singular.values()):
        return "the true gradient was finite in hardly any"
    if examination.cases < len(planned):
        return f"one case of this code takes {examination.calls // examination.cases} calls"
    return "the true gradient was always 0"


def _refused(examination: Examination, planned: Sequence[Case]) -> int:
    """The number of ordinary cases in which the forward raised."""
    meant = set(map(str, planned))
    return sum(str(case) in meant for case, _ in examination.raised)


def _advice(subject: Subject, error: BaseException) -> str:
    """A comment that would say what the forward wants."""
    square = next(
        (a for a in subject.arguments if len(a.dims) > 1 and a.dims[-1] == a.dims[-2]), None
    )
    if square is not None and "definite" in str(error):
        return f"say `{square.name}: {' '.join(square.dims)} spd`"
    said = "; ".join(map(str, subject.arguments[:1])) or "X: N D"
    return f"say which sizes and values it takes, as in `# oracle: shapes {said} positive`"
