"""The data that judging hands on: a subject, judged, with one entry for each gradient.

A ``Tally`` counts while cases come in. ``Entry`` and ``Examined`` hold its final state; they are
frozen, and every later stage reads them.
"""

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from oracle.cases import Case
from oracle.results import Counterexample, Gradient, Kind, Note, Result, worst
from oracle.subject import Path, Reading, Subject

if TYPE_CHECKING:  # it imports torch, which whoever prints results does without
    from oracle.judging.trials import Trials


@dataclass(frozen=True, eq=False)
class Entry:
    """One gradient, judged: its verdict, and the ordinary cases that it passes and fails in."""

    gradient: Gradient
    path: Path  # of the input that it is the gradient of; () for any other kind
    passes: tuple[Case, ...]  # of both, the smallest first
    failures: tuple[Case, ...]
    shown: bool  # some case could have shown a mistake

    @property
    def kind(self) -> Kind:
        return self.gradient.kind


@dataclass(frozen=True)
class Examined:
    """A judged subject, before any diagnosis."""

    subject: Subject
    result: Result  # as judged; its gradients are those of the entries
    entries: tuple[Entry, ...]
    trials: "Trials"  # cases that need not be drawn and recorded again: a handful is kept
    singular: tuple[Case, ...] = ()  # cases that could not be judged: a derivative is infinite,
    overflowed: tuple[Case, ...] = ()  # or the forward is not finite
    calls: float = 0.0  # of NumPy, that a case makes on average
    reading: Reading | None = None  # the reading chosen, where there are several

    def entry(self, path: Path) -> Entry:
        """The entry of the gradient of an input."""
        return next(e for e in self.entries if e.kind is Kind.ARGUMENT and e.path == path)


@dataclass
class Tally:
    """One gradient while its cases are being judged."""

    name: str
    of: str
    line: int
    kind: Kind = Kind.ARGUMENT
    path: Path = ()
    verdict: str = "correct"
    digits32: float = 8.0
    torch_digits32: float = 8.0
    units: dict[str, float] = field(default_factory=dict)
    failed: int = 0
    counterexample: Counterexample | None = None
    findings: list[Note] = field(default_factory=list)
    remarks: list[Note] = field(default_factory=list)
    passes: list[Case] = field(default_factory=list)
    failures: list[Case] = field(default_factory=list)
    shown: bool = False
    by_form: bool = False  # some failure is no matter of numbers: a shape, an exception, ...
    legal: int = 0  # legal choices at kinks and ties that were not torch's

    @property
    def error_units(self) -> float:
        """The largest difference in units of noise, over all dtypes and regimes."""
        return max(self.units.values(), default=0.0)

    def take(self, regime: str, units: float, verdict: str) -> None:
        """Count one case; the regime is written as "float64/ordinary"."""
        if units > self.units.get(regime, -1.0):
            self.units[regime] = units
        if verdict != "correct":
            self.failed += 1
            self.verdict = worst((self.verdict, verdict))

    def take_back(self, verdict: str) -> None:
        """Forget what was counted against it: the truth that it was held against was none."""
        self.verdict = verdict
        self.failed, self.counterexample = 0, None
        self.findings, self.failures, self.units = [], [], {}

    def find(self, finding: Note) -> None:
        """Add a finding, unless there is one of its name."""
        if finding.name not in {known.name for known in self.findings}:
            self.findings.append(finding)

    def note(self, remark: Note) -> None:
        """Add a remark, unless there is one of its name."""
        if remark.name not in {known.name for known in self.remarks}:
            self.remarks.append(remark)

    def join(self, other: "Tally") -> None:
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
        self.passes += other.passes
        self.failures += other.failures
        self.shown |= other.shown

    def gradient(self) -> Gradient:
        """The gradient as it is reported."""
        return Gradient(
            self.name,
            self.of,
            self.line,
            self.verdict,
            self.digits32,
            self.torch_digits32,
            dict(self.units),
            failed=self.failed,
            counterexample=self.counterexample,
            findings=tuple(self.findings),
            remarks=tuple(self.remarks),
            kind=self.kind,
        )

    def entry(self) -> Entry:
        """The entry that the later stages start from."""
        passes, failures = tuple(self.passes), tuple(self.failures)
        return Entry(self.gradient(), self.path, passes, failures, self.shown)


def spoken(path: Path) -> str:
    """A path as one writes it: X, parameters["W1"], layer.W."""
    text = str(path[0]) if path else ""
    for part in path[1:]:
        if text == "self" or (isinstance(part, str) and path[0] == "self" and "." not in text):
            text += f".{part}"
        else:
            text += f'["{part}"]' if isinstance(part, str) else f"[{part}]"
    return text


def counterexample(subject: Subject, case: Case, got: Any, want: Any) -> Counterexample:
    """The smallest failing case: a command that replays it, what came, and the expected array."""
    command = subject.command or f"oracle check {subject.file}::{shlex.quote(subject.name)}"
    dims = {name.lstrip("*"): size for name, size in case.sizes.items()}
    return Counterexample(
        f"{command} --case {case}", dims, case.options, case.seed, case.dtype, case.regime,
        plain(got), plain(want),
    )  # fmt: skip


def plain(thing: Any) -> Any:
    """Numbers and lists of numbers; the text of anything else, and None of nothing."""
    if isinstance(thing, np.ndarray | np.generic):
        return thing.tolist()
    return None if thing is None else repr(thing)
