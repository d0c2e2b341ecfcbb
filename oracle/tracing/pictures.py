"""Pictures of a step: each gradient, the true one and their difference, small enough to be drawn.

An array of any rank is drawn as a matrix: its last axis is the width. A large one is divided into
blocks, and of each block the entry of the largest magnitude is kept, so that no mistake in a single
entry disappears.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from oracle.results import Picture, Rows
from oracle.tracing.blame import Judged
from oracle.tracing.instrument import Statement
from oracle.tracing.match import Matcher
from oracle.tracing.truth import array

MOST = 32  # rows and columns of a picture
DIGITS = 5

Case = tuple[Matcher, Judged]


def pictures(by_line: Mapping[tuple[Statement, str], Sequence[Case]]) -> list[Picture]:
    """A picture for each line that has a gradient, in the order of the lines."""
    found = [_picture(statement, text, cases) for (statement, text), cases in by_line.items()]
    return sorted(found, key=lambda picture: (picture.file, picture.line))


def _picture(statement: Statement, text: str, cases: Sequence[Case]) -> Picture:
    wrong = [case for case in cases if case[1].verdict in ("wrong", "inherited")]
    matcher, judged = wrong[0] if wrong else cases[-1]
    got, want = array(judged.match.value), judged.want
    if got.shape != want.shape and got.size == want.size == 1:
        got = got.reshape(want.shape)
    difference = small(got - want) if got.shape == want.shape else ()
    of = matcher.truth.whole(judged.match.of)
    parameter = any(of is value for value in matcher.step.parameters)
    return Picture(
        statement.file, statement.line, text, matcher.name(of), parameter, want.shape, small(got),
        small(want), difference, tuple(_sizes(cases)),
    )  # fmt: skip


def _sizes(cases: Sequence[Case]) -> list[tuple[float, float]]:
    """The mean magnitudes in each step, of the last value that the line stored in it."""
    last = {id(matcher): judged for matcher, judged in cases}
    return [(_mean(array(judged.match.value)), _mean(judged.want)) for judged in last.values()]


def _mean(of: np.ndarray) -> float:
    return _rounded(float(np.mean(np.abs(of)))) if of.size else 0.0


def small(of: np.ndarray) -> Rows:
    """The array as a matrix of at most ``MOST`` rows and columns."""
    matrix = of.reshape(1, -1) if of.ndim < 2 else of.reshape(-1, of.shape[-1])
    if of.size == 0:
        return ()
    rows, columns = (
        np.array_split(np.arange(extent), min(extent, MOST)) for extent in matrix.shape
    )
    return tuple(
        tuple(_rounded(_largest(matrix[r[0] : r[-1] + 1, c[0] : c[-1] + 1])) for c in columns)
        for r in rows
    )


def _largest(block: np.ndarray) -> float:
    return float(block.flat[int(np.argmax(np.abs(block)))])


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
