"""Sizes of which the forward accepts one value only, such as the rows of a kernel of fixed size.

Drawn freely, such a size is refused in nearly all cases, though nothing is wrong with the values.
"""

from collections.abc import Sequence

import numpy as np

from oracle import cases
from oracle.cases import Case, shapes
from oracle.cases.shapes import Size
from oracle.judging.examination import Examination


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
