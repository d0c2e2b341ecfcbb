"""Steps: where a function subtracts from or adds to a parameter, at a rate."""

import ast
import re
from collections.abc import Iterator

from oracle.discovery import naming
from oracle.discovery.text import functions
from oracle.discovery.text.assignments import bare, root, spelled
from oracle.discovery.text.origins import (
    MULTIPLY,
    RATES,
    RECEIVED,
    Origin,
    Origins,
    is_scalar,
)
from oracle.discovery.text.received import Scope

STATISTICS = re.compile(r"(running|moving|ema|avg|average|mean|var|std)(_|$)", re.IGNORECASE)


def steps(origins: Origins, node: ast.AST) -> Iterator[Origin]:
    """The origins of all gradients that a function moves a parameter by."""
    scope = Scope(origins.known.user, origins.name, origins.node)
    for target, gradient in moved(origins, node):
        functions_of, given = scope.sources(gradient)
        if (functions_of or given) and functions_of <= origins.known.givers:
            yield RECEIVED
        else:
            yield origins.of(gradient, f"d{bare(target)}")


def moved(origins: Origins, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that a function moves, and the gradients that it moves them by."""
    moves = [move for part in functions.own_nodes(node) for move in _moves(part)]
    if not moves:
        return
    factors = {
        root(factor) for part in functions.own_nodes(node) for factor in _matrix_factors(part)
    }
    for target, change, falls in moves:
        if STATISTICS.search(bare(target)):
            continue
        own = root(ast.parse(target, mode="eval").body)
        origins.visiting = {own}  # weight decay: w in w -= lr * (dw + w) is no gradient
        for gradient in _gradients(origins, target, change, falls, own in factors):
            yield target, gradient


def _matrix_factors(node: ast.AST) -> list[ast.expr]:
    """The factors of a matrix product: ``X`` and ``W`` of ``X @ W``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return [node.left, node.right]
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr in MULTIPLY:
        return [called.value, *node.args]  # type: ignore[attr-defined]
    return []


def _moves(node: ast.AST) -> Iterator[tuple[str, ast.expr, bool]]:
    """``W -= change`` and ``W = W - change``: the parameter, the change, and whether it falls."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
        yield spelled(node.target), node.value, isinstance(node.op, ast.Sub)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and root(node.left):
        factors = list(_factors(node.right))  # return W - lr * dW, W_new = W - lr * dW
        named = any(_names_rate(part) for factor in factors for part in ast.walk(factor))
        if named and any(naming.looks_like_gradient(bare(root(f))) for f in factors):
            yield spelled(node.left), node.right, True
    if not isinstance(node, ast.Assign):
        return
    target, value = node.targets[0], node.value
    both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    pairs = list(zip(target.elts, value.elts)) if both else [(target, value)]  # type: ignore[attr-defined]
    for one, moved in pairs:
        listed = isinstance(moved, ast.ListComp)
        if isinstance(moved, ast.ListComp):
            moved = moved.elt
        if not isinstance(moved, ast.BinOp) or not isinstance(moved.op, ast.Sub | ast.Add):
            continue
        if listed or spelled(moved.left) == spelled(one):
            yield spelled(one), moved.right, isinstance(moved.op, ast.Sub)


def _gradients(
    origins: Origins, target: str, change: ast.expr, falls: bool, multiplied: bool
) -> Iterator[ast.expr]:
    """The factors of a change, other than its rate; none if there is no rate."""
    own = root(change)
    if own:  # W += v, where v = mu * v - lr * dW
        for definition in origins.defined.get(own, []):
            for term, minus in _terms(definition.value):
                yield from _rated(origins, target, term, minus != falls, multiplied)
        return
    yield from _rated(origins, target, change, falls, multiplied)


def _terms(node: ast.expr, minus: bool = False) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _terms(node.left, minus)
        yield from _terms(node.right, minus != isinstance(node.op, ast.Sub))
    else:
        yield node, minus


def _rated(
    origins: Origins, target: str, term: ast.expr, falls: bool, multiplied: bool
) -> Iterator[ast.expr]:
    """The factors of a term other than its rate.

    The rate is named like one, or it is a number and the term is subtracted: then the other factor
    is named like a gradient, a function of the file has returned it, or the target is a factor of a
    matrix product, as weights are.
    """
    scope = Scope(origins.known.user, origins.name, origins.node)
    factors = list(_factors(term))
    rates = [f for f in factors if is_scalar(f) or scope.is_number(f)]
    rest = [f for f in factors if f not in rates]
    named = any(_names_rate(part) for f in rates for part in ast.walk(f))
    negative = any(isinstance(f, ast.UnaryOp) for f in factors)
    numbers = any(scope.is_number(f) or _is_share(f) for f in rates)
    literal = numbers and falls != negative
    gradients = [f for f in rest if naming.looks_like_gradient(bare(root(f)))]
    if not rest or any(_pulls(target, f) for f in rest):
        return
    received = literal and any(any(scope.sources(f)) for f in rest)
    if named or (literal and (gradients or multiplied or received)):
        whole = rest[0]
        for other in rest[1:]:
            product = ast.BinOp(whole, ast.Mult(), other)
            whole = ast.copy_location(product, term)
        yield from gradients or [whole]


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    """The factors of a product, without what it is divided by."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and not is_scalar(node):
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not is_scalar(node):
        yield from _factors(node.left)
    elif isinstance(node, ast.UnaryOp) and not is_scalar(node):
        yield from _factors(node.operand)
    else:
        yield node


def _is_share(node: ast.expr) -> bool:
    """True for ``1 / epoch``: a rate that falls with what it is divided by."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.left, ast.Constant)
        and isinstance(node.left.value, int | float)
    )


def _names_rate(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(RATES.match(node.value))
    name = getattr(node, "id", None) or getattr(node, "attr", None)
    return isinstance(name, str) and bool(RATES.match(name))


def _pulls(target: str, factor: ast.expr) -> bool:
    """True for ``x - W``: a step towards a mean or a map, which is no gradient step."""
    return any(
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.Sub)
        and spelled(part.right) == target
        for part in ast.walk(factor)
    )
