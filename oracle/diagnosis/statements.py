"""Steps of the backward: its arrays, with the statements of the user's code that make them."""

import ast
import functools
import linecache
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.truth.recording import Note, Value


@dataclass(frozen=True)
class Step:
    """An array that the backward computed on its way: its value, and where the code makes it."""

    value: Value
    name: str  # what the user assigns it to, or ""
    line: int
    file: str


def steps_of(notes: Iterable[Note]) -> list[Step]:
    """The arrays that calls make, in order; the last one of a statement is what it assigns."""
    found: list[Step] = []
    for note in notes:
        name, line = _assigned(note)
        for value in note.outputs:
            if not value.active or np.asarray(value.array).dtype.kind != "f":
                continue
            if note.op == "read" and (step := _written(value, note, found)):
                found.append(step)
                continue
            if found and found[-1].name and (found[-1].line, found[-1].name) == (line, name):
                found[-1] = Step(found[-1].value, "", line, note.file)
            found.append(Step(value, name, line, note.file))
    return found


def _written(value: Value, note: Note, found: Sequence[Step]) -> Step | None:
    """The step that in-place writes have made of an array, named as the array is."""
    parts = {id(part) for part in note.args[0]}
    written = [step for step in found if step.name and id(step.value) in parts]
    if not written:
        return None
    return Step(value, written[-1].name.partition("[")[0], written[-1].line, note.file)


def handed_on(step: Step) -> Step:
    """The same array under its next name, where the code does no more than give it one."""
    for name, line in _names_given(step.file, step.line).get(step.name, ()):
        if line > step.line:
            return Step(step.value, name, line, step.file)
    return step


def is_statement(file: str, line: int) -> bool:
    """True if a line of a file is one of a simple statement."""
    return line in _targets(file)


def _assigned(note: Note) -> tuple[str, int]:
    """The target of the statement that a call stands in, and the statement's first line."""
    return _targets(note.file).get(note.line, ("", note.line))


@functools.cache
def _targets(file: str) -> dict[int, tuple[str, int]]:
    """By line: what the statement there assigns to, as it is written, and its first line.

    A return statement assigns to the call: ``MSE.backward()``.
    """
    found: dict[int, tuple[str, int]] = {}
    returns = dict(_returns(_tree(file)))
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return | ast.Expr):
            target = returns.get(node, "")
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                target = ast.unparse(node.targets[0])
            elif isinstance(node, ast.AugAssign | ast.AnnAssign):
                target = ast.unparse(node.target)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                found[line] = target, node.lineno
    return found


def _returns(node: ast.AST, name: str = "") -> Iterator[tuple[ast.stmt, str]]:
    """Each return statement, with the call that it returns from."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return) and name:
            yield child, f"{name}()"
        elif isinstance(child, ast.FunctionDef) and isinstance(node, ast.ClassDef):
            yield from _returns(child, f"{node.name}.{child.name}")
        elif isinstance(child, ast.FunctionDef):
            yield from _returns(child, child.name)
        else:
            yield from _returns(child, name)


@functools.cache
def _names_given(file: str, line: int) -> dict[str, list[tuple[str, int]]]:
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
