"""Assignments inside a function: the values that names are given, and their lines."""

import ast
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from oracle.discovery.text.functions import Function, own_nodes


def last_value(function: Function, name: str, before: int) -> ast.expr | None:
    found: ast.expr | None = None
    for node in own_nodes(function):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.lineno > before:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            found = node.value
    return found


@functools.cache
def assigned(function: ast.AST, name: str, before: int) -> int:
    """The line of a name's last assignment, to an entry of it or in place included."""
    lines = []
    for node in own_nodes(function):
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
            stored = isinstance(node.ctx, ast.Store) and node.lineno <= before
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if stored and isinstance(inner, ast.Name) and inner.id == name:
                lines.append(node.lineno)
        elif isinstance(node, ast.AugAssign) and node.lineno <= before:
            target: ast.expr = node.target
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name) and target.id == name:
                lines.append(node.lineno)
    return max(lines, default=before)


@functools.cache
def assigned_text(function: ast.AST, text: str) -> int:
    """The line of the last assignment to ``self.dW``, or ``grads["W1"]``, or an entry of it; or 0.

    A key that is put together, ``grads["dW" + str(l)]``, matches by its beginning.
    """
    wanted = text.replace("'", '"')
    lines = []
    for node in own_nodes(function):
        if not (
            isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)
        ):
            continue
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute | ast.Subscript):
            if ast.unparse(inner).replace("'", '"') == wanted or _begins(inner, wanted):
                lines.append(node.lineno)
                break
            inner = inner.value
    return max(lines, default=0)


def _begins(node: ast.expr, wanted: str) -> bool:
    if not isinstance(node, ast.Subscript):
        return False
    holder = ast.unparse(node.value)
    found = re.fullmatch(rf'{re.escape(holder)}\["?(.*?)"?\]', wanted)
    if not found:
        return False
    key = found[1]
    first: ast.expr = node.slice
    while isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    if isinstance(first, ast.Constant):
        whole = first is node.slice
        return not whole and isinstance(first.value, str) and key.startswith(first.value)
    return key.lstrip("-").isdigit()  # nabla_w[-l], dWs[i]


def unpacked(function: ast.AST, name: str) -> list[str]:
    """The names that ``a, b = name`` unpacks it into; [] if it is not unpacked."""
    for node in own_nodes(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            target = node.targets[0]
            if node.value.id == name and isinstance(target, ast.Tuple | ast.List):
                return [e.id if isinstance(e, ast.Name) else "" for e in target.elts]
    return []


def is_taken_apart(function: ast.AST, name: str) -> bool:
    """True if a variable holds several things: ``a, b = name``, ``name["a"]`` or ``name.a``."""
    for node in own_nodes(function):
        held = node.value if isinstance(node, ast.Subscript | ast.Attribute) else None
        if isinstance(held, ast.Name) and held.id == name:
            if isinstance(node, ast.Attribute) and not hasattr(np.ndarray, node.attr):
                return True
            key = node.slice if isinstance(node, ast.Subscript) else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                return True
    return bool(unpacked(function, name))


def declared_global(function: ast.AST) -> list[str]:
    """The variables of the module that a function sets."""
    return [n for part in own_nodes(function) if isinstance(part, ast.Global) for n in part.names]


@dataclass(frozen=True)
class Definition:
    value: ast.expr
    line: int
    label: str  # the text of the target
    looped: bool = False  # the value is gone through, entry by entry


def root(node: ast.AST) -> str:
    """The variable that an expression is, or is an entry of: ``dW``, ``self.grads``; or ""."""
    while isinstance(node, ast.Subscript | ast.Starred):
        node = node.value
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"self.{node.attr}" if node.value.id == "self" else ""
    return ""


def spelled(node: ast.AST) -> str:
    return ast.unparse(node).replace("'", '"')


def bare(text: str) -> str:
    """The last name in a text: ``W`` of ``self.W`` and of ``params["W"]``."""
    words = re.findall(r"\w+", text)
    return words[-1] if words else text


def definitions(nodes: Iterable[ast.AST]) -> dict[str, list[Definition]]:
    """All values that variables, and entries of them, are given, by the variable."""
    found: dict[str, list[Definition]] = {}

    def add(target: ast.expr, value: ast.expr, looped: bool = False) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
            parts = value.elts if same and isinstance(value, ast.Tuple | ast.List) else None
            for i, element in enumerate(target.elts):
                add(element, parts[i] if parts else value, looped)
        elif root(target):
            definition = Definition(value, target.lineno, spelled(target), looped)
            found.setdefault(root(target), []).append(definition)

    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                add(target, node.value)
        elif isinstance(node, ast.AugAssign | ast.NamedExpr | ast.AnnAssign):
            if node.value is not None:
                add(node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            add(*_loop(node.target, node.iter), looped=True)
        elif isinstance(node, ast.Call) and _adds_an_entry(node):
            add(node.func.value, node.args[-1])  # type: ignore[attr-defined]
    return found


def _adds_an_entry(node: ast.Call) -> bool:
    """``grads.append(dW)``."""
    adds = isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "insert", "extend")
    return adds and bool(node.args)


def _loop(target: ast.expr, source: ast.expr) -> tuple[ast.expr, ast.expr]:
    """A loop as an assignment: ``for p, g in zip(params, grads)`` as ``p, g = params, grads``."""
    if not isinstance(source, ast.Call) or not source.args:
        return target, source
    called, inside = bare(ast.unparse(source.func)), source.args
    if called in ("reversed", "list", "tqdm", "tuple"):
        return _loop(target, inside[0])
    if not isinstance(target, ast.Tuple):
        return target, source
    if called == "enumerate" and len(target.elts) == 2:
        inner, of = _loop(target.elts[1], inside[0])
        none = ast.copy_location(ast.Constant(0), source)
        both = ast.Tuple([target.elts[0], inner], ast.Store())
        return both, ast.copy_location(ast.Tuple([none, of], ast.Load()), source)
    if called == "zip" and len(inside) == len(target.elts):
        pairs = [_loop(t, s) for t, s in zip(target.elts, inside)]
        made = ast.Tuple([s for _, s in pairs], ast.Load())
        return ast.Tuple([t for t, _ in pairs], ast.Store()), ast.copy_location(made, source)
    return target, source
