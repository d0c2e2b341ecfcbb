"""Small edits that bring something in: another name, a size, a factor, a term, a function."""

import ast
import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from oracle.diagnosis.repair.names import HIDDEN
from oracle.diagnosis.repair.slots import (
    Edit,
    Slot,
    called_by,
    edit,
    is_atom,
    is_term,
    number,
    parsed,
    plain,
)
from oracle.diagnosis.repair.within import factors_of

AT_HAND = 6  # expressions of an operand that are tried in its place
FACTORS = (
    ("factor", "{v}"), ("slope", "1 - {v}"), ("slope", "1 - {v} ** 2"),
    ("slope", "{v} * (1 - {v})"), ("slope", "{v} > 0"), ("over", "{v}"),
    ("factor", "{v}[:, None]"),
)  # fmt: skip

SLOPES = ("1 - {v}**2", "({v} > 0)", "{np}.exp({v})", "{np}.cos({v})", "1 - {np}.tanh({v})**2")


def swapped(slot: Slot, names: Iterable[ast.expr], sizes: Iterable[ast.expr]) -> Iterator[Edit]:
    """Another name in the place of one; another size in the place of a size."""
    node, parent = slot.node, slot.parent
    text = ast.unparse(node)
    if (
        not is_atom(node)
        or text in HIDDEN
        or (isinstance(node, ast.Attribute) and node.attr == "T")
    ):
        return  # of x.T it is x that is another one
    if isinstance(parent, ast.Attribute) and parent.attr in ("shape", "size", "ndim", "dtype"):
        return
    index = not slot.whole
    extents = [ast.unparse(size) for size in sizes]
    names_in = [n for n in ast.walk(slot.statement) if isinstance(n, ast.Name)]
    read = {n.id for n in names_in if isinstance(n.ctx, ast.Load)}
    # The statement computes with sizes alone: the right name is a size, too.
    counts = read <= set(extents)
    for name in [*names, *(sizes if text in extents else ())]:
        new = ast.unparse(name)
        if new != text and (not index or isinstance(name, ast.Name)):
            extent = text in extents and (new in extents or counts)
            kind = "index" if index else "extent" if extent else "operand"
            yield edit(kind, slot, name, new)
    if not index and text not in extents and not isinstance(parent, ast.Attribute):
        complement = ast.BinOp(ast.Constant(1), ast.Sub(), node)
        yield edit("operand", slot, complement, text)  # the other side of a gate


def named(slot: Slot, numbers: Iterable[ast.expr]) -> Iterator[Edit]:
    """A number that has a name, in the place of one that has none."""
    value = plain(slot.node)
    if slot.whole and isinstance(value, int | float) and not isinstance(value, bool):
        for number_ in numbers:
            yield edit("constant", slot, number_)


def renamed(
    statement: ast.stmt, names: Iterable[ast.expr], sizes: Iterable[ast.expr]
) -> Iterator[Edit]:
    """Another name, wherever one stands in a statement, where that is more than once."""
    read = [n for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id not in HIDDEN]
    twice = Counter(n.id for n in read if isinstance(n.ctx, ast.Load))
    extents = {ast.unparse(size) for size in sizes}
    for name, count in twice.items():
        nodes = [n for n in read if n.id == name and isinstance(n.ctx, ast.Load)]
        for other in names if count > 1 else ():
            if isinstance(other, ast.Name) and other.id != name:
                kind = "extent" if {name, other.id} <= extents else "operand"
                yield Edit(
                    kind, statement.lineno, nodes[0], other, partial(_put, nodes, other.id),
                    other.id, tuple(n for n in (getattr(statement, "value", None),) if n),
                )  # fmt: skip


def _put(nodes: list[ast.Name], name: str) -> Callable[[], None]:
    kept = nodes[0].id
    for node in nodes:
        node.id = name

    def undo() -> None:
        for node in nodes:
            node.id = kept

    return undo


def indexed(slot: Slot, turns: Iterable[str]) -> Iterator[Edit]:
    """Edits of a constant index: the loop's counter, the counter less one, the counter plus one."""
    node = slot.node
    if slot.whole:
        return
    if isinstance(plain(node), int):
        for name in turns:
            yield edit("index", slot, ast.Name(name, ast.Load()), name)
    if isinstance(node, ast.Name) and node.id in turns and not isinstance(slot.parent, ast.BinOp):
        for op in (ast.Sub(), ast.Add()):
            yield edit("index", slot, ast.BinOp(node, op, ast.Constant(1)), node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Name) and node.left.id in turns:
        yield edit("index", slot, node.left, node.left.id)


def called_on(slot: Slot, called: Iterable[ast.expr]) -> Iterator[Edit]:
    """A function of something in its place: exp of a logarithm."""
    if slot.whole and (is_atom(slot.node) or isinstance(slot.node, ast.BinOp)):
        for function in called:
            text = ast.unparse(function)
            if not isinstance(slot.parent, ast.Attribute) and text != ast.unparse(slot.node):
                yield edit("call", slot, ast.Call(function, [slot.node], []), text)


def replaced(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    """A name in the place of something that is computed."""
    if slot.whole and isinstance(slot.node, ast.BinOp | ast.Call) and slot.around:
        for name in names:
            yield edit("operand", slot, name, ast.unparse(name))


def recomputed(slot: Slot, function: ast.FunctionDef) -> Iterator[Edit]:
    """A name in the place of a product or sum, where the name's own differs by one operand.

    ``dz = (dh + dh_next) * slope`` and then ``dh * slope @ W.T``: dz was meant.
    """
    node = slot.node
    if not slot.whole or not isinstance(node, ast.BinOp):
        return
    mine = {ast.unparse(node.left), ast.unparse(node.right)}
    for other in ast.walk(function):
        if not isinstance(other, ast.Assign) or not isinstance(other.value, ast.BinOp):
            continue
        target, value = other.targets[0], other.value
        if other is slot.statement or not isinstance(target, ast.Name):
            continue
        shared = mine & {ast.unparse(value.left), ast.unparse(value.right)}
        if type(value.op) is type(node.op) and len(shared) == 1:
            yield edit("operand", slot, ast.Name(target.id, ast.Load()), target.id)


def at_hand(slot: Slot, function: ast.FunctionDef, sizes: Iterable[ast.expr]) -> Iterator[Edit]:
    """Edits of an operand: an expression of it that stands elsewhere, such as C // G for C."""
    node = slot.node
    if not slot.whole or not is_atom(node) or isinstance(slot.parent, ast.Attribute):
        return
    own = ast.unparse(node)
    known = {ast.unparse(outer) for outer in slot.around} | {own}
    extents = {ast.unparse(size) for size in sizes}
    for other in ast.walk(function):
        if isinstance(other, ast.BinOp | ast.Call) and own in map(ast.unparse, _operands(other)):
            text = ast.unparse(other)
            if text not in known and len(known) < AT_HAND:
                known.add(text)
                yield edit("extent" if own in extents else "operand", slot, parsed(text), text)


def _operands(node: ast.BinOp | ast.Call) -> list[ast.expr]:
    return [node.left, node.right] if isinstance(node, ast.BinOp) else node.args[:1]


def symmetrised(statement: ast.stmt, slots: Sequence[Slot]) -> Iterator[Edit]:
    """A + Aᵀ for A, wherever it stands in a statement: both places that a matrix has in x·A·x."""
    places: dict[str, list[Slot]] = {}
    for slot in slots:
        transposed = isinstance(slot.parent, ast.Attribute) and slot.parent.attr == "T"
        if slot.whole and is_atom(slot.node) and not transposed:
            places.setdefault(ast.unparse(slot.node), []).append(slot)
    for text, held in places.items():
        if text not in HIDDEN:
            new = parsed(f"({text} + {text}.T)")
            put = partial(_put_all, held, new)
            around = tuple(n for n in (getattr(statement, "value", None),) if n)
            yield Edit("term", statement.lineno, held[0].node, new, put, f"{text}.T", around)


def _put_all(slots: list[Slot], new: ast.expr) -> Callable[[], None]:
    for node in ast.walk(new):
        ast.copy_location(node, slots[0].node)
    undone = [slot.put(new) for slot in slots]

    def undo() -> None:
        for one in reversed(undone):
            one()

    return undo


def turned(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    """Another name, transposed, in the place of an operand of a matrix product."""
    parent = slot.parent
    in_product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
    if in_product or called_by(parent) in ("dot", "matmul"):
        for name in names:
            text = f"{ast.unparse(name)}.T"
            if isinstance(name, ast.Attribute) and name.attr == "T":
                continue
            yield edit("operand", slot, ast.Attribute(name, "T", ast.Load()), text)


def factors(slot: Slot, sizes: Iterable[ast.expr]) -> Iterator[Edit]:
    node = slot.node
    if not slot.whole or isinstance(node, ast.Constant | ast.Compare):
        return
    for constant in (2.0, 0.5, 3.0, 4.0, 0.25):
        yield edit("constant", slot, ast.BinOp(number(constant), ast.Mult(), node), repr(constant))
    for size in sizes:
        text = ast.unparse(size)
        yield edit("size", slot, ast.BinOp(node, ast.Div(), size), "/" + text)
        yield edit("size", slot, ast.BinOp(node, ast.Mult(), size), "*" + text)
        root = ast.BinOp(size, ast.Pow(), ast.Constant(0.5))
        yield edit("root", slot, ast.BinOp(node, ast.Div(), root), "/" + text)
        yield edit("root", slot, ast.BinOp(node, ast.Mult(), root), "*" + text)


def parts(slot: Slot, sizes: Sequence[ast.expr], into: Iterable[ast.expr]) -> Iterator[Edit]:
    """A size that is cut into parts, where a number of entries is counted: H·W·(C // G)."""
    known = {ast.unparse(size) for size in sizes}
    used = {n.id for n in ast.walk(slot.node) if isinstance(n, ast.Name)}
    if isinstance(slot.parent, ast.stmt) and used and used <= known:
        for size, number_of in itertools.product(sizes, into):
            if isinstance(size, ast.Name) and size.id not in used:
                part = ast.BinOp(size, ast.FloorDiv(), number_of)
                word = f"*{ast.unparse(part)}"
                yield edit("size", slot, ast.BinOp(slot.node, ast.Mult(), part), word)


def summed(slots: Iterable[Slot]) -> Iterator[Edit]:
    for slot in slots:
        if is_term(slot) or (isinstance(slot.parent, ast.expr) and slot.whole):
            for axis in (0, -1, 1):
                for keep in (False, True):
                    call = ast.Call(ast.Attribute(slot.node, "sum", ast.Load()), [number(axis)], [])
                    if keep:
                        call.keywords = [ast.keyword("keepdims", ast.Constant(True))]
                    yield edit("sum", slot, call, repr(axis))


def multiplied(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    node = slot.node
    if not slot.whole or isinstance(node, ast.Constant | ast.Compare):
        return
    own = ast.unparse(node)
    for kind, form in FACTORS:
        for name in names:
            text = ast.unparse(name)
            if kind == "over" and text == own:
                continue
            by = parsed(form.format(v=text))
            op = ast.Div() if kind == "over" else ast.Mult()
            yield edit(kind, slot, ast.BinOp(node, op, by), text)


def slopes(slot: Slot, names: Sequence[ast.expr], library: str) -> Iterator[Edit]:
    """The derivative of an activation, in the place of one or two factors of a product."""
    chain, parent = factors_of(slot.node), slot.parent
    inside = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    if not slot.whole or inside:
        return
    if len(chain) == 1:
        yield from _slopes_for_calls(slot, names)
        return
    runs = [(at, at + n) for n in (1, 2) for at in range(len(chain) - n + 1)]
    for first, last in runs:
        kept = chain[:first], chain[last:]
        old = {ast.unparse(n) for f in chain[first:last] for n in ast.walk(f)}
        if not any(map(_is_computed, chain[first:last])):
            continue
        for name in names:
            text = ast.unparse(name)
            for form in SLOPES if text in old else ():
                new = parsed(form.format(v=text, np=library))
                if ast.unparse(new) not in old:
                    product = [*kept[0], new, *kept[1]]
                    made = functools.reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), product)
                    yield edit("slope", slot, made, text)


def _slopes_for_calls(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    """An argument times a derivative, in the place of the function of it: relu of a gradient."""
    if not isinstance(slot.node, ast.Call):
        return
    for taken in (arg for arg in slot.node.args if is_atom(arg)):
        for name in names:
            text = ast.unparse(name)
            for form in (*SLOPES[:2], "{v} * (1 - {v})") if text != ast.unparse(taken) else ():
                slope = parsed(form.format(v=text))
                yield edit("slope", slot, ast.BinOp(taken, ast.Mult(), slope), text)


def _is_computed(node: ast.expr) -> bool:
    return not is_atom(node) and not isinstance(node, ast.Constant)


def added(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    if not slot.whole or isinstance(slot.node, ast.Compare) or isinstance(slot.parent, ast.Compare):
        return
    own = ast.unparse(slot.node)
    for name in names:
        for op in (ast.Add(), ast.Sub()):
            if ast.unparse(name) == own:  # x + x is a factor, and x - x is nothing
                continue
            yield edit("term", slot, ast.BinOp(slot.node, op, name), ast.unparse(name))


def coupled(slot: Slot, names: Iterable[ast.expr], torch: bool) -> Iterator[Edit]:
    """Edits that add the part of a normalised row that comes from its other entries.

    The gradient of a softmax p is p·(g − Σg·p), of x/‖x‖ and the like (g − x̂·mean(g·x̂))/σ, and
    without the mean (g − mean(g) − x̂·mean(g·x̂))/σ.
    """
    if not slot.whole:
        return
    keep = "keepdim=True" if torch else "keepdims=True"
    along = ("dim" if torch else "axis") + "=-1"
    factors = factors_of(slot.node)
    for at, factor in enumerate(factors):
        if isinstance(factor, ast.Constant):
            continue
        g = ast.unparse(factor)
        g = g if is_atom(factor) else f"({g})"
        rest = [ast.unparse(f) for i, f in enumerate(factors) if i != at]
        others = "".join(f"({f}) * " for f in rest)
        for name in names:
            p = ast.unparse(name)
            forms = (
                ("coupling", f"{others}({g} - ({g} * {p}).sum({along}, {keep}))"),
                ("coupling", f"{p} * ({g} - ({g} * {p}).sum({along}, {keep}))"),
                ("statistic", f"{others}({g} - {p} * ({g} * {p}).mean({along}, {keep}))"),
                ("statistic", f"{others}({g} - {g}.mean({along}, {keep}) "
                              f"- {p} * ({g} * {p}).mean({along}, {keep}))"),
            )  # fmt: skip
            for kind, text in forms:
                yield edit(kind, slot, parsed(text), p)
