"""Findings for other programs: GitHub's workflow commands, and SARIF 2.1.0."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from oracle import __version__
from oracle.report.escaped import escaped
from oracle.results import Gradient, Note, NotJudged, Report, Result

LEVELS = {"wrong": "error", "unstable": "warning", "undecidable": "notice"}
SARIF_LEVELS = {"wrong": "error", "unstable": "warning", "undecidable": "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def github(report: Report) -> str:
    """One ``::error`` line for each finding, as GitHub's runners read it."""
    report = escaped(report)
    lines = [
        f"::{LEVELS[gradient.verdict]} file={_property(result.file)},line={gradient.line},"
        f"title={_property(f'oracle: {note.name}')}::{_data(_said(result, gradient, note))}"
        for result, gradient, note in _findings(report)
    ]
    lines += [
        f"::error file={_property(e.file)},line={e.line},title=oracle::{_data(e.message)}"
        for e in report.errors
    ]
    lines += [
        f"::notice file={_property(use.file)},line={use.lines[0]},endLine={use.lines[1]},"
        f"title={_property('oracle: not judged')}::{_data(_not_judged(use))}"
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
            "message": {"text": _said(result, gradient, note)},
            "locations": [_location(result.file, gradient.line)],
        }
        for result, gradient, note in found
    ]
    notifications = [
        {
            "level": "error",
            "message": {"text": error.message},
            "locations": [_location(error.file, error.line)],
        }
        for error in report.errors
    ]
    notifications += [
        {
            "level": "note",
            "message": {"text": _not_judged(use)},
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


def _said(result: Result, gradient: Gradient, note: Note) -> str:
    cure = f" Cure: {note.fix}." if note.fix else ""
    return f"{result.target}: {note.message}.{cure}"


def _not_judged(use: NotJudged) -> str:
    return f"{use.target}: {use.message} ({', '.join(use.names)})"


def _location(file: str, line: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file.replace("\\", "/"))},
            "region": {"startLine": max(1, line)},
        }
    }


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
