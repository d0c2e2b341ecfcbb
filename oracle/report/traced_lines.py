"""The lines of a traced script that compute gradients, with what is said of each.

Shared by the page on a terminal, the page for a browser and the notebook.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from oracle.results import Gradient, Note, Report, Result

MARKS = {"correct": "✓", "undecidable": "?", "unstable": "~", "inherited": "↑", "wrong": "✗"}


@dataclass(frozen=True)
class Line:
    """One annotation: its place and its text."""

    file: str
    line: int
    name: str  # the user's text for the gradient
    verdict: str
    mark: str
    said: str
    finding: str
    messages: tuple[Note, ...]  # findings, or remarks

    @property
    def name_of_finding(self) -> str:
        """The finding without its cure."""
        if self.verdict != "wrong" or self.finding.startswith("ignored"):
            return self.finding
        return "; ".join(note.name for note in self.messages)


def lines(report: Report) -> list[Line]:
    """All annotations, in the order of the source."""
    found = [_line(r, g) for r in report.results for g in r.gradients]
    return sorted([*found, *_left_out(report)], key=lambda line: (line.file, line.line))


def _line(result: Result, gradient: Gradient) -> Line:
    verdict = gradient.verdict
    remark = next((note.message for note in gradient.remarks), "")
    of = f"∂L/∂({gradient.of})" if " " in gradient.of else f"∂L/∂{gradient.of}"
    said = remark if verdict in ("inherited", "undecidable") else of
    named = [f"{n.name}: {n.fix}" if n.fix else n.name for n in gradient.findings]
    finding = "; ".join(named) or (remark if verdict == "correct" else "")
    if gradient.ignored:
        finding = f"ignored ({finding})"
    return Line(
        result.file, gradient.line, gradient.name, verdict, MARKS[verdict], said, finding,
        gradient.findings or gradient.remarks,
    )  # fmt: skip


def _left_out(report: Report) -> Iterator[Line]:
    for left in report.not_judged:
        names = ", ".join(left.names)
        note = Note("not judged", left.message)
        yield Line(
            left.file, left.lines[0], names, "undecidable", "–", "not judged", left.message, (note,)
        )


def headline(report: Report) -> str:
    """Which loss the gradients are those of."""
    notes = [n.message for r in report.results for n in r.remarks if n.name == "loss"]
    return notes[0] if notes else ""


def remarks(report: Report) -> list[Note]:
    """The remarks on the training as a whole, each once."""
    notes = [n for r in report.results for n in r.remarks if n.name != "loss"]
    return list(dict.fromkeys(notes))


def factor(report: Report, line: Line) -> str:
    """The number by which a gradient differs from the true one; "" if it is no single number."""
    for picture in report.pictures:
        if (picture.file, picture.line, picture.name) != (line.file, line.line, line.name):
            continue
        if not picture.difference:
            return ""
        pairs = [
            (got, want)
            for row, true in zip(picture.got, picture.want, strict=True)
            for got, want in zip(row, true, strict=True)
            if got or want
        ]
        if len(pairs) < 2 or not all(want for _, want in pairs):
            return ""
        ratios = [got / want for got, want in pairs]
        if max(ratios) - min(ratios) <= 2e-3 * abs(ratios[0]):
            return f"{sum(ratios) / len(ratios):.4g}".replace("-", "−")
    return ""
