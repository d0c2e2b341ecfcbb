"""Options: the texts that code compares an argument with, or looks it up by."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from oracle.discovery.text.functions import Function, parameters
from oracle.discovery.text.source import Text

DEEPEST = 3  # functions that hand the argument on


def options(text: Text, owner: str, init: Function, name: str) -> list[str]:
    """The texts that a class compares an argument of its constructor with, in order."""
    methods = [text.functions[q] for q in text.methods(owner).values() if q in text.functions]
    held = {f"self.{attribute}" for attribute in _held_as(init, name)}
    found = dict.fromkeys(_compared(text, init, {name, *held}, DEEPEST))
    for node in methods:
        if node is not init and held:
            found.update(dict.fromkeys(_compared(text, node, held, DEEPEST)))
    return list(found)


def _held_as(init: Function, name: str) -> Iterator[str]:
    """The attributes that a constructor keeps an argument in."""
    for part in ast.walk(init):
        if isinstance(part, ast.Assign) and _is(part.value, {name}):
            for target in part.targets:
                if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                    yield target.attr


def _is(node: ast.expr, spelled: set[str]) -> bool:
    """True if an expression is one of some names, or that in other letters: ``act.lower()``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not node.args:
        node = node.func.value if node.func.attr in ("lower", "upper", "strip") else node
    return ast.unparse(node) in spelled


def _compared(text: Text, node: ast.AST, spelled: set[str], deep: int) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Compare) and len(part.comparators) == 1:
            for one, other in ((part.left, part.comparators[0]), (part.comparators[0], part.left)):
                if _is(one, spelled):
                    yield from _texts(text, other)
        elif isinstance(part, ast.Subscript) and _is(part.slice, spelled):
            yield from _texts(text, part.value)
        elif isinstance(part, ast.Match) and _is(part.subject, spelled):
            for case in part.cases:
                yield from _strings(ast.walk(case.pattern))
        elif isinstance(part, ast.Call):
            yield from _handed_on(text, part, spelled, deep)


def _handed_on(text: Text, call: ast.Call, spelled: set[str], deep: int) -> Iterator[str]:
    """The texts that a function compares the argument with, where it is handed on to one."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "get":
        if call.args and _is(call.args[0], spelled):
            yield from _texts(text, call.func.value)
        return
    short = ast.unparse(call.func).removeprefix("self.")
    node = next((f for q, f in text.functions.items() if q.rpartition(".")[2] == short), None)
    if node is None or not deep:
        return
    known = parameters(node)
    given: list[tuple[str, ast.expr]] = list(zip(known, call.args))
    given += [(word.arg, word.value) for word in call.keywords if word.arg in known]
    for own, value in given:
        if _is(value, spelled):
            yield from _compared(text, node, {own}, deep - 1)


def _texts(text: Text, node: ast.expr) -> Iterator[str]:
    """The texts in a constant, a tuple, list or set, or the keys of a dict; also under a name."""
    if isinstance(node, ast.Name | ast.Attribute):
        short = ast.unparse(node).rpartition(".")[2]
        for part in text.assignments.get(short, []):
            if not isinstance(part.value, ast.Name | ast.Attribute):
                yield from _texts(text, part.value)
        return
    if isinstance(node, ast.Call):  # ACTIVATIONS.keys()
        if isinstance(node.func, ast.Attribute) and node.func.attr == "keys":
            yield from _texts(text, node.func.value)
        return
    parts: Sequence[ast.expr | None] = [node]
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = node.elts
    elif isinstance(node, ast.Dict):
        parts = node.keys
    yield from _strings(part for part in parts if part is not None)


def _strings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
