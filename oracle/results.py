"""What a check hands on: plain data, from the verdict to the report."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

# From the best to the worst; an overall verdict is the worst of its parts.
VERDICTS = ("correct", "undecidable", "unstable", "inherited", "wrong")


@dataclass(frozen=True)
class Cure:
    """What makes a wrong gradient right, where that is one simple operation on it.

    ``factor``: multiply it by a constant and powers of sizes. ``transpose``: np.transpose by
    ``axes``. ``sum``: sum it over ``axes``. ``places`` say where a size is to be read: as an
    argument's name and what follows it, ``("N", "X", ".shape[0]")``.
    """

    kind: str
    constant: Fraction = Fraction(1)
    powers: tuple[tuple[str, Fraction], ...] = ()
    axes: tuple[int, ...] = ()
    keepdims: bool = False
    places: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Note:
    """A finding or a remark: a stable name, and what it says of this case."""

    name: str
    message: str
    fix: str = ""
    cure: Cure | None = None  # the fix, where a program could apply it


@dataclass(frozen=True)
class Counterexample:
    """The smallest failing case, with what came and what was due."""

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


@dataclass
class Gradient:
    """One gradient (or the value itself) of one derivation, over all cases."""

    name: str
    of: str  # the argument's name, or "" for the value
    line: int
    verdict: str = "correct"
    digits32: float = 8.0  # digits that the float32 run keeps, at the worst,
    torch_digits32: float = 8.0  # and those that torch keeps on the same cases
    units: dict[str, float] = field(default_factory=dict)  # by "dtype/regime"
    ignored: bool = False  # silenced by a comment or an option
    failed: int = 0  # cases in which it was not correct, as far as it was still judged
    counterexample: Counterexample | None = None
    findings: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    repro: Repro | None = None  # where it was asked for

    def take(self, regime: str, units: float, verdict: str) -> None:
        """Note what one case says; the regime is spoken of as "float64/ordinary"."""
        if units > self.units.get(regime, -1.0):
            self.units[regime] = units
        if verdict != "correct":
            self.failed += 1
            self.verdict = worst((self.verdict, verdict))

    def note(self, remark: Note) -> None:
        """Remark on something, once."""
        if remark.name not in {known.name for known in self.remarks}:
            self.remarks.append(remark)

    def join(self, other: "Gradient") -> None:
        """Take over what another run has found of the same gradient."""
        self.verdict = worst((self.verdict, other.verdict))
        self.failed += other.failed
        self.digits32 = min(self.digits32, other.digits32)
        self.torch_digits32 = min(self.torch_digits32, other.torch_digits32)
        for key, units in other.units.items():
            self.units[key] = max(units, self.units.get(key, 0.0))
        self.counterexample = self.counterexample or other.counterexample
        known = {note.name for note in self.findings}
        self.findings += [note for note in other.findings if note.name not in known]
        for remark in other.remarks:
            self.note(remark)

    @property
    def error_units(self) -> float:
        """The largest difference in units of noise, over all dtypes and regimes."""
        return max(self.units.values(), default=0.0)


@dataclass
class Result:
    """One derivation, checked."""

    file: str
    target: str
    line: int
    twin: str
    gradients: list[Gradient]
    cases: int = 0
    shapes: int = 0
    dtypes: list[str] = field(default_factory=list)
    regimes: list[str] = field(default_factory=list)
    witnesses: list[str] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    truth: str = "torch twin"

    @property
    def verdict(self) -> str:
        return worst(gradient.verdict for gradient in self.gradients)


@dataclass(frozen=True)
class Failure:
    """Something that could not be judged at all."""

    file: str
    line: int
    message: str


@dataclass(frozen=True)
class NotJudged:
    """Gradients that a file uses and that got no verdict; ``lines`` are the first and the last."""

    file: str
    target: str
    lines: tuple[int, int]
    names: tuple[str, ...]
    message: str


@dataclass
class Report:
    """Everything that one run of the oracle has to say."""

    seed: int
    results: list[Result] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)
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
