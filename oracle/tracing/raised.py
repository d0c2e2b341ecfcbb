"""A run that a shape error ended: explained by a gradient that is wrong, or placed at its line."""

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from oracle.results import Gradient, Note, Report, Result
from oracle.tracing.gradient_names import is_like_gradient, of_name
from oracle.tracing.recorded import Recorded

SHAPES = re.compile(r"broadcast|not aligned|mismatch in its core dimension|inhomogeneous")
_SHAPE = re.compile(r"\((\d[\d, ]*)\)")
OF_SHAPE = ("not-summed-over-batch", "bias-row-not-dropped", "wrong-shape", "transposed")


def is_about_shapes(recorded: Recorded) -> bool:
    return recorded.error.startswith("ValueError") and SHAPES.search(recorded.error) is not None


def cause(recorded: Recorded, results: Sequence[Result]) -> str:
    """The gradient of a wrong shape that a shape error follows from; "" if there is none."""
    if not is_about_shapes(recorded):
        return ""
    for result in results:
        for gradient in result.gradients:
            names = [note.name for note in gradient.findings]
            if gradient.line <= recorded.error_line and set(names) & set(OF_SHAPE):
                return f"it follows from line {gradient.line}, {gradient.name} [{names[0]}]"
    return ""


def with_bias_row(recorded: Recorded, report: Report) -> None:
    """Blame a gradient that still has the row of the bias, which the next call refuses."""
    shapes = [tuple(map(int, re.findall(r"\d+", s))) for s in _SHAPE.findall(recorded.error)]
    if not is_about_shapes(recorded) or len(shapes) != 2 or len(shapes[0]) != len(shapes[1]):
        return
    large, small = sorted(shapes, reverse=True)
    if sum(large) - sum(small) != 1:
        return
    last = [p for p in report.pictures if p.shape == large and p.line <= recorded.error_line][-1:]
    for picture in last:
        note = Note(
            "bias-row-not-dropped",
            f"{picture.name} has shape {large}; line {recorded.error_line} needs {small}: the row "
            "or column of the bias, which has no layer below, is still in it",
            "leave the bias's row out of the weights on the way back, as in W[:-1]",
        )
        for at, result in enumerate(report.results):
            gradients = tuple(
                replace(g, verdict="wrong", findings=(note,), remarks=())
                if (g.line, g.name, g.verdict) == (picture.line, picture.name, "correct")
                else g
                for g in result.gradients
            )
            report.results[at] = replace(result, gradients=gradients)


def at_its_line(recorded: Recorded, file: str, results: Sequence[Result]) -> Result | None:
    """The gradient that could not be computed, if nothing before it is wrong."""
    found = [g for result in results for g in result.gradients]
    if not is_about_shapes(recorded) or any(g.verdict in ("wrong", "inherited") for g in found):
        return None
    name, function = _target(Path(file), recorded.error_line)
    if not (is_like_gradient(name) or of_name(name)):
        return None
    said = recorded.error.partition(": ")[2].strip()
    note = Note("raises", f"{name} cannot be computed: {said}", "make the shapes fit")
    gradient = Gradient(name, "", recorded.error_line, "wrong", failed=1, findings=(note,))
    return Result(
        file, function, recorded.error_line, "", (gradient,), cases=1, shapes=1, truth="autograd"
    )


def _target(file: Path, line: int) -> tuple[str, str]:
    """The target of the assignment on a line, and its function."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return "", ""
    function = "<module>"
    name = ""
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= (node.end_lineno or 0):
            continue
        if isinstance(node, ast.FunctionDef):
            function = node.name
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            name = ast.unparse(node.targets[0])
    return name, function
