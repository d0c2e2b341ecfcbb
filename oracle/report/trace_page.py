"""``oracle trace`` on a terminal: the lines that compute gradients, each with its verdict."""

import linecache
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from oracle.report.escaped import escaped, one_line
from oracle.report.terminal import COLOURS, console
from oracle.results import Gradient, NotJudged, Report, Result

CODE = 52  # columns of a line of the source; longer ones push their verdict to the right
MARKS = {"correct": "✓", "undecidable": "?", "unstable": "~", "inherited": "↑", "wrong": "✗"}


@dataclass(frozen=True)
class Line:
    """One annotation: where, and what is said there."""

    file: str
    line: int
    mark: str
    said: str
    finding: str
    style: str


def print_report(report: Report, script: str, quiet: bool, no_color: bool) -> None:
    """Print the annotated lines, what was found in words, and the summary."""
    report = escaped(report)
    screen = console(no_color)
    lines = sorted(_lines(report, quiet), key=lambda line: (line.file, line.line))
    for file in dict.fromkeys([script, *(line.file for line in lines)]):
        some = [line for line in lines if line.file == file]
        if some or file == script:
            _print_file(screen, file, some, report)
    _print_messages(screen, report)
    for error in report.errors:
        where = (f"{error.file}:{error.line}: ", "bold")
        screen.print(Text.assemble(where, ("error: ", "bold red"), error.message), soft_wrap=True)
    if report.interrupted:
        screen.print("[yellow]interrupted: this is what was known by then")
    screen.print(_summary(report), soft_wrap=True)


def _lines(report: Report, quiet: bool) -> Iterator[Line]:
    for result in report.results:
        for gradient in result.gradients:
            if not (quiet and gradient.verdict == "correct"):
                yield _line(result, gradient)
    for left in report.not_judged:
        yield _left_out(left)


def _line(result: Result, gradient: Gradient) -> Line:
    verdict = gradient.verdict
    remark = next((note.message for note in gradient.remarks), "")
    of = f"∂L/∂({gradient.of})" if " " in gradient.of else f"∂L/∂{gradient.of}"
    said = remark if verdict in ("inherited", "undecidable") else of
    finding = "; ".join(
        f"{note.name}: {note.fix}" if note.fix else note.name for note in gradient.findings
    )
    if verdict == "correct" and remark:
        finding = remark
    return Line(
        result.file, gradient.line, MARKS[verdict], f"{gradient.name}: {said}", finding,
        COLOURS[verdict],
    )  # fmt: skip


def _left_out(left: NotJudged) -> Line:
    said = f"{', '.join(left.names)}: not judged"
    return Line(left.file, left.lines[0], "–", said, left.message, "yellow")


def _print_file(screen: Console, file: str, lines: list[Line], report: Report) -> None:
    remarks = [n.message for r in report.results if r.file == file for n in r.remarks]
    head = Text.assemble((file, "bold"), ("   " + remarks[0] if remarks else "", "dim"))
    screen.print(head, soft_wrap=True)
    source = linecache.getlines(file)
    number = len(str(max((line.line for line in lines), default=1)))
    said = max((len(line.said) for line in lines), default=0)
    last = 0
    for line in lines:
        code = source[line.line - 1].strip() if 0 < line.line <= len(source) else ""
        shown = one_line(code) if line.line != last else ""
        label = f"{line.line:{number}}" if line.line != last else " " * number
        screen.print(
            Text.assemble(
                (f" {label}  ", "dim"),
                f"{shown:{CODE}}  ",
                (f"{line.mark} {line.said:{said}}", line.style),
                ("  " + line.finding if line.finding else "", "bold" if line.mark == "✗" else ""),
            ),
            soft_wrap=True,
        )
        last = line.line


def _print_messages(screen: Console, report: Report) -> None:
    """What is wrong, in a sentence for each line."""
    for result in report.results:
        for gradient in result.gradients:
            for note in gradient.findings:
                where = (f"{result.file}:{gradient.line}: ", "bold")
                text = Text.assemble(where, f"{note.message}  ", (f"[{note.name}]", "bold"))
                screen.print(text, soft_wrap=True)


def _summary(report: Report) -> Text:
    counts = {verdict: n for verdict, n in report.summary().items() if n}
    said = ", ".join(f"{n} {verdict.replace('_', ' ')}" for verdict, n in counts.items())
    steps = max((result.cases for result in report.results), default=0)
    seen = f"{steps} step{'s' * (steps != 1)} of the training"
    return Text(f"{said or 'nothing judged'} ({seen}, {report.seconds:.1f} s)")
