"""One derivation judged over many cases: verdict and smallest failure of each gradient.

The formula is judged in float64 on ordinary values; the numbers on extreme ones and in float32.
What is wrong is handed on to ``diagnosis`` with the cases that it fails in.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence

from oracle import cases
from oracle.cases import Case
from oracle.judging import numerics
from oracle.judging.budget import CALLS, CASES, FEW, SECONDS
from oracle.judging.examination import Examination, told
from oracle.judging.examined import Examined, Tally
from oracle.judging.session import Session
from oracle.judging.telling import handful
from oracle.judging.trials import Trials
from oracle.results import Kind, Note, Result
from oracle.subject import Reading, Subject, Unusable, Way

ALWAYS_0 = "the true gradient was always 0"
# Ways in which the backward returns a gradient of every input. A network's or a loss's own
# gradients are of its parameters: data have none to return.
OF_EVERY_INPUT = (
    Way.PAIR, Way.PAIR_WITH_CACHE, Way.TORCH_FUNCTION, Way.VALUE_AND_PULLBACK,
)  # fmt: skip


def plan(
    subject: Subject, count: int, seed: int, max_dim: int, dtypes: tuple[str, ...]
) -> list[Case]:
    """The cases: three fifths ordinary float64, the others shared by dtypes and regimes."""
    known = [r for r in cases.regimes(subject) if r != "ordinary"]
    share = max(2, count // (5 * len(known)))
    chosen: list[Case] = []
    for dtype in dtypes:
        ordinary = 3 * count // 5 if dtype == "float64" or len(dtypes) == 1 else count // 10
        for regime in ("ordinary", *known):
            number = ordinary if regime == "ordinary" else share if dtype == "float64" else 2
            drawn = cases.plan(subject, dtype, regime, max(1, number), seed, max_dim)
            chosen += drawn
    return chosen


def examine(
    subject: Subject,
    count: int = CASES,
    seed: int = 0,
    max_dim: int = cases.MAX_DIM,
    dtypes: tuple[str, ...] = cases.DTYPES,
    only: Case | None = None,
    reading: Reading | None = None,
) -> Examined:
    """Judge a subject. What its code raises in every case is an ``Unusable``."""
    chosen = [only] if only else plan(subject, count, seed, max_dim, dtypes)
    with Session(*subject.functions) as names:
        examination = Examination(subject, Trials(subject, names))
        _take(examination, chosen)
    return _examined(examination, reading)


def _take(examination: Examination, chosen: Sequence[Case]) -> None:
    """Judge the cases; of code that needs too much work, an even share of them.

    A derivation of many calls (a loop over all pixels) is as well known after fewer cases.
    """
    began = time.process_time()
    for index, case in enumerate(chosen):
        share = (index + 1) / len(chosen)
        late = examination.calls > CALLS * share
        late |= time.process_time() - began > SECONDS * share
        if index < FEW or not late:
            examination.take(case)


def _examined(examination: Examination, reading: Reading | None) -> Examined:
    """The examination when nothing more comes; an ``Unusable`` where no case ran."""
    tallies, subject = examination.tallies, examination.subject
    if not tallies:
        if examination.raised:
            case, error = examination.raised[0]
            raise Unusable(f"the forward raises {told(error)} at {_sizes(case)}") from error
        raise Unusable("the backward returned no gradient of any floating-point input")
    for tally in tallies:
        _settle(tally, examination)
    entries = tuple(tally.entry() for tally in tallies)
    judged = [key.partition("/") for tally in tallies for key in tally.units]
    truth = examination.truth
    result = Result(
        subject.file,
        subject.name,
        subject.line,
        "",
        tuple(entry.gradient for entry in entries),
        examination.cases,
        len(examination.shapes),
        tuple(dtype for dtype in cases.DTYPES if dtype in {d for d, _, _ in judged}),
        tuple(sorted({regime for _, _, regime in judged})),
        (truth, "central difference") if examination.witnessed else (truth,),
        tuple(_not_checked(examination)),
        tuple(examination.remarks),
        truth,
    )
    calls = examination.calls / max(1, examination.cases)
    failures = [entry.failures for entry in entries if entry.failures]
    examination.trials.settle(handful(failures, [entry.passes for entry in entries], calls))
    singular, overflowed = examination.singular.values(), examination.overflowed.values()
    return Examined(
        subject, result, entries, examination.trials, tuple(singular), tuple(overflowed), calls,
        reading,
    )  # fmt: skip


def _settle(tally: Tally, examination: Examination) -> None:
    """The verdict of one gradient, now that all cases are known."""
    if not tally.shown and tally.verdict == "correct":
        tally.verdict = "undecidable"
        overflows = any(c.regime == "ordinary" for c in examination.overflowed.values())
        why = "the forward was finite in none" if overflows else ALWAYS_0
        message = f"no case could have shown a mistake: {why}"
        tally.note(Note("nothing-to-compare", message))
    failed = {case.regime for case in tally.failures}
    if "tie-spread" in {n.name for n in tally.findings} and failed <= {"tied", "kinks"}:
        tally.verdict = "unstable"  # what ordinary values show of the formula is right


def _not_checked(examination: Examination) -> Iterator[str]:
    subject = examination.subject
    returned = {t.path[0] for t in examination.tallies if t.kind is Kind.ARGUMENT}
    for argument in subject.arguments if subject.way in OF_EVERY_INPUT else ():
        if argument.differentiated and argument.name not in returned:
            yield f"the gradient of {argument.name}, which the backward does not return"
    unjudged = {
        numerics.OVERFLOWS: examination.overflowed,
        numerics.SINGULAR: examination.singular,
    }
    for why, known in unjudged.items():
        for regime, count in sorted(Counter(case.regime for case in known.values()).items()):
            yield f"{count} cases of {regime} values, where {why}"
    if examination.raised:
        case, error = examination.raised[0]
        yield (
            f"{len(examination.raised)} cases in which the forward raised, as {told(error)} "
            f"at {_sizes(case)} ({case.regime})"
        )


def _sizes(case: Case) -> str:
    return ", ".join(f"{n.lstrip('*')} = {s}" for n, s in case.sizes.items()) or "these inputs"
