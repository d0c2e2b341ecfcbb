"""Places in the user's files as they are told: a line of a file, or of a cell of a notebook.

Within the check a notebook is one text; its lines are told by cell, wherever they are told.
"""

import functools
import re
from dataclasses import replace
from pathlib import Path

from oracle.discovery.text import notebooks, reading
from oracle.results import Gradient, Note, Report, Result

LINES = re.compile(r"(?<!\.py, )\bline(s?) (\d+)(?:(–| and )(\d+))?")


@functools.lru_cache(maxsize=64)
def notebook(file: str) -> notebooks.Notebook | None:
    """The notebook of this name; None for other files, and for what cannot be read."""
    try:
        found = reading.notebook(Path(file))
    except reading.ERRORS:
        return None
    return found if found is not None and found.cells else None


def cell_and_line(file: str, line: int) -> tuple[int | None, int]:
    """The cell (None in other files than notebooks) and the line in it."""
    known = notebook(file)
    return (None, line) if known is None else known.place(line)


def where(file: str, line: int) -> str:
    """``net.py:12``, or ``lesson.ipynb: cell 7, line 3``."""
    cell, within = cell_and_line(file, line)
    return f"{file}:{line}" if cell is None else f"{file}: cell {cell}, line {within}"


def around(file: str, line: int, count: int) -> tuple[int, int, list[str]]:
    """A line, the first of those around it, and these lines; none where there is no such line."""
    known = notebook(file)
    if known is not None:
        return (known.place(line)[1], *known.lines_around(line, count))
    lines = _lines(file)
    if not 0 < line <= len(lines):
        return line, line, []
    first = max(1, line - count)
    return line, first, lines[first - 1 : line + count]


@functools.lru_cache(maxsize=64)
def _lines(file: str) -> list[str]:
    try:
        return reading.lines_of(reading.read(Path(file)))
    except reading.ERRORS:
        return []


def by_cell(report: Report) -> Report:
    """The same report, with lines of notebooks given by cell in its messages."""
    return replace(
        report,
        results=[_result(result) for result in report.results],
        errors=[
            replace(e, message=_said(e.file, e.message)) if notebook(e.file) else e
            for e in report.errors
        ],
        not_judged=[
            replace(n, message=_said(n.file, n.message)) if notebook(n.file) else n
            for n in report.not_judged
        ],
    )


def _result(result: Result) -> Result:
    if notebook(result.file) is None:
        return result
    gradients = tuple(_gradient(result.file, gradient) for gradient in result.gradients)
    return replace(result, gradients=gradients, remarks=_notes(result.file, result.remarks))


def _gradient(file: str, gradient: Gradient) -> Gradient:
    findings, remarks = _notes(file, gradient.findings), _notes(file, gradient.remarks)
    return replace(gradient, findings=findings, remarks=remarks)


def _notes(file: str, notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(
        replace(note, message=_said(file, note.message), fix=_said(file, note.fix))
        for note in notes
    )


def _said(file: str, text: str) -> str:
    """A message with each of its lines told by cell."""

    def told(match: re.Match[str]) -> str:
        cell, line = cell_and_line(file, int(match[2]))
        if not match[4]:
            return f"cell {cell}, line {line}"
        last_cell, last = cell_and_line(file, int(match[4]))
        if last_cell == cell:
            return f"cell {cell}, lines {line}{match[3]}{last}"
        return f"cell {cell}, line {line}{match[3]}cell {last_cell}, line {last}"

    return LINES.sub(told, text)
