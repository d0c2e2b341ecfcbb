"""The magic ``%%oracle`` of notebooks: runs a cell, and shows what is wrong with its gradients.

    %load_ext oracle

    %%oracle
    ...

A cell that trains is judged as ``oracle trace`` does it; any other one that defines functions or
classes, as ``oracle check`` does it. The cell runs in the notebook, and its variables stay.
"""

import ast
import io
import shlex
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from oracle.commands import check, ignored, targets, workers
from oracle.commands.api import Traced, as_html
from oracle.report import check_page
from oracle.report.escaped import MARKED, escaped
from oracle.results import Gradient, Report
from oracle.tracing import judge
from oracle.tracing.cell import run_cell
from oracle.tracing.steps import enough

TIMEOUT = 60.0  # seconds for the derivations of a cell
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


class CellChecked:
    """The report on the derivations that a cell defines."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def _repr_html_(self) -> str:
        return as_html(self._printed)

    def __repr__(self) -> str:
        screen = Console(width=100, record=True, file=io.StringIO())
        return self._printed(screen).export_text()

    def _printed(self, screen: Console) -> Console:
        check_page.print_on(screen, escaped(self.report, MARKED))
        return screen


@click.command(add_help_option=False)
@click.option("--steps", default=3, type=click.IntRange(1))
@click.option("--loss", default="")
def _options(steps: int, loss: str) -> tuple[int, str]:
    return steps, loss


def load_ipython_extension(shell: Any) -> None:
    """The entry point of ``%load_ext oracle``."""

    def oracle(line: str, cell: str) -> Any:
        """Run the cell and judge its gradients. Options: --steps N, --loss NAME."""
        return judged_cell(shell, line, cell)

    shell.register_magic_function(oracle, "cell", "oracle")


def judged_cell(shell: Any, line: str, cell: str) -> Traced | CellChecked | None:
    """Run a cell in the notebook's namespace; the report on it, or None if there is nothing."""
    steps, loss = _asked(line)
    text = "\n" + shell.transform_cell(cell)  # the magic's own line is line 1
    name = f"cell [{shell.execution_count}]"
    recorded = run_cell(
        text, name, shell.user_ns, steps, lambda stored, notes: enough(stored, notes, steps)
    )
    report = judge.report(recorded, name, steps, loss)
    if any(result.gradients for result in report.results):
        return Traced(report, name)
    if any(isinstance(part, DEFINITIONS[:3]) for part in ast.parse(text).body):
        return CellChecked(_checked(text, shell.user_ns.get("In", []), name))
    return Traced(report, name)


def _asked(line: str) -> tuple[int, str]:
    try:
        found: tuple[int, str] = _options.main(shlex.split(line), standalone_mode=False)
    except click.ClickException as error:
        raise ValueError(f"%%oracle: {error.format_message()}") from None
    return found


def _checked(text: str, cells: Sequence[str], name: str) -> Report:
    """The report on the definitions of a cell, which may use those of earlier cells."""
    before = _definitions(cells)
    lines = before.count("\n")
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        file = Path(folder) / "cell.py"
        file.write_text(before + text, encoding="utf-8")
        stop = threading.Event()
        todo, errors = targets.jobs((str(file),), (), stop)
        report = workers.check(todo, check.Settings(), TIMEOUT, 1, lambda name: None, stop, False)
        ignored.silence(report)
    report.errors[:0] = errors
    return _placed(report, lines, name)


def _definitions(cells: Sequence[str]) -> str:
    """The imports, functions and classes of some cells, those that are Python."""
    found = []
    for cell in cells:
        try:
            parts = ast.parse(cell).body
        except (SyntaxError, ValueError):
            continue
        found += [ast.unparse(part) for part in parts if isinstance(part, DEFINITIONS)]
    return "".join(f"{part}\n" for part in found)


def _placed(report: Report, lines: int, name: str) -> Report:
    """The results of the cell itself, with its own lines."""
    results = [
        replace(
            result,
            file=name,
            line=result.line - lines,
            gradients=tuple(_moved(gradient, lines) for gradient in result.gradients),
        )
        for result in report.results
        if result.line > lines
    ]
    errors = [replace(e, file=name, line=max(1, e.line - lines)) for e in report.errors]
    return replace(report, results=results, errors=errors, not_judged=[])


def _moved(gradient: Gradient, lines: int) -> Gradient:
    """A gradient on its line in the cell; no command replays a case of a cell."""
    example = gradient.counterexample
    kept = replace(example, replay="") if example else None
    return replace(gradient, line=gradient.line - lines, counterexample=kept)
