"""The data that a check hands on, from the verdict to the report. What is reported is frozen."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

# From the best to the worst; an overall verdict is the worst of its parts.
VERDICTS = ("correct", "undecidable", "unstable", "inherited", "wrong")


class Kind(enum.Enum):
    """The kind of an entry in a result: what the array (or the fault) is."""

    ARGUMENT = "the gradient of an argument, or of an array in it"
    VALUE = "the value itself"
    INTERMEDIATE = "an intermediate of the backward"
    BACKWARD = "the backward as a whole, which returned nothing to compare"
    CONDITION = "something that the backward was given and must not change"


@dataclass(frozen=True)
class Rewrite:
    """Some lines of a file, and the lines that belong in their place."""

    line: int  # the first of them
    before: str
    after: str


@dataclass(frozen=True)
class Cure:
    """A change that makes a wrong gradient right, where a program could make it.

    ``edit``: the lines of the user's file that were edited when this was proved. Or an operation on
    the gradient: ``factor``: multiply it by a constant and powers of sizes. ``transpose``:
    np.transpose by ``axes``. ``sum``: sum it over ``axes``. ``places`` say where a size is to be
    read: as an argument's name and what follows it, ``("N", "X", ".shape[0]")``.
    """

    kind: str
    constant: Fraction = Fraction(1)
    powers: tuple[tuple[str, Fraction], ...] = ()
    axes: tuple[int, ...] = ()
    keepdims: bool = False
    places: tuple[tuple[str, str, str], ...] = ()
    edit: Rewrite | None = None


@dataclass(frozen=True)
class Note:
    """A finding or a remark: a stable name, and a message about this case."""

    name: str
    message: str
    fix: str = ""
    cure: Cure | None = None  # the fix, where a program could apply it


@dataclass(frozen=True)
class Counterexample:
    """The smallest failing case, with what came and what was expected."""

    replay: str  # the command that shows it again
    dims: dict[str, Any]
    options: dict[str, Any]
    seed: int
    dtype: str
    regime: str
    got: Any
    want: Any


@dataclass(frozen=True)
class Repro:
    """A script that shows a wrong gradient by itself, or the reason why there is none."""

    script: str
    why_not: str = ""


@dataclass(frozen=True)
class Gradient:
    """One gradient (or the value itself) of one derivation, over all cases."""

    name: str
    of: str  # the argument's name; "" where it is not the gradient of an argument
    line: int
    verdict: str = "correct"
    digits32: float = 8.0  # digits that the float32 run keeps, at the worst,
    torch_digits32: float = 8.0  # and those that torch keeps on the same cases
    units: Mapping[str, float] = field(default_factory=dict)  # by "dtype/regime"
    ignored: bool = False  # silenced by a comment or an option
    failed: int = 0  # cases in which it was not correct, as far as it was still judged
    counterexample: Counterexample | None = None
    findings: tuple[Note, ...] = ()
    remarks: tuple[Note, ...] = ()
    repro: Repro | None = None  # where it was asked for
    kind: Kind = Kind.ARGUMENT
    file: str = ""  # of the line, where that is not the file of the result

    @property
    def error_units(self) -> float:
        """The largest difference in units of noise, over all dtypes and regimes."""
        return max(self.units.values(), default=0.0)


@dataclass(frozen=True)
class NotJudged:
    """Gradients that a file uses and that got no verdict; ``lines`` are the first and the last."""

    file: str
    target: str
    lines: tuple[int, int]
    names: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Result:
    """One derivation, checked."""

    file: str
    target: str
    line: int
    twin: str
    gradients: tuple[Gradient, ...]
    cases: int = 0
    shapes: int = 0
    dtypes: tuple[str, ...] = ()
    regimes: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    remarks: tuple[Note, ...] = ()
    truth: str = "torch twin"
    not_judged: tuple[NotJudged, ...] = ()  # gradients that it makes and that have no truth
    inferred: str = ""  # the line of shapes that was found by running; "" where shapes are said

    @property
    def verdict(self) -> str:
        return worst(gradient.verdict for gradient in self.gradients)

    def place_of(self, gradient: Gradient) -> tuple[str, int]:
        """The file and line of a gradient."""
        return gradient.file or self.file, gradient.line


@dataclass(frozen=True)
class Failure:
    """Something that could not be judged at all."""

    file: str
    line: int
    message: str


Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Picture:
    """One gradient of a traced script beside the true one, made small enough to be drawn."""

    file: str
    line: int
    name: str
    of: str
    parameter: bool  # it is the gradient of a parameter
    shape: tuple[int, ...]  # of the true gradient, before it was made small
    got: Rows
    want: Rows
    difference: Rows  # empty where the shapes differ
    sizes: tuple[tuple[float, float], ...]  # in each step: mean |got|, mean |want|


@dataclass
class Report:
    """Everything that one run of the oracle has to say."""

    seed: int
    results: list[Result] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)  # of a traced script
    seconds: float = 0.0
    interrupted: bool = False

    def summary(self) -> dict[str, int]:
        """The number of gradients with each verdict, ignored and not judged."""
        counts = dict.fromkeys(("correct", "wrong", "unstable", "inherited", "undecidable"), 0)
        ignored = 0
        for result in self.results:
            for gradient in result.gradients:
                counts[gradient.verdict] += 1
                ignored += gradient.ignored
        not_judged = sum(len(use.names) for use in self.not_judged)
        return {**counts, "ignored": ignored, "not_judged": not_judged}


def worst(verdicts: Any) -> str:
    """The worst of some verdicts; "correct" of none."""
    return max(verdicts, key=VERDICTS.index, default="correct")
