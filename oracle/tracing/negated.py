"""A score that the code turns into a loss by a minus sign, behind the steps that are traced.

``total += log_likelihood(y, p)`` and, after the epoch, ``cost = -total / n``: the gradients are
those of ``-log_likelihood``. Only where the code writes that minus: without it a gradient of the
wrong sign would be excused. And only where the gradients are of the negative, or the score itself
is below zero: ``best = -loss`` makes no score of a loss.
"""

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from oracle.discovery.text import reading
from oracle.tracing.outcomes import Match, Outcomes
from oracle.tracing.truth import Loss

Assigned = ast.Assign | ast.AugAssign | ast.AnnAssign


def negated(loss: Loss) -> Loss:
    """Minus a loss that is linear in its values, as all computed ones are."""
    upstream = tuple(-np.asarray(u) for u in loss.upstream)
    return replace(loss, name=f"−{loss.name}", upstream=upstream)


def all_flipped(outcomes: Outcomes, matches: Sequence[Match]) -> bool:
    """True if gradients fit, and each that does is minus what its update should subtract."""
    fits = []
    for match in matches:
        assert match.term is not None
        expected = 1.0 if match.term.factor < 0 else -1.0
        signs = [s for s in (1.0, -1.0) if outcomes.is_right(replace(match, sign=s))]
        fits += [sign * expected for sign in signs if len(signs) == 1]
    return bool(fits) and all(fit < 0 for fit in fits)


def is_below_zero(loss: Loss) -> bool:
    """True for a value that no loss of the usual ones has: a log-likelihood, say."""
    return loss.of([np.asarray(value.array, float) for value in loss.values]) < 0


def is_negated_later(file: str, name: str) -> bool:
    """True if a file takes the negative of a name, or of a sum that the name goes into."""
    try:
        tree = ast.parse(reading.read(Path(file)))
    except reading.ERRORS:
        return False
    names = {name.rpartition(".")[2]}
    statements = [part for part in ast.walk(tree) if isinstance(part, Assigned)]
    for _ in range(2):  # a sum, and a mean of it
        for part in statements:
            if part.value is not None and names & _within(part.value):
                targets = part.targets if isinstance(part, ast.Assign) else [part.target]
                names |= {n for target in targets for n in _within(target)} - {"self"}
    minus = [p for p in ast.walk(tree) if isinstance(p, ast.UnaryOp) and isinstance(p.op, ast.USub)]
    return any(names & _heads(part.operand) for part in minus)


def _within(node: ast.AST) -> set[str]:
    """The names, attributes and called functions of an expression."""
    named = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    return named | {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}


def _heads(node: ast.expr) -> set[str]:
    """The names that an expression is made of by calls, products, quotients and entries."""
    if isinstance(node, ast.Call):
        return _heads(node.func) | {name for arg in node.args for name in _heads(arg)}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div):
        return _heads(node.left) | _heads(node.right)
    if isinstance(node, ast.Subscript):
        return _heads(node.value)
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()
