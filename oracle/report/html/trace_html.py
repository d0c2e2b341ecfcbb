"""``oracle trace --html``: the source with its verdicts, gradients as pictures, on one page.

The page needs no network and no script: what can be folded is a ``details`` element.
"""

import functools
import linecache
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import jinja2

from oracle.report.escaped import escaped, shown
from oracle.report.html.pictures import chart, largest, png
from oracle.report.traced_lines import Line, factor, headline, lines, remarks
from oracle.results import Picture, Report, Rows

FOLDED = 8  # lines without a gradient, one after the other: more are folded
AROUND = 2  # of them stay before and after a line with a gradient
LARGEST, LARGEST_ENTRY = 128, 18  # pixels of a picture, and of an entry in it
WORDS = {
    "correct": "correct", "wrong": "wrong", "unstable": "unstable", "inherited": "inherited",
    "undecidable": "undecidable", "ignored": "ignored", "not_judged": "not judged",
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """One of the matrices beside a line."""

    title: str
    url: str
    alt: str
    limit: str
    width: int  # in pixels of the page
    height: int


@dataclass(frozen=True)
class Said:
    """The row of one gradient."""

    line: Line
    times: str
    drawn: tuple[Drawn, ...]
    shape: str

    @property
    def is_open(self) -> bool:
        return self.line.verdict == "wrong"


@dataclass(frozen=True)
class Row:
    """A line of the source, with what is said of its gradients."""

    number: int
    code: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Block:
    """Some lines one after the other."""

    rows: tuple[Row, ...]
    folded: bool


def page(report: Report, script: str) -> str:
    """The whole page."""
    return _template("page.html").render(**_content(report, script), style=_style("page.css"))


def fragment(report: Report, script: str) -> str:
    """The same for a notebook, whose background may be light or dark."""
    return _template("fragment.html").render(
        **_content(report, script), style=_style("fragment.css")
    )


def _style(name: str) -> str:
    folder = files(__package__)
    texts = [(folder / each).read_text(encoding="utf-8") for each in (name, "trace.css")]
    return "\n".join(texts)


@functools.cache
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "."),
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)


def _content(report: Report, script: str) -> dict[str, Any]:
    report = escaped(report)
    found = lines(report)
    counts = [(name, WORDS[name], n) for name, n in report.summary().items() if n]
    names = dict.fromkeys([script, *(line.file for line in found)])
    return {
        "script": shown(script),
        "loss": headline(report),
        "counts": counts,
        "all_right": [name for name, _, _ in counts] == ["correct"] and not report.errors,
        "remarks": remarks(report),
        "errors": report.errors,
        "interrupted": report.interrupted,
        "steps": max((result.cases for result in report.results), default=0),
        "files": [(shown(name), _blocks(name, found, report)) for name in names],
        "chart": chart(report.pictures),
    }


def _blocks(file: str, found: Sequence[Line], report: Report) -> list[Block]:
    linecache.checkcache(file)
    pictures = {(p.file, p.line, p.name): p for p in report.pictures}
    by_line: dict[int, list[Said]] = {}
    for line in found:
        if line.file == file:
            said = _said(line, report, pictures.get((line.file, line.line, line.name)))
            by_line.setdefault(line.line, []).append(said)
    rows = [
        Row(at, shown(code.rstrip("\r\n")), tuple(by_line.get(at, ())))
        for at, code in enumerate(linecache.getlines(file), 1)
    ]
    return _folded(rows)


def _folded(rows: Sequence[Row]) -> list[Block]:
    """The lines in blocks: long passages without a gradient are folded."""
    near = {row.number + d for row in rows if row.said for d in range(-AROUND, AROUND + 1)}
    blocks: list[Block] = []
    run: list[Row] = []
    far = False
    for row in rows:
        if run and (row.number not in near) != far:
            blocks.append(Block(tuple(run), far and len(run) > FOLDED))
            run = []
        far = row.number not in near
        run.append(row)
    if run:
        blocks.append(Block(tuple(run), far and len(run) > FOLDED))
    return blocks


def _said(line: Line, report: Report, picture: Picture | None) -> Said:
    times = factor(report, line) if line.verdict == "wrong" else ""
    if picture is None or not picture.want or not picture.got:
        return Said(line, times, (), "")
    got, want = largest(picture.got), largest(picture.want)
    drawn = [_drawn("yours", picture.got, got), _drawn("true", picture.want, want)]
    if picture.difference:
        off = largest(picture.difference)
        rounding = off <= 1e-9 * max(got, want)  # of no colour
        drawn.append(_drawn("difference", picture.difference, max(got, want) if rounding else off))
    return Said(line, times, tuple(drawn), " × ".join(map(str, picture.shape)) or "a number")


def _drawn(title: str, rows: Rows, full: float) -> Drawn:
    """A picture; ``full`` is the magnitude that has the full colour."""
    limit = f"{largest(rows):.3g}"
    alt = f"{title}: {len(rows)} × {len(rows[0])} entries, the largest magnitude is {limit}"
    entry = min(LARGEST_ENTRY, LARGEST // max(len(rows), len(rows[0])))
    size = entry * len(rows[0]), entry * len(rows)
    return Drawn(title, png(rows, full), alt, limit, *size)
