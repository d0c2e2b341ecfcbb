"""Small edits that bring nothing new in: signs, transposes, constants, brackets, order, axes."""

import ast
import copy
import functools
from collections.abc import Callable, Iterable, Iterator

from oracle.diagnosis.repair.slots import (
    ALONG,
    Edit,
    Slot,
    called_by,
    edit,
    indices,
    is_term,
    number,
    parsed,
    plain,
)

COMPARED = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
SUMS = {"sum": "mean", "mean": "sum"}
AXES = (0, 1, -1, -2)
SEVERAL = ((0, 1), (0, 2), (0, 2, 3), (0, 1, 2), (2, 3), (1, 2))


def signs(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        index = not slot.whole
        yield edit("index" if index else "sign", slot, ast.BinOp(node.left, op, node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        if slot.whole:
            yield edit("sign", slot, node.operand)
    elif is_term(slot):
        yield edit("sign", slot, ast.UnaryOp(ast.USub(), node))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARED:
            if not isinstance(node.ops[0], other):
                yield edit("compare", slot, ast.Compare(node.left, [other()], node.comparators))


def constants(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    value = plain(node)
    if not isinstance(value, int | float) or isinstance(value, bool):
        parent = slot.parent
        if isinstance(parent, ast.Slice):
            return
        if isinstance(node, ast.Slice):
            yield from _slices(slot, node)
        return
    if not slot.whole and isinstance(slot.parent, ast.keyword | ast.UnaryOp):
        return
    kind = "exponent" if _is_exponent(slot) else "constant"
    if not slot.whole:
        kind = "index"
    tried = {value + 1, value - 1, 2 * value, value / 2, -value, 1, 2, 3, 0.5}
    if value:
        tried.add(1 / value)
    if kind == "index":
        tried = {value + 1, value - 1, -value}
    if isinstance(slot.parent, ast.Compare):  # a bound that no value reaches would cure anything
        tried = {0, 1, -1, 0.5}
    for other in sorted(tried, key=lambda x: (abs(x - value), x)):
        if other != value:
            yield edit(kind, slot, number(other), repr(other))


def _slices(slot: Slot, node: ast.Slice) -> Iterator[Edit]:
    lower, upper = plain(node.lower), plain(node.upper)
    for low, high in ((1, None), (None, -1), (None, None)):
        if (lower, upper) != (low, high) and {lower, upper} <= {None, 1, -1, 0}:
            new = ast.Slice(
                None if low is None else number(low), None if high is None else number(high)
            )
            yield edit("index", slot, new)


def _is_exponent(slot: Slot) -> bool:
    parent = slot.parent
    return (
        isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and slot.field == "right"
    )


def transposes(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if not slot.whole:
        return
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield edit("transpose", slot, node.value)
    elif (
        (isinstance(slot.parent, ast.BinOp) and isinstance(slot.parent.op, ast.MatMult))
        or not isinstance(slot.parent, ast.expr)
        or called_by(slot.parent) in ("dot", "matmul")
    ):
        yield edit("transpose", slot, ast.Attribute(node, "T", ast.Load()))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield edit("transpose", slot, ast.BinOp(node.right, node.op, node.left))


def flips(slot: Slot, turns: Iterable[str] = ()) -> Iterator[Edit]:
    """k[p, q] for k[P - 1 - p, Q - 1 - q] and the other way round, and x for x[::-1].

    ``turns``: the names that loops count with.
    """
    node = slot.node
    handed = isinstance(slot.parent, ast.Call) and slot.field == "args" and slot.whole
    if handed and isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
        for flipped in ("np.flip({})", "{}.flip(-1)", "{}.flip((-2, -1))", "np.flip({}, -1)"):
            yield edit("flip", slot, parsed(flipped.format(ast.unparse(node))))
    if not isinstance(node, ast.Subscript):
        return
    held = indices(node.slice)
    counted = [i for i in held if isinstance(i, ast.Name) and i.id in turns]
    for some in ([i] for i in counted) if len(counted) == 1 else ([*counted], counted[-2:]):
        behind: list[ast.expr] = [
            ast.BinOp(number(-1), ast.Sub(), i) if any(i is s for s in some) else i for i in held
        ]
        index = behind[0] if len(behind) == 1 else ast.Tuple(behind, ast.Load())
        if some:
            yield edit("flip", slot, ast.Subscript(node.value, index, ast.Load()))
    if any(_from_behind(index) for index in held):
        forth: list[ast.expr] = [
            i.right if isinstance(i, ast.BinOp) and _from_behind(i) else i for i in held
        ]
        index = forth[0] if len(forth) == 1 else ast.Tuple(forth, ast.Load())
        yield edit("flip", slot, ast.Subscript(node.value, index, ast.Load()))
    if slot.whole and any(isinstance(i, ast.Slice) and plain(i.step) == -1 for i in held):
        yield edit("flip", slot, node.value)


def _from_behind(node: ast.expr) -> bool:
    """``K - 1 - p``: the place p counted from the end."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and isinstance(node.right, ast.Name)
        and isinstance(node.left, ast.BinOp)
        and isinstance(node.left.op, ast.Sub)
        and plain(node.left.right) == 1
    )


def dropped(slot: Slot) -> Iterator[Edit]:
    """Edits that leave one operand of an operation alone."""
    node = slot.node
    if isinstance(node, ast.Subscript) and isinstance(slot.parent, ast.Subscript):
        yield edit("index", slot, node.value)
    if not slot.whole:
        return
    chain = factors_of(node)
    if len(chain) > 2:
        for end in range(1, len(chain) - 1):  # and of a product, its first factors alone
            kept = functools.reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), chain[:end])
            yield edit("factor-less", slot, kept, ast.unparse(chain[end]))
    if isinstance(node, ast.BinOp):
        times = isinstance(node.op, ast.Mult | ast.Div | ast.Pow)
        for keep, drop in ((node.left, node.right), (node.right, node.left)):
            if isinstance(node.op, ast.Pow | ast.Div) and keep is node.right:
                continue
            yield edit("factor-less" if times else "term-less", slot, keep, ast.unparse(drop))
        if isinstance(node.op, ast.Sub) and plain(node.left) == 1:
            yield edit("operand", slot, node.right, ast.unparse(node.right))
    elif isinstance(node, ast.Call) and len(node.args) == 1 and slot.around:
        yield edit("call-less", slot, node.args[0], ast.unparse(node.func))


def factors_of(node: ast.expr) -> list[ast.expr]:
    """a, b and c of a·b·c."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*factors_of(node.left), node.right]
    return [node]


def regrouped(slot: Slot) -> Iterator[Edit]:
    """a·(b + c) for a·b + c, and the like: a bracket at another place."""
    node = slot.node
    if not isinstance(node, ast.BinOp) or not slot.whole:
        return
    left, right = node.left, node.right
    if isinstance(right, ast.BinOp):
        inner = ast.BinOp(left, node.op, right.left)
        yield edit("bracket", slot, ast.BinOp(inner, right.op, right.right))
    if isinstance(left, ast.BinOp):
        inner = ast.BinOp(left.right, node.op, right)
        yield edit("bracket", slot, ast.BinOp(left.left, left.op, inner))
    if isinstance(node.op, ast.Mult) and isinstance(left, ast.BinOp):
        yield edit(
            "bracket", slot, ast.BinOp(left.left, left.op, ast.BinOp(left.right, ast.Mult(), right))
        )
    if isinstance(node.op, ast.Mult):
        yield edit("divide", slot, ast.BinOp(left, ast.Div(), right), ast.unparse(right))
    if isinstance(node.op, ast.Div):
        yield edit("multiply", slot, ast.BinOp(left, ast.Mult(), right), ast.unparse(right))


def axes(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if not isinstance(node, ast.Call):
        return
    for i, word in enumerate(node.keywords):
        if word.arg in ALONG:
            given = ast.unparse(word.value)
            for axis in (*AXES, None, *_beside(word.value), *SEVERAL):
                if repr(axis) != given:
                    new = copy.copy(node)
                    new.keywords = list(node.keywords)
                    new.keywords[i] = ast.keyword(word.arg, parsed(repr(axis)))
                    yield edit("axis", slot, new, repr(axis))
                    kept = copy.copy(new)
                    kept.keywords = [*new.keywords, ast.keyword("keepdims", ast.Constant(True))]
                    if axis is not None and all(k.arg != "keepdims" for k in node.keywords):
                        yield edit("axis", slot, kept, repr(axis))
            if all(k.arg != "keepdims" for k in node.keywords):
                new = copy.copy(node)
                new.keywords = [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]
                yield edit("shape", slot, new, given)
    for i, argument in enumerate(node.args):
        axis = plain(argument)
        if isinstance(axis, int) and -3 < axis < 3 and called_by(node) in (
            "sum", "mean", "max", "softmax", "log_softmax", "cumsum", "prod", "argmax", "flip",
        ):  # fmt: skip
            for other in AXES:
                if other != axis:
                    new = copy.copy(node)
                    new.args = [*node.args[:i], number(other), *node.args[i + 1 :]]
                    yield edit("axis", slot, new, repr(other))
    called = called_by(node)
    if called in SUMS and _of_all(node):
        for axis in AXES:  # of all entries, where one axis is meant
            for keep in ([], [ast.keyword("keepdims", ast.Constant(True))]):
                new = copy.copy(node)
                new.keywords = [*node.keywords, ast.keyword("axis", number(axis)), *keep]
                yield edit("axis", slot, new, repr(axis))
    if called in SUMS and isinstance(node.func, ast.Attribute):
        new = copy.copy(node)
        new.func = ast.Attribute(node.func.value, SUMS[called], ast.Load())
        yield edit("mean", slot, new, SUMS[called])


def throughout(statement: ast.stmt) -> Iterator[Edit]:
    """Another axis for one that a statement reduces along more than once."""
    words = [n for n in ast.walk(statement) if isinstance(n, ast.keyword) and n.arg in ALONG]
    for given in dict.fromkeys(ast.unparse(word.value) for word in words):
        alike = [word for word in words if ast.unparse(word.value) == given]
        for axis in (*AXES, None, *_beside(alike[0].value), *SEVERAL) if len(alike) > 1 else ():
            if repr(axis) != given:
                before, after = alike[0], ast.keyword(alike[0].arg, parsed(repr(axis)))
                put = functools.partial(_put_axis, alike, after.value)
                yield Edit("axis", statement.lineno, before, after, put, repr(axis))


def _put_axis(words: list[ast.keyword], axis: ast.expr) -> Callable[[], None]:
    kept = [word.value for word in words]
    for word in words:
        word.value = axis

    def undo() -> None:
        for word, value in zip(words, kept, strict=True):
            word.value = value

    return undo


def _beside(node: ast.expr) -> list[tuple[int, ...]]:
    """Tuples of axes with one more, or one fewer, than those given."""
    try:
        axis = ast.literal_eval(node)
    except ValueError:
        return []
    given = {axis} if isinstance(axis, int) and axis >= 0 else set()
    if isinstance(axis, tuple) and all(isinstance(a, int) and a >= 0 for a in axis):
        given = set(axis)
    if not given:
        return []
    more = [tuple(sorted(given | {a})) for a in range(max(given) + 2) if a not in given]
    fewer = [tuple(sorted(given - {a})) for a in given if len(given) > 1]
    return more + fewer


def _of_all(call: ast.Call) -> bool:
    """np.sum(x), x.sum(): along no axis."""
    library = ast.unparse(call.func).partition(".")[0] in ("np", "numpy", "torch")
    return len(call.args) <= library and all(w.arg not in ALONG for w in call.keywords)
