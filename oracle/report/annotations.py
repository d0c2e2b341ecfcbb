"""Findings for other programs: GitHub's workflow commands, and SARIF 2.1.0."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from oracle import __version__
from oracle.report import placed
from oracle.report.escaped import escaped
from oracle.results import Gradient, Note, NotJudged, Report, Result

LEVELS = {"wrong": "error", "unstable": "warning", "undecidable": "notice"}
SARIF_LEVELS = {"wrong": "error", "unstable": "warning", "undecidable": "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def github(report: Report) -> str:
    """One ``::error`` line for each finding, as GitHub's runners read it."""
    report = escaped(report)
    lines = [
        f"::{LEVELS[gradient.verdict]} {_at(*result.place_of(gradient))},"
        f"title={_property(f'oracle: {note.name}')}"
        f"::{_data(_in(*result.place_of(gradient)) + _said(result, note))}"
        for result, gradient, note in _findings(report)
    ]
    lines += [
        f"::error {_at(e.file, e.line)},title=oracle::{_data(_in(e.file, e.line) + e.message)}"
        for e in report.errors
    ]
    lines += [
        f"::notice {_at(use.file, *use.lines)},"
        f"title={_property('oracle: not judged')}"
        f"::{_data(_in(use.file, use.lines[0]) + _not_judged(use))}"
        for use in report.not_judged
    ]
    return "\n".join(lines)


def sarif(report: Report) -> str:
    """A SARIF log: a rule for each finding's name, a result for each finding."""
    report = escaped(report)
    found = list(_findings(report))
    names = sorted({note.name for _, _, note in found})
    results = [
        {
            "ruleId": note.name,
            "ruleIndex": names.index(note.name),
            "level": SARIF_LEVELS[gradient.verdict],
            "message": {"text": _in(*result.place_of(gradient)) + _said(result, note)},
            "locations": [_location(*result.place_of(gradient))],
        }
        for result, gradient, note in found
    ]
    notifications = [
        {
            "level": "error",
            "message": {"text": _in(error.file, error.line) + error.message},
            "locations": [_location(error.file, error.line)],
        }
        for error in report.errors
    ]
    notifications += [
        {
            "level": "note",
            "message": {"text": _in(use.file, use.lines[0]) + _not_judged(use)},
            "locations": [_location(use.file, use.lines[0])],
        }
        for use in report.not_judged
    ]
    driver = {
        "name": "oracle",
        "version": __version__,
        "rules": [{"id": name, "shortDescription": {"text": name}} for name in names],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "results": results,
        "invocations": [
            {
                "executionSuccessful": not (report.errors or report.interrupted),
                "toolExecutionNotifications": notifications,
            }
        ],
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=1, ensure_ascii=False)


def _findings(report: Report) -> Iterator[tuple[Result, Gradient, Note]]:
    for result in report.results:
        for gradient in result.gradients:
            if gradient.verdict in LEVELS and not gradient.ignored:
                notes = gradient.findings or gradient.remarks
                for note in notes or [
                    Note(gradient.verdict, f"{gradient.name} is {gradient.verdict}")
                ]:
                    yield result, gradient, note


def _said(result: Result, note: Note) -> str:
    cure = f" Cure: {note.fix}." if note.fix else ""
    return f"{result.target}: {note.message}.{cure}"


def _not_judged(use: NotJudged) -> str:
    return f"{use.target}: {use.message} ({', '.join(use.names)})"


def _location(file: str, line: int) -> dict[str, Any]:
    """The place of a finding in SARIF: a line of a file, or a notebook and its cell."""
    cell, within = placed.cell_and_line(file, max(1, line))
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file.replace("\\", "/"))}}
    if cell is None:
        return {"physicalLocation": {**place, "region": {"startLine": within}}}
    logical = {"name": f"cell {cell}, line {within}", "kind": "module"}
    return {"physicalLocation": place, "logicalLocations": [logical]}


def _at(file: str, line: int, last: int = 0) -> str:
    """GitHub's properties of a place; of a notebook without lines, which were those of the JSON."""
    if placed.cell_and_line(file, line)[0] is not None:
        return f"file={_property(file)}"
    return f"file={_property(file)},line={line}" + (f",endLine={last}" if last else "")


def _in(file: str, line: int) -> str:
    """The beginning of a message in a notebook: its cell."""
    cell, _ = placed.cell_and_line(file, line)
    return "" if cell is None else f"{placed.where(file, line)}: "


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
