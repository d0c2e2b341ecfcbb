"""``oracle check`` on a terminal: each finding like a good compiler's."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from oracle.judging.verdict import WRONG_AT
from oracle.report import placed
from oracle.report.escaped import MARKED, escaped, path, shown
from oracle.report.terminal import COLOURS, console, number
from oracle.results import Counterexample, Gradient, NotJudged, Report, Result

ONCE_A_FILE = ("float32-by-choice",)  # remarks that are told with the first of its derivations
SPOKEN = {"autograd": "torch.autograd", "against": "the function named, by torch.autograd"}
AROUND = 1  # lines shown before and after the one that is blamed
SHOWN = 36  # entries of got and want


def print_report(
    report: Report, quiet: bool = False, no_color: bool = False, stderr: bool = False
) -> None:
    """Print what is wrong, what is right, what could not be judged, and the summary."""
    print_on(console(no_color, stderr), escaped(report, MARKED), quiet)


def print_on(screen: Console, report: Report, quiet: bool = False) -> None:
    """The same on some console, of a report that is ``escaped``."""
    for result in _told_once(report.results):
        print_result(screen, result, quiet)
    for error in report.errors:
        where = (f"{path(placed.where(error.file, error.line))}: ", "bold")
        text = Text.assemble(where, ("error: ", "bold red"), error.message)
        screen.print(text, soft_wrap=True)
    for use in report.not_judged:
        _print_not_judged(screen, use)
    if report.interrupted:
        screen.print("[yellow]interrupted: this is what is known so far")
    screen.print(_summary(report), soft_wrap=True)


def _told_once(results: Sequence[Result]) -> Iterator[Result]:
    """The results, with what holds for a whole file told once in it."""
    told: set[tuple[str, str]] = set()
    for result in results:
        notes = [n for n in result.remarks if (result.file, n.name) not in told]
        told |= {(result.file, n.name) for n in notes if n.name in ONCE_A_FILE}
        yield replace(result, remarks=tuple(notes))


def _print_not_judged(screen: Console, use: NotJudged) -> None:
    (_, first), (_, last) = (placed.cell_and_line(use.file, line) for line in use.lines)
    lines = f"lines {first}–{last}" if last > first else f"line {first}"
    where = (f"{path(placed.where(use.file, use.lines[0]))}: ", "bold")
    text = Text.assemble(where, f"{use.target}, {lines}: ", (use.message, COLOURS["undecidable"]))
    text.append(f" ({', '.join(use.names)})")
    screen.print(text, soft_wrap=True)


def print_result(screen: Console, result: Result, quiet: bool) -> None:
    """One derivation, of a report that is ``escaped``."""
    bad = [g for g in result.gradients if g.verdict != "correct" and not g.ignored]
    if not bad:
        if not quiet:
            _print_right(screen, result)
        return
    shown: dict[object, Gradient] = {}  # by the line, and what is said of it
    for gradient in bad:
        if gradient.verdict == "inherited":
            _print_inherited(screen, result, gradient)
            continue
        like = shown.setdefault((result.place_of(gradient), _names(gradient)), gradient)
        if like is gradient or not _names(gradient):
            _print_gradient(screen, result, gradient)
        else:
            _print_alike(screen, result, gradient, like)
    right = [g.name for g in result.gradients if g.verdict == "correct"]
    if right and not quiet:
        screen.print(Text(f"  {result.target}: {_listed(right)} correct", "green"), soft_wrap=True)
    if not quiet:
        screen.print(Text(f"  {_how_sure(result)}", "dim"), soft_wrap=True)
        for note in result.remarks:
            screen.print(Text(f"  note: {note.message}", "dim"), soft_wrap=True)
    screen.print()


def _print_right(screen: Console, result: Result) -> None:
    names = ", ".join(g.name for g in result.gradients)
    screen.print(
        Text.assemble(
            (f"{path(placed.where(result.file, result.line))}: ", "bold"),
            f"{result.target}: ",
            ("correct", COLOURS["correct"]),
            f" ({names}; {_how_sure(result)})",
        ),
        soft_wrap=True,
    )
    for gradient in result.gradients:
        for note in gradient.remarks:
            screen.print(Text(f"  {note.name}: {note.message}", "dim"), soft_wrap=True)
    for note in result.remarks:
        screen.print(Text(f"  note: {note.message}", "dim"), soft_wrap=True)


def _print_inherited(screen: Console, result: Result, gradient: Gradient) -> None:
    why = next((n.message for n in gradient.remarks if n.name == "inherited"), "")
    screen.print(
        Text.assemble(
            (f"{path(placed.where(*result.place_of(gradient)))}: ", "bold"),
            f"{result.target}: {gradient.name} is ",
            ("inherited", COLOURS["inherited"]),
            f": {why}" if why else "",
        ),
        soft_wrap=True,
    )


def _names(gradient: Gradient) -> tuple[str, ...]:
    """The names of its findings, each once."""
    return tuple(dict.fromkeys(note.name for note in gradient.findings))


def _print_alike(screen: Console, result: Result, gradient: Gradient, like: Gradient) -> None:
    """A gradient of which one that was shown before says it all: the same line, the same name."""
    head = _head(result, gradient)
    head.append(f"  as {like.name}")
    screen.print(head, soft_wrap=True)


def _head(result: Result, gradient: Gradient) -> Text:
    what = f", the gradient of {gradient.of}," if gradient.of else ""
    head = Text(f"{path(placed.where(*result.place_of(gradient)))}: ", "bold")
    head.append(f"{result.target}: {gradient.name}{what} is ", "default")
    head.append(gradient.verdict, COLOURS[gradient.verdict])
    if names := _names(gradient):
        head.append(f"  [{', '.join(names)}]", "bold")
    return head


def _print_gradient(screen: Console, result: Result, gradient: Gradient) -> None:
    screen.print(_head(result, gradient), soft_wrap=True)
    for note in gradient.findings:
        screen.print(Text(f"  {note.message}"), soft_wrap=True)
    _print_frame(screen, *result.place_of(gradient))
    for note in gradient.findings:
        if note.fix:
            screen.print(Text(f"  cure: {note.fix}", "green"), soft_wrap=True)
    if gradient.counterexample:
        _print_example(screen, gradient.counterexample)
    for note in gradient.remarks:
        screen.print(Text(f"  {note.message}", "dim"), soft_wrap=True)
    if gradient.units:
        regime, units = max(gradient.units.items(), key=lambda pair: pair[1])
        if math.isfinite(units):  # a shape, or a nan, is off by no number
            screen.print(
                Text(
                    f"  off by {number(units)} units of rounding noise in {regime} "
                    f"(right code: a few; limit {WRONG_AT:.0f})",
                    "dim",
                ),
                soft_wrap=True,
            )
    if gradient.counterexample and gradient.counterexample.replay:
        screen.print(Text(f"  replay: {gradient.counterexample.replay}", "dim"), soft_wrap=True)


def _print_frame(screen: Console, file: str, line: int) -> None:
    line, first, lines = placed.around(file, line, AROUND)
    if not lines:
        return
    if screen.is_terminal:
        code = shown("".join(f"{text}\n" for text in lines))
        screen.print(
            Syntax(
                code, "python", theme="ansi_dark", line_numbers=True, start_line=first,
                highlight_lines={line}, background_color="default",
            )
        )  # fmt: skip
        return
    width = len(str(first + len(lines) - 1))
    for at, text in enumerate(lines, first):
        mark = ">" if at == line else " "
        screen.print(Text(f"  {mark} {at:{width}} | {shown(text.rstrip())}"), soft_wrap=True)


def _print_example(screen: Console, example: Counterexample) -> None:
    sizes = ", ".join(f"{name} = {size}" for name, size in example.dims.items())
    options = "".join(f", {name}={value!r}" for name, value in example.options.items())
    where = f" ({example.regime} values)" if example.regime != "ordinary" else ""
    screen.print(Text(f"  smallest failing case: {sizes}{options}{where}"), soft_wrap=True)
    if example.want is None:
        return
    got, want = _matrix(example.got), _matrix(example.want)
    for label, rows in (("got ", got), ("want", want)):
        for at, row in enumerate(rows):
            screen.print(Text(f"    {label if at == 0 else '    '}  {row}"), soft_wrap=True)


def _matrix(value: Any) -> list[str]:
    value = _with_complex(value)
    if isinstance(value, str) or value is None:
        return [str(value)]
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal lengths
        return [str(value)]
    if array.dtype == object:
        return [str(value)]
    return np.array2string(array, precision=5, threshold=SHOWN, suppress_small=False).split("\n")


def _with_complex(value: Any) -> Any:
    """Plain data with its complex numbers, as which JSON has {"re": ..., "im": ...}."""
    if isinstance(value, dict) and value.keys() == {"re", "im"}:
        return complex(float(value["re"]), float(value["im"]))
    return [_with_complex(entry) for entry in value] if isinstance(value, list) else value


def _how_sure(result: Result) -> str:
    truth = SPOKEN.get(result.truth, result.truth)
    witness = " and a central difference" if "central difference" in result.witnesses else ""
    text = f"{result.cases} cases, {result.shapes} shapes, against {truth}{witness}"
    if result.not_checked:
        text += f"; not checked: {'; '.join(result.not_checked)}"
    return text


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]} are" if len(names) > 1 else f"{names[0]} is"


def _summary(report: Report) -> Text:
    counts = {verdict: n for verdict, n in report.summary().items() if n}
    not_judged = counts.pop("not_judged", 0) + len(report.errors)
    text = Text()
    for index, (verdict, count) in enumerate(counts.items()):
        text.append(", " if index else "")
        text.append(f"{count} {verdict}", COLOURS.get(verdict, ""))
    left_out = f", {not_judged} not judged" if not_judged else ""
    number = len(report.results)
    text.append(
        f"{'' if counts else 'nothing judged'}{left_out} (gradients of {number} "
        f"derivation{'' if number == 1 else 's'}, {report.seconds:.1f} s, seed {report.seed})"
    )
    return text
