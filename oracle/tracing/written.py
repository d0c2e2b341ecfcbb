"""The kind of loss that a file writes down, though the traced steps do not compute it.

A cost function that is called after each epoch only, or never, still says which loss is meant.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from oracle.discovery.text import reading
from oracle.tracing.loss_names import is_sure_name

LOGARITHMS = frozenset({"log", "log1p", "log2", "log10", "logaddexp", "logsumexp"})
SQUARES = frozenset({"square", "norm"})
KINDS = {"logarithm": ("binary", "categorical"), "squares": ("squares",)}


@functools.lru_cache(maxsize=16)
def written_kinds(file: str) -> tuple[str, ...]:
    """The kinds of usual losses that the cost functions of a file allow; () if they show none.

    Where one function takes squares and a different one logarithms, they show none.
    """
    try:
        tree = ast.parse(reading.read(Path(file)))
    except reading.ERRORS:
        return ()
    found = {kind for part in _cost_functions(tree, "") if (kind := _kind(part))}
    return KINDS[found.pop()] if len(found) == 1 else ()


def _cost_functions(node: ast.AST, within: str) -> Iterator[ast.FunctionDef]:
    """The functions that are called a loss, or belong to a class that is."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef):
            if is_sure_name(f"{within} {part.name}"):
                yield part
        elif isinstance(part, ast.ClassDef):
            yield from _cost_functions(part, part.name)


def _kind(function: ast.FunctionDef) -> str:
    """A logarithm decides: squares beside it are those of a penalty."""
    called = {
        getattr(part.func, "attr", getattr(part.func, "id", ""))
        for part in ast.walk(function)
        if isinstance(part, ast.Call)
    }
    if called & LOGARITHMS:
        return "logarithm"
    powers = [p for p in ast.walk(function) if isinstance(p, ast.BinOp) and _is_square(p)]
    return "squares" if powers or called & SQUARES else ""


def _is_square(node: ast.BinOp) -> bool:
    return (
        isinstance(node.op, ast.Pow)
        and isinstance(node.right, ast.Constant)
        and node.right.value == 2
    )
