"""Constants of few digits: gradients that are off by what the rounding of literals explains.

``0.797885`` stands for √(2/π). Each literal of 4 to 14 digits in the code is moved by half a unit
of its last digit, and what that does to the difference from the truth is noted. If moves of at most
so much, the same in several cases, take the whole difference away, the formula is right. A constant
that is wrong by more needs a larger move, and a wrong formula is not taken away by any.
"""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from oracle.cases import Case
from oracle.cases.plan import functions_in, nested
from oracle.judging.budget import ordinary
from oracle.judging.examination import Examination
from oracle.judging.examined import Tally
from oracle.judging.ground_truth import AUTOGRAD
from oracle.judging.verdict import largest
from oracle.results import Note
from oracle.subject import as_array

DIGITS = range(4, 15)
LOOKED_AT = 8  # failing cases
CLOSE = 1e-3  # relative to the gradient: what is further off is no rounding
LEFT = 1e-2  # of the difference may be left over
SLACK = 1.1  # half units
EQUATIONS = 3  # entries for each literal, at least: fewer might be explained by chance


@dataclass(frozen=True)
class Literal:
    """A literal in a function, or a number that its module has a name for."""

    value: float
    function: FunctionType
    name: str = ""  # of the module's; "" for a literal

    @property
    def half_unit(self) -> float:
        """Half a unit of its last digit."""
        mantissa, _, exponent = repr(abs(self.value)).partition("e")
        decimals = len(mantissa.partition(".")[2])
        return 0.5 * 10.0 ** (int(exponent or 0) - decimals)

    @contextlib.contextmanager
    def moved(self) -> Iterator[None]:
        """The user's code with this number half a unit larger."""
        other = self.value + self.half_unit
        if self.name:
            names = self.function.__globals__
            names[self.name] = other
            try:
                yield
            finally:
                names[self.name] = self.value
            return
        code = self.function.__code__
        self.function.__code__ = _replaced(code, self.value, other)
        try:
            yield
        finally:
            self.function.__code__ = code


def allow_rounded(examination: Examination) -> None:
    """Call correct what is wrong by the rounding of its constants alone, with a remark."""
    for tally in examination.tallies:
        if tally.verdict == "wrong" and not tally.by_form and ordinary(tally.failures):
            literals = _explaining(examination, tally)
            if literals:
                failures = ordinary(tally.failures)
                tally.take_back("correct")
                tally.passes += failures
                digits = ", ".join(dict.fromkeys(repr(one.value) for one in literals))
                said = (
                    f"{tally.name} is off by what the rounding of its constants explains: {digits}"
                )
                tally.note(Note("rounded-constants", said, "write them as they are calculated"))


def _explaining(examination: Examination, tally: Tally) -> list[Literal]:
    """The literals whose rounding explains the difference; none if it does not."""
    literals = list(_short(examination.subject.functions))
    failing = ordinary(tally.failures)
    failing = failing[:: max(1, len(failing) // LOOKED_AT)]
    if not literals:
        return []

    def off() -> list[tuple[np.ndarray, float]] | None:
        return _differences(examination, tally, failing)

    before = off()
    if before is None or any(largest(d) > CLOSE * size for d, size in before):
        return []
    columns = []
    for literal in literals:
        with literal.moved():
            after = off()
        if after is None:
            return []
        columns.append(_joined(after) - _joined(before))
    effects, whole = np.stack(columns, axis=1), _joined(before)
    if len(whole) < EQUATIONS * len(literals):
        return []
    moves = np.linalg.lstsq(effects, -whole, rcond=None)[0]
    left = np.split(whole + effects @ moves, np.cumsum([d.size for d, _ in before])[:-1])
    explained = all(
        largest(rest) <= LEFT * largest(d) + 1e-13 * size
        for rest, (d, size) in zip(left, before, strict=True)
    )
    if not explained or np.abs(moves).max() > SLACK:
        return []
    return [one for one, move in zip(literals, moves, strict=True) if abs(move) > LEFT]


def _differences(
    examination: Examination, tally: Tally, cases: Sequence[Case]
) -> list[tuple[np.ndarray, float]] | None:
    """The difference from the truth in each case, with the size of the truth."""
    found = []
    for case in cases:
        try:
            trial = examination.trials.begin(case)
            truth, made = trial.truth(), trial.candidate()[1]
        except (Exception, SystemExit):  # the user's code may raise anything
            return None
        got = next((as_array(one.value) for one in made if one.of == tally.path), None)
        want = truth.gradients.get(tally.path)
        if want is None or truth.kind != AUTOGRAD or not isinstance(got, np.ndarray):
            return None
        if got.shape != want.shape:
            return None
        found.append(((got - want).ravel(), largest(want)))
    return found


def _joined(differences: Sequence[tuple[np.ndarray, float]]) -> np.ndarray:
    return np.concatenate([one for one, _ in differences])


def _short(functions: Sequence[Any]) -> Iterator[Literal]:
    """The numbers of few digits in the code, each once for each function."""
    for function in functions_in(functions):
        literals = {c for code in nested(function.__code__) for c in code.co_consts}
        yield from (Literal(c, function) for c in sorted(filter(_is_short, literals)))
        names = function.__globals__
        for name in function.__code__.co_names:
            if _is_short(names.get(name)):
                yield Literal(names[name], function, name)


def _is_short(thing: Any) -> bool:
    if type(thing) is not float or not np.isfinite(thing):
        return False
    digits = re.sub(r"e.*|\D", "", repr(thing)).strip("0")
    return len(digits) in DIGITS


def _replaced(code: CodeType, old: float, new: float) -> CodeType:
    """The code with a constant replaced, in the functions within it too."""

    def constant(held: Any) -> Any:
        if isinstance(held, CodeType):
            return _replaced(held, old, new)
        return new if type(held) is float and held == old else held

    return code.replace(co_consts=tuple(map(constant, code.co_consts)))
