"""Edits of a line that apply a cure to what it computes.

A cure that was proved on the user's code (``Cure.edit``) is written as it is. One that was proved
on arrays (a factor, a transpose, a sum) can be written in several ways: each is only a candidate.
"""

import ast
import functools
import itertools
from collections.abc import Iterator
from fractions import Fraction

from oracle.diagnosis.repair.slots import called_by, number, parsed
from oracle.diagnosis.repair.text import Text, applied, spelled_by
from oracle.discovery.text.functions import Function, own_nodes
from oracle.results import Cure

MOST = 12  # candidates for one line, the likeliest first
PRODUCTS = ast.Mult | ast.Div | ast.MatMult
TIGHT = ast.Name | ast.Attribute | ast.Call | ast.Subscript


def candidates(text: str, line: int, cure: Cure) -> list[str]:
    """The file's text with the cure written into one line, in each way that it can be written."""
    if cure.edit is not None:
        edited = applied(text, cure.edit)
        return [] if edited is None else [edited]
    tree, written = ast.parse(text), Text(text)
    ways = {"factor": _factor, "transpose": _transpose, "sum": _sum}
    made = (
        written.replaced([(node, spelled_by(new, written, node))])
        for node in _computed(tree, line)
        for new in ways[cure.kind](tree, node, cure)
    )
    return list(itertools.islice(dict.fromkeys(made), MOST))


def _computed(tree: ast.Module, line: int) -> list[ast.expr]:
    """The expressions that a line assigns or returns; those in a tuple or dict one by one."""
    kinds = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return
    here = [
        node
        for node in ast.walk(tree)
        if isinstance(node, kinds) and node.lineno <= line <= (node.end_lineno or line)
    ]
    if not here or here[-1].value is None:
        return []
    return list(_parts(here[-1].value))


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Tuple | ast.List | ast.Dict):
        for part in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from _parts(part)
    else:
        yield node


def _factor(tree: ast.Module, node: ast.expr, cure: Cure) -> Iterator[ast.expr]:
    """Leave out an operand that is too many, or multiply and divide by what is missing."""
    if cure.constant == -1 and not cure.powers:
        yield _negative(node)
        return
    yield from _without_one(node)
    if called_by(node) == "mean" and isinstance(node.func, ast.Attribute):  # type: ignore[attr-defined]
        function = ast.Attribute(node.func.value, "sum", ast.Load())  # type: ignore[attr-defined]
        yield ast.Call(function, node.args, node.keywords)  # type: ignore[attr-defined]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and cure.powers:
        yield from _otherwise_divided(tree, node, cure)
    sizes = [_sizes(tree, node.lineno, name, cure) for name, _ in cure.powers]
    for chosen in itertools.product(*sizes):
        yield _scaled(node, cure.constant, list(zip(chosen, (p for _, p in cure.powers))))


def _otherwise_divided(tree: ast.Module, node: ast.BinOp, cure: Cure) -> Iterator[ast.expr]:
    """The same expression with another divisor: the root of the present one, or another size."""
    if any(abs(power) == Fraction(1, 2) for _, power in cure.powers):
        yield ast.BinOp(node.left, ast.Div(), _power(node.right, Fraction(1, 2)))
    others = {size for size, _, _ in cure.places} - {size for size, _ in cure.powers}
    for size in sorted(others):
        for text in _sizes(tree, node.lineno, size, cure)[:1]:
            yield ast.BinOp(node.left, ast.Div(), parsed(text))


def _scaled(node: ast.expr, constant: Fraction, powers: list[tuple[str, Fraction]]) -> ast.expr:
    """A product with a constant and powers of sizes, as one writes it."""
    above = [_power(parsed(name), p) for name, p in powers if p > 0]
    below = [_power(parsed(name), -p) for name, p in powers if p < 0]
    if abs(constant).numerator != 1:
        above = [ast.Constant(abs(constant).numerator), *above]
    if constant.denominator != 1:
        below = [ast.Constant(constant.denominator), *below]
    made = _negative(node) if constant < 0 else node
    for factor in above:
        made = ast.BinOp(made, ast.Mult(), factor)
    if below:
        by = functools.reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), below)
        made = ast.BinOp(made, ast.Div(), by)
    return made


def _power(node: ast.expr, power: Fraction) -> ast.expr:
    exponent = float(power) if power.denominator > 1 else power.numerator
    return node if power == 1 else ast.BinOp(node, ast.Pow(), ast.Constant(exponent))


def _negative(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        left, right = node.left, node.right
        if isinstance(left, TIGHT) and isinstance(right, TIGHT | ast.Constant):
            return ast.BinOp(right, ast.Sub(), left)
    product = isinstance(node, ast.BinOp) and isinstance(node.op, PRODUCTS)
    if isinstance(node, ast.BinOp) and product:  # −(a·b) as −a·b
        first = node
        while isinstance(first.left, ast.BinOp) and isinstance(first.left.op, PRODUCTS):
            first = first.left
        negated = _negative(first.left) if isinstance(first.left, ast.UnaryOp) else None
        return _with_first(node, negated or ast.UnaryOp(ast.USub(), first.left))
    return ast.UnaryOp(ast.USub(), node)


def _with_first(node: ast.BinOp, first: ast.expr) -> ast.BinOp:
    """A chain of products with another first factor."""
    if isinstance(node.left, ast.BinOp) and isinstance(node.left.op, PRODUCTS):
        return ast.BinOp(_with_first(node.left, first), node.op, node.right)
    return ast.BinOp(first, node.op, node.right)


def _without_one(node: ast.expr) -> Iterator[ast.expr]:
    """A product without one of its divisors or constants."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, PRODUCTS):
        return
    if isinstance(node.op, ast.Div) or isinstance(node.right, ast.Constant):
        yield node.left
    if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Constant):
        yield node.right
    for left in _without_one(node.left):
        yield ast.BinOp(left, node.op, node.right)


def _transpose(tree: ast.Module, node: ast.expr, cure: Cure) -> Iterator[ast.expr]:
    if cure.axes != (1, 0):
        axes: list[ast.expr] = [number(axis) for axis in cure.axes]
        yield ast.Call(ast.Attribute(node, "transpose", ast.Load()), axes, [])
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        left, right = node.left, node.right
        if isinstance(left, TIGHT) and isinstance(right, TIGHT):  # (Aᵀ B)ᵀ = Bᵀ A
            yield ast.BinOp(_turned(right), node.op, _turned(left))
    yield _turned(node)


def _turned(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _sum(tree: ast.Module, node: ast.expr, cure: Cure) -> Iterator[ast.expr]:
    axes: int | tuple[int, ...] = cure.axes[0] if len(cure.axes) == 1 else cure.axes
    words = [ast.keyword("axis", parsed(repr(axes)))]
    if cure.keepdims:
        words.append(ast.keyword("keepdims", ast.Constant(True)))
    yield ast.Call(ast.Attribute(node, "sum", ast.Load()), [], words)


def _sizes(tree: ast.Module, line: int, name: str, cure: Cure) -> list[str]:
    """Spellings of a size on a line: a variable that holds it, or an extent of an argument."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, Function) and node.lineno <= line <= (node.end_lineno or 0)
    ]
    bound = {a.arg for f in around for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs)}
    held: dict[str, str] = {}  # variables that hold an extent, and what they were assigned
    for function in around:
        for node in own_nodes(function):
            if isinstance(node, ast.Name | ast.Attribute) and node.lineno < line:
                bound.add(ast.unparse(node))
            if isinstance(node, ast.Assign) and node.lineno < line:
                held.update(_extents(node))
    places = [(argument, after) for size, argument, after in cure.places if size == name]
    texts = [f"{owner}{a}{after}" for owner in ("", "self.") for a, after in places]
    texts += [f"len({a})" for a, after in places if after == ".shape[0]"]
    found = [variable for variable, value in held.items() if value in texts]
    found += [t for t in texts if t.partition(".shape")[0].partition(".size")[0] in bound]
    found += [variable for variable in held if variable not in found]
    return found


def _extents(node: ast.Assign) -> Iterator[tuple[str, str]]:
    """``m`` and what it is in ``m = len(X)``, ``m = X.shape[0]`` and ``m, D = X.shape``."""
    target, value = node.targets[0], ast.unparse(node.value)
    if isinstance(target, ast.Tuple) and value.endswith(".shape"):
        for axis, part in enumerate(target.elts):
            if isinstance(part, ast.Name):
                yield part.id, f"{value}[{axis}]"
    elif isinstance(target, ast.Name) and (".shape[" in value or "len(" in value):
        yield target.id, value
