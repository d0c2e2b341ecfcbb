"""A report as one JSON document, as ``schema.json`` beside this file has it."""

import importlib.metadata
import json
from typing import Any

from oracle import __version__
from oracle.report import placed
from oracle.report.escaped import escaped
from oracle.report.plain import finite, plain
from oracle.results import Counterexample, Gradient, Kind, Note, Report, Result


def dumps(report: Report) -> str:
    """The document, as text."""
    return json.dumps(document(report), indent=1, allow_nan=False, ensure_ascii=False)


def document(report: Report) -> dict[str, Any]:
    """The document, as plain dicts and lists.

    Numbers that are not finite become strings, and what is no visible character is escaped.
    """
    found = {
        "version": 1,
        "tool": f"oracle {__version__}",
        "torch": importlib.metadata.version("torch"),
        "numpy": importlib.metadata.version("numpy"),
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "interrupted": report.interrupted,
        "results": [_result(result) for result in report.results],
        "errors": [
            {"file": e.file, **_place(e.file, e.line), "message": e.message} for e in report.errors
        ],
        "not_judged": [
            {
                "file": use.file,
                "target": use.target,
                **_places(use.file, use.lines),
                "names": list(use.names),
                "message": use.message,
            }
            for use in report.not_judged
        ],
        "summary": report.summary(),
    }
    safe: dict[str, Any] = finite(plain(escaped(found)))
    return safe


def _place(file: str, line: int) -> dict[str, int]:
    cell, line = placed.cell_and_line(file, line)
    return {"line": line} if cell is None else {"cell": cell, "line": line}


def _places(file: str, lines: tuple[int, int]) -> dict[str, Any]:
    (cell, first), (last_cell, last) = (placed.cell_and_line(file, line) for line in lines)
    if cell is None:
        return {"lines": [first, last]}
    return {"cell": cell, "lines": [first, last if last_cell == cell else first]}


def _result(result: Result) -> dict[str, Any]:
    remarks = {"remarks": [_note(note) for note in result.remarks]} if result.remarks else {}
    return {
        **remarks,
        **({"shapes": result.inferred} if result.inferred else {}),
        "file": result.file,
        "target": result.target,
        **_place(result.file, result.line),
        "verdict": result.verdict,
        "truth": result.truth,
        "twin": result.twin,
        "cases": result.cases,
        "gradients": [_gradient(result.file, gradient) for gradient in result.gradients],
        "checked": {
            "cases": result.cases,
            "shapes": result.shapes,
            "dtypes": result.dtypes,
            "regimes": result.regimes,
            "witnesses": result.witnesses,
            "not_checked": result.not_checked,
        },
    }


def _gradient(file: str, gradient: Gradient) -> dict[str, Any]:
    found = {
        "name": gradient.name,
        "of": gradient.of if gradient.kind is not Kind.INTERMEDIATE else "an intermediate",
        **({"file": gradient.file} if gradient.file else {}),
        **_place(gradient.file or file, gradient.line),
        "verdict": gradient.verdict,
        "error_units": gradient.error_units,
        "digits": gradient.digits32,
        "torch_digits": gradient.torch_digits32,
        "units": gradient.units,
    }
    if gradient.counterexample:
        found["counterexample"] = _counterexample(gradient.counterexample)
    if gradient.findings:
        found["findings"] = [_note(note) for note in gradient.findings]
    if gradient.remarks:
        found["remarks"] = [_note(note) for note in gradient.remarks]
    return found


def _counterexample(example: Counterexample) -> dict[str, Any]:
    return {
        "replay": example.replay,
        "dims": example.dims,
        "options": example.options,
        "seed": example.seed,
        "dtype": example.dtype,
        "regime": example.regime,
        "got": example.got,
        "want": example.want,
    }


def _note(note: Note) -> dict[str, str]:
    found = {"name": note.name, "message": note.message}
    return {**found, "fix": note.fix} if note.fix else found
