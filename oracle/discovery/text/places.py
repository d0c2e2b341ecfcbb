"""Where things stand in the source: the value's name, and the line that made each gradient."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import oracle


@dataclass(frozen=True)
class Place:
    """A value-and-pullback function in its file."""

    file: str
    line: int
    value: str  # the name that the value is returned by, or ""
    value_line: int
    gradients: tuple[tuple[str, int], ...]  # (name or "", line) in the order of the return


def place(function: Callable[..., Any]) -> Place:
    """Find the return statements of a function and of its pullback, and what they return.

    The line of a name is that of its last assignment before the return. What has no source, or is
    written in a way that names nothing, gets empty names and the function's own line.
    """
    function = inspect.unwrap(function)
    file = inspect.getsourcefile(function) or "<unknown>"
    try:
        lines, first = inspect.getsourcelines(function)
    except OSError:
        return Place(file, 1, "", 1, ())
    tree = ast.parse(textwrap.dedent("".join(lines))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        return Place(file, first, "", first, ())
    line = first + tree.lineno - 1  # the def, not its decorator
    value, value_line = (_returned(tree) or [("", tree.lineno)])[0]
    pullbacks = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    gradients = _returned(pullbacks[-1]) if pullbacks else []
    return Place(
        file,
        line,
        value,
        first + value_line - 1,
        tuple((name, first + at - 1) for name, at in gradients),
    )


def spoken(file: str) -> str:
    """A path for a report: relative to the package for our own files, to the folder for others."""
    for start in (Path(oracle.__file__).parent.parent, Path.cwd()):
        if Path(file).is_relative_to(start):
            return str(Path(file).relative_to(start))
    return file


def assignments(file: Path) -> dict[str, int]:
    """The line of each name's last assignment in a file, wherever in it that is."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        node.id: node.lineno
        for node in sorted(
            (n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)),
            key=lambda n: n.lineno,
        )
    }


def _returned(function: ast.FunctionDef) -> list[tuple[str, int]]:
    """Names and lines of what the last return statement of this very function returns."""
    own = [node for node in _own_nodes(function) if isinstance(node, ast.Return)]
    if not own or own[-1].value is None:
        return []
    value = own[-1].value
    items = value.elts if isinstance(value, ast.Tuple) else [value]
    return [
        (item.id, _assigned(function, item.id, own[-1].lineno))
        if isinstance(item, ast.Name)
        else ("", item.lineno)
        for item in items
    ]


def _assigned(function: ast.FunctionDef, name: str, before: int) -> int:
    lines = [
        node.lineno
        for node in _own_nodes(function)
        if isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and node.id == name
        and node.lineno <= before
    ]
    return max(lines, default=before)


def _own_nodes(function: ast.FunctionDef) -> list[ast.AST]:
    """All nodes of a function's body in source order, without those of functions inside it."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            continue
        found.append(node)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return found
