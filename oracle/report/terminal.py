"""A report on a terminal: a progress bar, a table, and each failure like a good compiler's."""

import contextlib
import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from oracle.judging.verdict import UNSTABLE_AT, WRONG_AT
from oracle.report.escaped import MARKED, escaped, one_line
from oracle.results import Gradient, Report, Result

TWIN_FITS, DIGITS_FIT = 124, 150  # columns that a screen must have

COLOURS = {
    "correct": "green",
    "undecidable": "yellow",
    "unstable": "magenta",
    "inherited": "cyan",
    "wrong": "bold red",
}


class Screen(Console):
    """A console that leaves the end of a command to the command, when its reader has left."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(no_color: bool = False, stderr: bool = False) -> Console:
    """Colours on a terminal only, and not if NO_COLOR or --no-color says so."""
    screen = Screen(no_color=no_color or None, stderr=stderr, highlight=False, width=_width())
    if not screen.is_terminal and _width() is None:
        screen.width = 128  # a file or a pipe has no width of its own
    return screen


def _width() -> int | None:
    """The width in the environment variable COLUMNS; None if it says none."""
    said = os.environ.get("COLUMNS", "")
    return max(20, int(said)) if said.isdecimal() and 0 < int(said) < 10_000 else None


def print_whole(screen: Console, table: Table) -> None:
    """Print a table with no cell cut short; a narrow terminal wraps its lines."""
    before = screen.width
    wide = screen.options.update(max_width=10_000)
    screen.width = max(before, table.__rich_measure__(screen, wide).maximum)
    try:
        screen.print(table, crop=False)
    finally:
        screen.width = before


@contextlib.contextmanager
def searching(hidden: bool, no_color: bool) -> Iterator[Callable[[Path], None]]:
    """A count on standard error of the files that were looked at: "searching net.py ... 312 files".

    Yields what is to be called with each file; nothing is shown if that is no terminal.
    """
    screen = console(no_color, stderr=True)
    if hidden or not screen.is_terminal:
        yield lambda file: None
        return
    columns = "searching [bold]{task.description}", "{task.completed} files"
    with Progress(*map(TextColumn, columns), console=screen, transient=True) as shown:
        job = shown.add_task("", total=None)
        yield lambda file: shown.update(job, advance=1, description=escape(one_line(file.name)))


@contextlib.contextmanager
def progress(
    doing: str, what: str, count: int, hidden: bool, no_color: bool
) -> Iterator[Callable[[str], None]]:
    """A bar on standard error, nothing if that is no terminal: "verifying softmax ... 3/80 runs".

    Yields what is to be called with a name for each of ``count`` things that is done.
    """
    screen = console(no_color, stderr=True)
    if hidden or not screen.is_terminal:
        yield lambda name: None
        return
    bar = Progress(
        TextColumn(f"{doing} [bold]{{task.description}}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(what),
        TimeElapsedColumn(),
        console=screen,
        transient=True,
    )
    with bar:
        job = bar.add_task("(importing torch)", total=count)
        yield lambda name: bar.update(job, advance=1, description=escape(one_line(name)))


def print_report(report: Report, quiet: bool, no_color: bool, alone: bool) -> None:
    """Print the table, the failures and the summary."""
    screen = console(no_color)
    report = escaped(report, MARKED)
    layers = [result for result in report.results if result.target.startswith("network")]
    others = [result for result in report.results if result not in layers]
    if not quiet:
        if others:
            print_whole(screen, _table(others, screen.width))
        if layers:
            print_whole(screen, _layers(layers))
    for result in report.results:
        for gradient in result.gradients:
            if gradient.verdict != "correct":
                _print_failure(screen, result, gradient, replay=not alone)
    for error in report.errors:
        screen.print(Text(f"{error.file}:{error.line}: error: {error.message}", "bold red"))
    if report.interrupted:
        screen.print("[yellow]interrupted: this is what is known so far")
    screen.print(_summary(report), soft_wrap=True)


def _table(results: list[Result], width: int) -> Table:
    """A row a derivation; what does not fit a narrow screen goes below the name, or is left out."""
    digits, beside = width >= DIGITS_FIT, width >= TWIN_FITS
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("derivation", no_wrap=True)
    table.add_column("checked", no_wrap=True)
    if beside:
        table.add_column("torch twin", style="dim", no_wrap=True)
    headers = ["cases", "float64", "float32"] + ["shapes", "digits/torch's"] * digits
    for header in headers:
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    family = ""
    for result in results:
        if result.file != family:
            family = result.file
            table.add_row(Text(family, "dim"))
        judged = Text()
        for gradient in result.gradients:
            judged.append(f"{gradient.name} ", COLOURS[gradient.verdict])
        ours = min(gradient.digits32 for gradient in result.gradients)
        torchs = min(gradient.torch_digits32 for gradient in result.gradients)
        figures = [f"{result.cases:,}", _units(result, "float64"), _units(result, "float32")]
        if digits:
            kept = f"{ours:.1f}/{torchs:.1f}" if "float32" in result.dtypes else ""
            figures += [f"{result.shapes:,}", kept]
        verdict = Text(result.verdict, COLOURS[result.verdict])
        table.add_row(result.target, judged, *[result.twin] * beside, *figures, verdict)
        if not beside:
            table.add_row(Text(f"  = {result.twin}", "dim"))
    return table


def _layers(results: list[Result]) -> Table:
    """A row a layer, a column for each quantity that it keeps: the worst difference, in float64."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.title = Text("\nnetworks of 1 to 6 layers, each step on what it was given", "dim")
    table.title_justify = "left"
    table.add_column("layer", no_wrap=True)
    names = ["Z", "A", "dA", "dZ", "dW", "db"]
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("networks", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for result in results:
        found = {gradient.name: gradient for gradient in result.gradients}
        cells = [
            Text(number(found[name].error_units), COLOURS[found[name].verdict])
            if name in found
            else Text("")
            for name in names
        ]
        if "L" in found:
            cells[0] = Text(f"L {number(found['L'].error_units)}", COLOURS[found["L"].verdict])
        verdict = Text(result.verdict, COLOURS[result.verdict])
        row = result.target.removeprefix("network ")
        table.add_row(row, *cells, f"{result.cases:,}", verdict)
    return table


def _units(result: Result, dtype: str) -> str:
    """The worst difference over the regimes of a dtype, in units of noise."""
    units = [u for g in result.gradients for key, u in g.units.items() if key.startswith(dtype)]
    return number(max(units)) if units else ""


def number(value: float) -> str:
    """A count of units as one reads it: 0.4, 12, 3e8."""
    if not math.isfinite(value):
        return str(float(value))
    return f"{value:.1f}" if value < 10 else f"{value:.0f}" if value < 1e5 else f"{value:.0e}"


def _print_failure(screen: Console, result: Result, gradient: Gradient, replay: bool) -> None:
    what = f"the gradient of {gradient.of}" if gradient.of else "the value"
    head = Text(f"\n{result.file}:{gradient.line}: ", "bold")
    head.append(f"{result.target}: {gradient.name}, {what}, is ")
    head.append(gradient.verdict, COLOURS[gradient.verdict])
    screen.print(head, soft_wrap=True)

    def say(text: str, style: str = "", indent: int = 2) -> None:
        screen.print(Text(" " * indent + text, style), soft_wrap=True)

    for note in [*gradient.findings, *gradient.remarks]:
        say(f"{note.name}: {note.message}")
        if note.fix:
            say(f"cure: {note.fix}", "green")
    if gradient.units:
        regime, units = max(gradient.units.items(), key=lambda pair: pair[1])
        limit = WRONG_AT if gradient.verdict == "wrong" else UNSTABLE_AT
        if math.isfinite(units):
            say(f"off by {number(units)} units of rounding noise in {regime} (limit {limit:.0f})")
    example = gradient.counterexample
    if example:
        sizes = ", ".join(f"{name} = {size}" for name, size in example.dims.items())
        options = "".join(f", {name}={value!r}" for name, value in example.options.items())
        say(f"smallest failing case: {sizes}{options}")
        if example.want is not None:
            say(f"got   {_matrix(example.got)}", indent=4)
            say(f"want  {_matrix(example.want)}", indent=4)
        if replay:
            say(f"replay: {example.replay}", "dim")


def _matrix(value: Any) -> str:
    if isinstance(value, str) or value is None:
        return str(value)
    array = np.asarray(value)
    if array.dtype == object:
        return str(value)
    text = np.array2string(array, precision=6, threshold=40, suppress_small=False)
    return text.replace("\n", "\n          ")


def _summary(report: Report) -> Text:
    counts = {verdict: n for verdict, n in report.summary().items() if n}
    total = sum(result.cases for result in report.results)
    text = Text("\n")
    for index, (verdict, count) in enumerate(counts.items()):
        text.append(", " if index else "")
        text.append(f"{count} {verdict}", COLOURS.get(verdict, ""))
    targets = f"{len(report.results)} target{'' if len(report.results) == 1 else 's'}"
    text.append(f" (values and gradients of {targets} in {total:,} cases, ")
    text.append(f"{report.seconds:.1f} s, seed {report.seed})")
    return text
