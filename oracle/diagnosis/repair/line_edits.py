"""The ways in which a line may be changed so that a cure is applied to what it computes.

Only the text of one expression is touched, and no line is added, so that all others keep their
numbers. Which of the ways is right is not decided here: each is only a candidate.
"""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from oracle.discovery.text.functions import Function, own_nodes
from oracle.results import Cure

MOST = 12  # candidates for one line, the likeliest first
PRODUCTS = {ast.Mult: "*", ast.Div: "/", ast.MatMult: "@"}
TIGHT = ast.Name | ast.Attribute | ast.Call | ast.Subscript


@dataclass(frozen=True)
class Source:
    """A text and its tree."""

    text: str
    tree: ast.Module

    def of(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.text, node) or ast.unparse(node)

    def replaced(self, node: ast.expr, new: str) -> str:
        """The whole text with another one in place of a node."""
        lines = self.text.encode().split(b"\n")  # columns are bytes
        starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
        first = starts[node.lineno - 1] + node.col_offset
        last = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        whole = self.text.encode()
        return (whole[:first] + new.encode() + whole[last:]).decode()


def candidates(text: str, line: int, cure: Cure) -> list[str]:
    """Texts in which what a line computes is cured in one way or another."""
    source = Source(text, ast.parse(text))
    ways = {"factor": _factor, "transpose": _transpose, "sum": _sum}
    made = (
        source.replaced(node, new)
        for node in _computed(source.tree, line)
        for new in ways[cure.kind](source, node, cure)
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


def _factor(source: Source, node: ast.expr, cure: Cure) -> Iterator[str]:
    """Leave out an operand that is too many, or multiply and divide by what is missing."""
    if cure.constant == -1 and not cure.powers:
        yield _negative(source, node)
        return
    yield from _without_one(source, node)
    own = _operand(source, node)
    called = source.of(node.func) if isinstance(node, ast.Call) else ""
    if called.endswith(".mean"):
        yield called.removesuffix("mean") + "sum" + own[len(called) :]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and cure.powers:
        yield from _otherwise_divided(source, node, cure)
    sizes = [_sizes(source.tree, node.lineno, name, cure) for name, _ in cure.powers]
    for chosen in itertools.product(*sizes):
        yield _scaled(own, cure.constant, list(zip(chosen, (p for _, p in cure.powers))))


def _otherwise_divided(source: Source, node: ast.BinOp, cure: Cure) -> Iterator[str]:
    """Divided by the root of what it is divided by, or by another size."""
    left, right = _operand(source, node.left), _tight(source, node.right)
    if any(abs(power) == Fraction(1, 2) for _, power in cure.powers):
        yield f"{left} / {right} ** 0.5"
    others = {size for size, _, _ in cure.places} - {size for size, _ in cure.powers}
    for size in sorted(others):
        for text in _sizes(source.tree, node.lineno, size, cure)[:1]:
            yield f"{left} / {text}"


def _scaled(own: str, constant: Fraction, powers: list[tuple[str, Fraction]]) -> str:
    above = [_power(name, p) for name, p in powers if p > 0]
    below = [_power(name, -p) for name, p in powers if p < 0]
    above = [str(abs(constant).numerator)] * (abs(constant).numerator != 1) + above
    below = [str(constant.denominator)] * (constant.denominator != 1) + below
    text = own + "".join(f" * {factor}" for factor in above)
    if below:
        text += f" / {below[0]}" if len(below) == 1 else f" / ({' * '.join(below)})"
    return f"-{text}" if constant < 0 else text


def _power(name: str, power: Fraction) -> str:
    return name if power == 1 else f"{name} ** {float(power):g}"


def _negative(source: Source, node: ast.expr) -> str:
    own = source.of(node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return source.of(node.operand)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        left, right = node.left, node.right
        if isinstance(left, TIGHT) and isinstance(right, TIGHT | ast.Constant):
            return f"{source.of(right)} - {source.of(left)}"
    product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult)
    if product and not own.startswith("-"):
        return f"-{own}"
    return f"-{own}" if isinstance(node, TIGHT | ast.Constant) else f"-({own})"


def _without_one(source: Source, node: ast.expr) -> Iterator[str]:
    """A product without one of its divisors or constants."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in PRODUCTS:
        return
    right, sign = node.right, PRODUCTS[type(node.op)]
    if sign == "/" or isinstance(right, ast.Constant):
        yield _operand(source, node.left)
    if sign == "*" and isinstance(node.left, ast.Constant):
        yield _operand(source, right)
    for left in _without_one(source, node.left):
        yield f"{left} {sign} {_tight(source, right)}"


def _transpose(source: Source, node: ast.expr, cure: Cure) -> Iterator[str]:
    if cure.axes != (1, 0):
        yield f"{_tight(source, node)}.transpose({', '.join(map(str, cure.axes))})"
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        left, right = node.left, node.right
        if isinstance(left, TIGHT) and isinstance(right, TIGHT):  # (Aᵀ B)ᵀ = Bᵀ A
            yield f"{_turned(source, right)} @ {_turned(source, left)}"
    yield _turned(source, node)


def _turned(source: Source, node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return source.of(node.value)
    return f"{_tight(source, node)}.T"


def _sum(source: Source, node: ast.expr, cure: Cure) -> Iterator[str]:
    axes = cure.axes[0] if len(cure.axes) == 1 else cure.axes
    keep = ", keepdims=True" * cure.keepdims
    yield f"{_tight(source, node)}.sum(axis={axes}{keep})"


def _operand(source: Source, node: ast.expr) -> str:
    """As it stands to the left of a product's sign."""
    product = isinstance(node, ast.BinOp) and type(node.op) in PRODUCTS
    bare = product or isinstance(node, TIGHT | ast.UnaryOp | ast.Constant)
    return source.of(node) if bare else f"({source.of(node)})"


def _tight(source: Source, node: ast.expr) -> str:
    return source.of(node) if isinstance(node, TIGHT) else f"({source.of(node)})"


def _sizes(tree: ast.Module, line: int, name: str, cure: Cure) -> list[str]:
    """How a size may be written on a line: by a variable that holds it, or from an argument."""
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
