"""A verdict is earned: by enough cases that could have shown a mistake, of sizes that vary."""

from collections.abc import Sequence

from oracle.cases import Case
from oracle.cases.shapes import Size
from oracle.judging.budget import ENOUGH
from oracle.judging.examination import Examination
from oracle.judging.examined import Tally
from oracle.judging.telling import ordinary
from oracle.judging.wording import told
from oracle.results import Note
from oracle.subject import Subject

NOTHING = "nothing-to-compare"
MOST = 0.75  # of the cases: where the forward refuses as many, the values are not what it is for


def settle(tally: Tally, examination: Examination, planned: Sequence[Case]) -> None:
    """Make a verdict undecidable where the cases judged do not carry it.

    ``planned``: the ordinary float64 cases that were to be judged; none of a replay.
    """
    if examination.unrepeatable is not None:
        tally.take_back("undecidable")
        tally.note(examination.unrepeatable)
    elif tally.by_form:
        return
    elif tally.verdict == "correct" and (why := _unearned(tally, examination, planned)):
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
    """Why so few cases are left, and what to say."""
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
