"""The same statements in other words: NumPy spellings, temporaries, loops and helper functions."""

import ast
from collections.abc import Callable

import numpy as np

from .base import names

SPELL = 0.4  # how often an expression is spelled in a different way
KEPT = ast.Name | ast.Constant  # too simple to move elsewhere

PRODUCTS = (
    "np.dot({0}, {1})",
    "({0}).dot({1})",
    "np.matmul({0}, {1})",
    "np.tensordot({0}, {1}, axes=1)",
    "np.einsum('ij,j...->i...', {0}, {1})",
    "(({1}).T @ ({0}).T).T",
)
TRANSPOSES = ("np.transpose({0})", "({0}).transpose()", "({0}).swapaxes(0, 1)")
COLUMNS = ("np.expand_dims({0}, 1)", "({0})[:, np.newaxis]", "({0}).reshape(-1, 1)")
BINARY: dict[type[ast.operator], tuple[str, ...]] = {
    ast.Mult: ("np.multiply({0}, {1})", "({1}) * ({0})"),
    ast.Sub: ("np.subtract({0}, {1})", "-({1}) + ({0})"),
    ast.Div: ("np.divide({0}, {1})", "({0}) * (1.0 / ({1}))"),
    ast.Add: ("np.add({0}, {1})", "({1}) + ({0})"),
    ast.MatMult: PRODUCTS,
}
CALLS: dict[str, tuple[str, ...]] = {
    "np.sqrt({0})": ("({0}) ** 0.5", "np.power({0}, 0.5)"),
    "np.zeros({0}.shape)": ("np.zeros_like({0})", "np.full(np.shape({0}), 0.0)", "0.0 * ({0})"),
    "np.maximum({0}, 0)": (
        "np.where(({0}) > 0, {0}, 0)",
        "np.clip({0}, 0, None)",
        "({0}) * (({0}) > 0)",
    ),
    "np.sum({0})": ("({0}).sum()", "np.sum(np.ravel({0}))"),
    "np.mean({0})": ("({0}).mean()", "np.sum({0}) / np.size({0})"),
    "np.sum({0}, axis=0)": (
        "({0}).sum(0)",
        "np.add.reduce({0}, axis=0)",
        "np.einsum('i...->...', {0})",
        "sum({0})",
    ),
    "np.mean({0}, axis=0)": ("({0}).mean(axis=0)", "np.sum({0}, 0) / len({0})"),
    "np.sum({0}, axis=1, keepdims=True)": (
        "({0}).sum(-1, keepdims=True)",
        "np.sum({0}, axis=1)[:, None]",
        "np.einsum('ij->i', {0}).reshape(-1, 1)",
        "({0}) @ np.ones((({0}).shape[1], 1))",
    ),
    "np.mean({0}, axis=1, keepdims=True)": (
        "({0}).mean(axis=-1)[:, None]",
        "np.sum({0}, axis=1, keepdims=True) / ({0}).shape[1]",
    ),
    "np.max({0}, axis=1, keepdims=True)": (
        "({0}).max(-1, keepdims=True)",
        "np.amax({0}, 1)[:, None]",
    ),
}


class Speller(ast.NodeTransformer):
    """Spell some expressions in a different way; sizes, slices and ranges stay as they are."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def instead(self, node: ast.expr, spellings: tuple[str, ...], *parts: ast.expr) -> ast.expr:
        if self.rng.random() > SPELL:
            return node
        spelled = spellings[self.rng.integers(len(spellings))]
        return parsed(spelled.format(*(ast.unparse(part) for part in parts)))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if isinstance(node.ctx, ast.Load) and ast.unparse(node.slice) == "(:, None)":
            return self.instead(node, COLUMNS, node.value)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        self.generic_visit(node)
        return self.instead(node, TRANSPOSES, node.value) if node.attr == "T" else node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        if ".shape[" in ast.unparse(node.left):
            return node  # arithmetic of sizes
        self.generic_visit(node)
        if isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2":
            return self.instead(node, ("np.square({0})", "({0}) * ({0})"), node.left)
        return self.instead(
            node, BINARY.get(type(node.op), ("({0}) ** ({1})",)), node.left, node.right
        )

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if ast.unparse(node.func) == "range":
            return node
        known = CALLS.get(_pattern(node))
        argument = node.args[0] if node.args else node
        self.generic_visit(node)
        if known is None:
            return node
        if isinstance(argument, ast.Attribute) and argument.attr == "shape":
            return self.instead(node, known, argument.value)
        return self.instead(node, known, node.args[0])


def _pattern(node: ast.Call) -> str:
    """A call with its first argument left blank: "np.sum({0}, axis=0)"."""
    if not node.args:
        return ""
    first = node.args[0]
    inner = first.value if isinstance(first, ast.Attribute) and first.attr == "shape" else first
    blank = ast.unparse(node).replace(ast.unparse(inner), "{0}", 1)
    return blank


def parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body


def spelled(statements: str, rng: np.random.Generator) -> str:
    """Some statements with other spellings of their expressions."""
    tree = Speller(rng).visit(ast.parse(statements))
    return ast.unparse(ast.fix_missing_locations(tree))


Rewrite = Callable[[ast.Assign, int], tuple[list[str], str]]


def rearranged(statements: str, rng: np.random.Generator, often: float) -> tuple[str, str]:
    """The statements with some moved into temporaries, loops and helpers, and those helpers."""
    lines: list[str] = []
    helpers: list[str] = []
    for number, statement in enumerate(ast.parse(statements).body):
        ways = _ways(statement) if rng.random() < often else []
        if not ways:
            lines.append(ast.unparse(statement))
            continue
        assert isinstance(statement, ast.Assign)
        found, helper = ways[rng.integers(len(ways))](statement, number + 10 * len(lines))
        lines += found
        helpers += [helper] if helper else []
    return "\n".join(lines), "\n\n\n".join(helpers)


def _ways(statement: ast.stmt) -> list[Rewrite]:
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return []
    value = statement.value
    ways: list[Rewrite] = [] if isinstance(value, KEPT) else [_helper]
    if isinstance(value, ast.BinOp):
        ways.append(_temporary)
        if isinstance(value.op, ast.MatMult):
            ways += [_rows_appended, _rows_listed]
    if isinstance(value, ast.Call) and _pattern(value) == "np.sum({0}, axis=0)":
        ways.append(_accumulated)
    return ways


def _helper(statement: ast.Assign, number: int) -> tuple[list[str], str]:
    expression = ast.unparse(statement.value)
    arguments = ", ".join(sorted(names(expression, ast.Load) - {"np", "sum", "len", "list"}))
    name = f"_step_{number}_{abs(hash_of(expression)) % 997}"
    helper = f"def {name}({arguments}):\n    return {expression}"
    return [f"{ast.unparse(statement.targets[0])} = {name}({arguments})"], helper


def hash_of(text: str) -> int:
    """A number from a text that is the same in each run."""
    return sum(at * ord(character) for at, character in enumerate(text, 1))


def _temporary(statement: ast.Assign, number: int) -> tuple[list[str], str]:
    value = statement.value
    assert isinstance(value, ast.BinOp)
    part = f"part{number}"
    first = f"{part} = {ast.unparse(value.left)}"
    value.left = ast.Name(part, ast.Load())
    return [first, ast.unparse(statement)], ""


def _rows_appended(statement: ast.Assign, number: int) -> tuple[list[str], str]:
    value = statement.value
    assert isinstance(value, ast.BinOp)
    rows, left, right = f"rows{number}", ast.unparse(value.left), ast.unparse(value.right)
    loop = f"for row in {left}:\n    {rows}.append(row @ {right})"
    return [f"{rows} = []", loop, f"{ast.unparse(statement.targets[0])} = np.array({rows})"], ""


def _rows_listed(statement: ast.Assign, _: int) -> tuple[list[str], str]:
    value = statement.value
    assert isinstance(value, ast.BinOp)
    left, right = ast.unparse(value.left), ast.unparse(value.right)
    listed = f"np.stack([row @ {right} for row in {left}])"
    return [f"{ast.unparse(statement.targets[0])} = {listed}"], ""


def _accumulated(statement: ast.Assign, _: int) -> tuple[list[str], str]:
    assert isinstance(statement.value, ast.Call)
    target, array = ast.unparse(statement.targets[0]), ast.unparse(statement.value.args[0])
    return [f"{target} = 0.0", f"for row in {array}:\n    {target} = {target} + row"], ""
