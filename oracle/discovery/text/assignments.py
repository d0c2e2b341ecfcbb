"""Assignments inside a function: the last value of a name, and its line."""

import ast
import functools
import re

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


def declared_global(function: ast.AST) -> list[str]:
    """The variables of the module that a function sets."""
    return [n for part in own_nodes(function) if isinstance(part, ast.Global) for n in part.names]
