"""``oracle trace`` on a terminal: the lines that compute gradients, each with its verdict."""

import linecache
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from oracle.report.escaped import escaped, one_line, path
from oracle.report.terminal import COLOURS, console
from oracle.report.traced_lines import Line, factor, headline, lines, remarks
from oracle.results import Report

MOST_CODE = 60  # columns of a line of the source beside its verdict; longer ones reach into it
PIPE = 10_000


def print_report(report: Report, script: str, quiet: bool, no_color: bool) -> None:
    """Print the annotated lines, what was found in words, and the summary."""
    print_on(console(no_color), report, script, quiet)


def print_on(screen: Console, report: Report, script: str, quiet: bool = False) -> None:
    """The same on some console."""
    report = escaped(report)
    found = [line for line in lines(report) if not (quiet and line.verdict == "correct")]
    for file in dict.fromkeys([script, *(line.file for line in found)]):
        _print_file(screen, file, [line for line in found if line.file == file], report)
    _print_messages(screen, report)
    for note in () if quiet else remarks(report):
        cure = f"; {note.fix}" if note.fix else ""
        text = Text.assemble(
            ("remark: ", "bold"), f"{note.message}{cure}  ", (f"[{note.name}]", "dim")
        )
        screen.print(text, soft_wrap=True)
    for error in report.errors:
        where = (f"{path(error.file)}:{error.line}: ", "bold")
        screen.print(Text.assemble(where, ("error: ", "bold red"), error.message), soft_wrap=True)
    if report.interrupted:
        screen.print("[yellow]interrupted: this is what was known by then")
    screen.print(_summary(report), soft_wrap=True)


def _print_file(screen: Console, file: str, found: Sequence[Line], report: Report) -> None:
    head = headline(report)
    screen.print(Text.assemble((path(file), "bold"), (f"   {head}" if head else "", "dim")))
    if not found:
        return
    source = linecache.getlines(file)
    number = len(str(max(line.line for line in found)))
    count = Counter(line.line for line in found)
    rows = []
    for at, line in enumerate(found):
        code = source[line.line - 1].strip() if 0 < line.line <= len(source) else ""
        first = at == 0 or found[at - 1].line != line.line
        of = _of(report, line)
        said = f"{line.name}: {of}" if count[line.line] > 1 else of
        rows.append((line, one_line(code) if first else "", said, first))
    width = min(MOST_CODE, max(cell_len(code) for _, code, _, _ in rows))
    longest = max(cell_len(said) for _, _, said, _ in rows)
    room = screen.width if screen.is_terminal else PIPE
    room -= number + 3 + width + 2 + 2 + longest + 2
    if max(cell_len(line.finding) for line in found) > room:  # the cure is told below, too
        rows = [(replace(row[0], finding=row[0].name_of_finding), *row[1:]) for row in rows]
    beside = max(cell_len(row[0].finding) for row in rows) <= room
    for line, code, of, first in rows:
        label = f" {line.line if first else '':>{number}}  "
        if beside:
            _print_beside(screen, label, f"{code:{width}}  ", line, f"{of:{longest}}")
        else:
            _print_below(screen, label, code, line, of)


def _of(report: Report, line: Line) -> str:
    """``7 × ∂L/∂z3``, where a factor is all that is wrong."""
    times = factor(report, line) if line.verdict == "wrong" else None
    return f"{times} × {line.said}" if times else line.said


def _print_beside(screen: Console, label: str, code: str, line: Line, said: str) -> None:
    finding = f"  {line.finding}" if line.finding else ""
    text = Text.assemble(
        (label, "dim"), code, (f"{line.mark} {said}", COLOURS[line.verdict]),
        (finding, "bold" if line.verdict == "wrong" else ""),
    )  # fmt: skip
    text.rstrip()
    screen.print(text, soft_wrap=True)


def _print_below(screen: Console, label: str, code: str, line: Line, said: str) -> None:
    """Print each line of the source, and its verdict below it: for a narrow screen."""
    if code:
        screen.print(Text.assemble((label, "dim"), code), soft_wrap=True)
    indent = " " * len(label)
    finding = f"  {line.finding}" if line.finding else ""
    folded = textwrap.wrap(
        f"{line.mark} {said}{finding}", max(20, screen.width - len(indent)),
        subsequent_indent="  ", break_on_hyphens=False,
    )  # fmt: skip
    for part in folded:
        screen.print(Text(indent + part, COLOURS[line.verdict]), soft_wrap=True)


def _print_messages(screen: Console, report: Report) -> None:
    """Print the findings, in a sentence for each line."""
    for result in report.results:
        for gradient in result.gradients:
            for note in () if gradient.ignored else gradient.findings:
                where = (f"{path(result.file)}:{gradient.line}: ", "bold")
                cure = f"; {note.fix}" if note.fix else ""
                text = Text.assemble(where, f"{note.message}{cure}  ", (f"[{note.name}]", "bold"))
                screen.print(text, soft_wrap=True)


def _summary(report: Report) -> Text:
    counts = {verdict: n for verdict, n in report.summary().items() if n}
    text = Text()
    for verdict, n in counts.items():
        text.append(", " if text else "")
        text.append(f"{n} {verdict.replace('_', ' ')}", COLOURS.get(verdict, ""))
    steps = max((result.cases for result in report.results), default=0)
    seen = f"{steps} step{'s' * (steps != 1)} of the training"
    text.append(f"{'' if counts else 'nothing judged'} ({seen}, {report.seconds:.1f} s)")
    if counts.keys() == {"correct"} and not report.errors:
        text.append(": every gradient is right")
    return text
