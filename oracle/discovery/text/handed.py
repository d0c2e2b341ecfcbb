"""Upstreams that a function computes and hands to a backward: ``net.backward(p - y)``.

They are the gradient of a loss with respect to an output, and are used as such.
"""

import ast
from collections.abc import Iterator

from oracle.discovery import naming
from oracle.discovery.text import functions
from oracle.discovery.text.assignments import Definition, root
from oracle.discovery.text.origins import KEEPS, LIBRARIES, MAKERS, Origin, Origins, is_scalar

BACKWARDS = naming.BACKWARD - {"back", "bw"}


def handed(origins: Origins, node: ast.AST) -> Iterator[Origin]:
    """The origins of the upstreams that a function computes itself."""
    for call in functions.own_nodes(node):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if not naming.has(call.func.attr, BACKWARDS) or not call.args:
            continue
        upstream, own = call.args[0], root(call.args[0])
        if not own and _is_computed(origins, upstream, set()):
            yield Origin(frozenset({("the upstream", upstream.lineno)}))
        for made in origins.defined.get(own, []):
            if made.line <= call.lineno and _is_made(origins, own, made):
                yield Origin(frozenset({(made.label, made.line)}))
                break


def _is_made(origins: Origins, own: str, made: Definition) -> bool:
    return not made.looped and _is_computed(origins, made.value, {own})


def _is_computed(origins: Origins, node: ast.AST, seen: set[str]) -> bool:
    """True for arithmetic on arrays; not for what is drawn, given, or received from a call."""
    own = root(node)
    if own:
        if own in seen:
            return False
        known = origins.defined.get(own, [])
        return any(_is_computed(origins, one.value, seen | {own}) for one in known)
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.MatMult):
            return True
        if isinstance(node.op, ast.Div | ast.Pow) or is_scalar(node.right):
            return _is_computed(origins, node.left, seen)
        if is_scalar(node.left):
            return _is_computed(origins, node.right, seen)
        return not (_is_drawn(node.left) and _is_drawn(node.right))
    if isinstance(node, ast.UnaryOp):
        return _is_computed(origins, node.operand, seen)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if MAKERS.match(node.func.attr):
            return False
        if ast.unparse(node.func).partition(".")[0] in LIBRARIES:
            return any(_is_computed(origins, part, seen) for part in node.args)
        return node.func.attr in KEEPS and _is_computed(origins, node.func.value, seen)
    return False


def _is_drawn(node: ast.AST) -> bool:
    calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
    return any(MAKERS.match(ast.unparse(call.func).rpartition(".")[2]) for call in calls)
