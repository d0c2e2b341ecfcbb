"""The statement of the user's code that a recorded call stands in, and the name it assigns to."""

import ast
import functools
import linecache

from oracle.truth.recording import Note


def assigned(note: Note) -> tuple[str, int]:
    """The target of the statement that a call stands in, and the statement's first line."""
    return _targets(note.file).get(note.line, ("", note.line))


@functools.cache
def _targets(file: str) -> dict[int, tuple[str, int]]:
    """By line: what the statement there assigns to, as it is written, and its first line."""
    found: dict[int, tuple[str, int]] = {}
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr):
            target = ""
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = ast.unparse(node.targets[0])
            elif isinstance(node, ast.AugAssign | ast.AnnAssign):
                target = ast.unparse(node.target)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found[line] = target, node.lineno
    return found


@functools.cache
def names_given(file: str, line: int) -> dict[str, list[tuple[str, int]]]:
    """By name: those that the function around a line assigns it to as it is, ``dz = da``."""
    found: dict[str, list[tuple[str, int]]] = {}
    functions = [n for n in ast.walk(_tree(file)) if isinstance(n, ast.FunctionDef)]
    around = [f for f in functions if f.lineno <= line <= (f.end_lineno or f.lineno)]
    for node in ast.walk(max(around, key=lambda f: f.lineno)) if around else ():
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(node.value.id, []).append((target.id, node.lineno))
    return {name: sorted(given, key=lambda at: at[1]) for name, given in found.items()}


@functools.cache
def _tree(file: str) -> ast.Module:
    """The syntax tree of a file; an empty one if it has none."""
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except SyntaxError:
        return ast.Module([], [])
