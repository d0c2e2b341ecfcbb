"""Step sizes that the source divides by the number of the step: ``1 / epoch * dW``."""

import ast
import linecache
from collections.abc import Iterator

from oracle.tracing.instrument import Statement


def divided_by_step(statement: Statement) -> str:
    """The text of a quotient by a loop's variable in an update; "" if there is none.

    ``rate / epoch`` and ``rate / (epoch + 1)`` fall like 1/t. A divisor in which the variable is
    multiplied or under a root falls more slowly, and is none.
    """
    linecache.checkcache(statement.file)
    source = "".join(linecache.getlines(statement.file))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    counters = set(_counters(tree, statement.line))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and statement.line <= node.lineno <= statement.last_line
            and _is_counter(node.right, counters)
        ):
            return ast.unparse(node)
    return ""


def _counters(tree: ast.AST, line: int) -> Iterator[str]:
    """The variables of the loops over ``range`` or ``count`` that hold a line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.For) or not node.lineno <= line <= (node.end_lineno or 0):
            continue
        called = node.iter.func if isinstance(node.iter, ast.Call) else None
        name = getattr(called, "id", getattr(called, "attr", ""))
        if name in ("range", "trange", "count") and isinstance(node.target, ast.Name):
            yield node.target.id


def _is_counter(node: ast.expr, counters: set[str]) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = (node.left, node.right)
        return any(isinstance(s, ast.Constant) for s in sides) and any(
            _is_counter(s, counters) for s in sides
        )
    return isinstance(node, ast.Name) and node.id in counters
