"""One derivation judged over many cases: verdict and smallest failure of each gradient.

The formula is judged in float64 on ordinary values; the numbers on extreme ones and in float32.
What is wrong is handed on to ``diagnosis`` with the cases that it fails in.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import filterfalse, islice

from oracle import cases
from oracle.cases import Case
from oracle.discovery.raised import told
from oracle.discovery.shapes import grammar
from oracle.judging import numerics
from oracle.judging.budget import (
    CALLS,
    CASES,
    ENOUGH,
    FEW,
    GRACE,
    LATEST,
    OFFSETS,
    SECONDS,
    START,
    handful,
    has_a_one,
    ordinary,
)
from oracle.judging.confirmation import allow_on_purpose, confirm_wrong
from oracle.judging.constants import allow_rounded
from oracle.judging.coverage import cases_at_forced_sizes, settle, take_boundaries
from oracle.judging.examination import Examination
from oracle.judging.examined import Examined, Tally, spoken
from oracle.judging.ground_truth import AUTOGRAD
from oracle.judging.session import Session
from oracle.judging.trials import Trials
from oracle.results import Kind, NotJudged, Result
from oracle.subject import Reading, Subject, Unusable, Way

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
            drawn = cases.plan(subject, dtype, regime, max(1, number), seed, max_dim, rank_0=False)
            chosen += drawn
        if dtype == "float64":
            drawn = cases.plan(subject, dtype, cases.OFFSET, 40, seed, max_dim, rank_0=False)
            chosen += islice(filterfalse(has_a_one, drawn), OFFSETS)
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
        planned = [] if only else list(filter(_is_plain, chosen))
        planned = cases_at_forced_sizes(examination, planned, seed, max_dim)
        if only is None and "float64" in dtypes and max_dim >= cases.MAX_DIM:
            take_boundaries(examination, count, seed)
        if any(tally.verdict == "wrong" for tally in examination.tallies):
            allow_rounded(examination)
            confirm_wrong(examination)
            allow_on_purpose(examination)
    return _examined(examination, reading, planned)


def _is_plain(case: Case) -> bool:
    return (case.dtype, case.regime) == ("float64", "ordinary")


def _take(examination: Examination, chosen: Sequence[Case]) -> None:
    """Judge the cases; of code that needs too much work, an even share of them.

    A derivation of many calls (a loop over all pixels) is as well known after fewer cases.
    """
    began = time.process_time()
    left = []
    for index, case in enumerate(chosen):
        share = (index + 1) / len(chosen)
        expected = examination.work + examination.expected.of(case.sizes)
        late = expected > START + CALLS * share
        late |= time.process_time() - began > GRACE + SECONDS * share
        if index < FEW or not late:
            examination.take(case)
        else:
            examination.left_out += 1
            left += [case] if _is_plain(case) else []
    for case in sorted(left, key=_small):  # a verdict takes as many as are ENOUGH
        if _shown(examination) >= ENOUGH or time.process_time() - began > LATEST:
            break
        examination.left_out -= 1
        examination.take(case)


def _shown(examination: Examination) -> int:
    """The number of ordinary cases that could have shown a mistake in each gradient."""
    counts = [len(ordinary([*t.passes, *t.failures])) for t in examination.tallies]
    return min(counts, default=ENOUGH)


def _small(case: Case) -> tuple[bool, int]:
    """The order in which cases of much work are judged: small ones, but with no extent of 1."""
    return has_a_one(case), cases.shapes.volume(case.sizes)


def _examined(
    examination: Examination, reading: Reading | None, planned: Sequence[Case]
) -> Examined:
    """The examination when nothing more comes; an ``Unusable`` where no case ran."""
    tallies, subject = examination.tallies, examination.subject
    if not tallies:
        if examination.raised:
            case, error = examination.raised[0]
            raise Unusable(f"the forward raises {told(error)} at {_sizes(case)}") from error
        raise Unusable("the backward returned no gradient of any floating-point input")
    for tally in tallies:
        settle(tally, examination, planned)
        _soften(tally)
    entries = tuple(tally.entry() for tally in tallies)
    judged = [key.partition("/") for tally in tallies for key in tally.units]
    by_autograd = examination.truth == AUTOGRAD
    truth = "against" if subject.against and by_autograd else examination.truth
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
        tuple(_without_truth(examination)),
        inferred=subject.shapes,
    )
    calls = examination.calls / max(1, examination.cases)
    failures = [entry.failures for entry in entries if entry.failures]
    examination.trials.settle(handful(failures, [entry.passes for entry in entries], calls))
    singular, overflowed = examination.singular.values(), examination.overflowed.values()
    return Examined(
        subject, result, entries, examination.trials, tuple(singular), tuple(overflowed), calls,
        reading,
    )  # fmt: skip


def _soften(tally: Tally) -> None:
    """Call a gradient unstable that is wrong at ties only: ordinary values show a right formula."""
    failed = {case.regime for case in tally.failures}
    if "tie-spread" in {n.name for n in tally.findings} and failed <= {"tied", "kinks"}:
        tally.verdict = "unstable"


def _without_truth(examination: Examination) -> Iterator[NotJudged]:
    """The gradients of an array that the forward did not read while it was recorded."""
    judged = {tally.path for tally in examination.tallies}
    left = [made for made in examination.unseen.values() if made.of not in judged]
    if left:
        lines = [made.line for made in left]
        read = ", ".join(spoken(made.of) for made in left)
        yield NotJudged(
            examination.subject.file,
            examination.subject.name,
            (min(lines), max(lines)),
            tuple(made.name for made in left),
            f"the forward was not seen to read {read}, so there is no derivative to compare with",
        )


def _not_checked(examination: Examination) -> Iterator[str]:
    subject = examination.subject
    paths = [t.path for t in examination.tallies if t.kind is Kind.ARGUMENT]
    returned = {name for path in paths for name in (path[0], grammar.spelled(path))}
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
    if examination.left_out:
        work = examination.work // max(1, examination.cases)
        planned = examination.left_out + examination.cases
        yield (
            f"{examination.left_out} of {planned} cases: "
            f"one takes as much work as {work:,} calls on small arrays"
        )
    if examination.unjudged_sizes:
        yield f"{examination.unjudged_sizes} cases with an extent of 1, at a kink or a jump"
    if examination.raised:
        case, error = examination.raised[0]
        yield (
            f"{len(examination.raised)} cases in which the forward raised, as {told(error)} "
            f"at {_sizes(case)} ({case.regime})"
        )


def _sizes(case: Case) -> str:
    return ", ".join(f"{n.lstrip('*')} = {s}" for n, s in case.sizes.items()) or "these inputs"
