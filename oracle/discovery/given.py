"""A given value: an expression of Python that is evaluated anew wherever the value is needed."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

SIZED = (ast.Tuple, ast.List, ast.Name, ast.Constant, ast.BinOp, ast.operator, ast.expr_context)


@dataclass(frozen=True)
class Given:
    """A value of an argument; the sizes in its expression are those of the case."""

    text: str  # "Tanh()", "(D, H)"
    code: CodeType = field(compare=False, repr=False)
    names: Mapping[str, Any] = field(compare=False, repr=False)  # what names mean
    sizes: tuple[str, ...] = ()
    why: str = ""  # where it comes from: "as in line 40"

    def make(self, sizes: Mapping[str, int]) -> Any:
        """The value, with nothing in common with the one made before."""
        return eval(self.code, {**self.names, **sizes})


def given(
    node: ast.expr, names: Mapping[str, Any], sizes: tuple[str, ...] = (), why: str = ""
) -> Given:
    """The value of an expression, whose names mean these things and sizes."""
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "<given>", "eval")
    return Given(ast.unparse(node), code, names, sizes, why)


def of_sizes(text: str) -> Given | None:
    """``(D, H)``, ``D+1``: numbers and sizes, alone or in tuples and lists; None if it is not."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None
    parts = list(ast.walk(node))
    names = tuple(dict.fromkeys(part.id for part in parts if isinstance(part, ast.Name)))
    if not isinstance(node, ast.Tuple | ast.List | ast.Name | ast.BinOp) or not names:
        return None
    return given(node, {}, names) if all(isinstance(part, SIZED) for part in parts) else None
