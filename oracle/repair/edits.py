"""The small edits of a statement: each puts something else in the place of one expression."""

import ast
import copy
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

SUMS = {"sum": "mean", "mean": "sum"}
ALONG = ("axis", "dim")
AXES = (0, 1, -1, -2)
COMPARED = (ast.Gt, ast.GtE, ast.Lt, ast.LtE)
SHORT = 60  # characters: so much of an expression is shown
ELEMENTWISE = ("exp", "log", "tanh", "sqrt", "abs", "sign")
PLAIN_CALLS = ("len", "range", "float", "int", "print", "enumerate", "zip", "list", "tuple", "sum")
WORDS = 16  # keys and attributes that other code of the file uses
SIZES = 16  # numbers that are tried as sizes
ATOMS = 24  # names that are tried in the place of others
HIDDEN = ("np", "numpy", "torch", "self", "ctx", "math", "range", "len", "print", "cls")


@dataclass(frozen=True)
class Edit:
    """A change of one statement, not yet made: ``kind`` says which, ``word`` what came new."""

    kind: str
    line: int
    before: ast.AST
    after: ast.AST
    put: Callable[[], Callable[[], None]]  # makes the change, and returns what undoes it
    word: str = ""
    around: tuple[ast.AST, ...] = ()  # the expressions that it stands in, the innermost first

    @property
    def told(self) -> tuple[str, str]:
        """The text that is there, and the one that should be, with a little of what is around."""
        around = next(
            (n for n in self.around if isinstance(n, ast.BinOp | ast.Compare | ast.Call)), None
        )
        if around is None or len(ast.unparse(around)) > SHORT:
            return ast.unparse(self.before), ast.unparse(self.after)
        there = ast.unparse(around)
        undo = self.put()
        due = ast.unparse(around)
        undo()
        return there, due


@dataclass(frozen=True)
class Slot:
    """A place in a tree where an expression stands."""

    parent: Any
    field: str
    index: int | None
    statement: ast.stmt
    around: tuple[ast.AST, ...] = ()
    whole: bool = True  # not (in) an index, an axis, a shape

    @property
    def node(self) -> ast.expr:
        held = getattr(self.parent, self.field)
        found: ast.expr = held if self.index is None else held[self.index]
        return found

    def put(self, new: ast.expr) -> Callable[[], None]:
        old = self.node
        self._set(new)
        return lambda: self._set(old)

    def _set(self, node: ast.expr) -> None:
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """The simple statements of a function, in order, those of inner functions included."""
    kinds = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return, ast.Expr)
    found = [n for n in ast.walk(function) if isinstance(n, kinds)]
    return sorted(found, key=lambda n: (n.lineno, n.col_offset))


def assigned(statement: ast.stmt) -> set[str]:
    """The names that a statement assigns to, in part or as a whole, or appends to."""
    held = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        held = [statement.value.func]  # x.append(y)
    found: set[str] = set()
    queue = [target for target in held if target is not None]
    while queue:
        target = queue.pop()
        if isinstance(target, ast.Tuple | ast.List):
            queue += target.elts
        elif isinstance(target, ast.Subscript | ast.Attribute | ast.Starred):
            queue.append(target.value)
        elif isinstance(target, ast.Name):
            found.add(target.id)
    return found - {"self", "np", "torch", "ctx"}


def atoms(function: ast.FunctionDef, words: Iterable[str] = ()) -> list[ast.expr]:
    """What the function calls things: names, attributes, entries by key, entries of lists.

    ``words``: keys and attributes that other code of the file uses; where the function has entries
    of the same thing, these may be others of its entries.
    """
    found: dict[str, ast.expr] = {}
    calls = {id(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}
    for argument in function.args.args + function.args.kwonlyargs:
        if argument.arg not in ("self", "cls", "ctx"):
            found[argument.arg] = ast.Name(argument.arg, ast.Load())
    for node in ast.walk(function):
        if id(node) in calls or not _is_atom(node):
            continue
        inner = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
        if isinstance(inner, ast.Name) and isinstance(node, ast.Attribute):  # noqa: SIM102
            if inner.id not in ("self", "ctx") or node.attr in ("shape", "T"):
                continue
        loaded = copy.deepcopy(node)
        loaded.ctx = ast.Load()  # type: ignore[attr-defined]
        found.setdefault(ast.unparse(loaded), loaded)  # type: ignore[arg-type]
    keyed = {
        ast.unparse(n.value)
        for n in found.values()
        if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant)
    }
    has_self = any(a.arg == "self" for a in function.args.args)
    for word in words:
        for base in keyed:
            text = f"{base}[{word!r}]"
            found.setdefault(text, _parsed(text))
        if has_self and word.isidentifier():
            found.setdefault(f"self.{word}", _parsed(f"self.{word}"))
    return [node for text, node in found.items() if text not in HIDDEN][: 2 * ATOMS]


def words_of(tree: ast.AST) -> list[str]:
    """The keys that dicts are made or asked with, and the attributes of self, in a file."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        keys = node.keys if isinstance(node, ast.Dict) else [getattr(node, "slice", None)]
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.setdefault(key.value, None)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.attr, None)
    return list(found)[:WORDS]


def _is_atom(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name)
    if isinstance(node, ast.Subscript):
        inner = isinstance(node.value, ast.Name | ast.Attribute) and _is_atom(node.value)
        return inner and not any(isinstance(n, ast.Call) for n in ast.walk(node.slice))
    return False


def counts(function: ast.FunctionDef) -> list[ast.expr]:
    """What may be a size in it: names that come of shapes or lengths, and extents of arguments."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            said = ast.unparse(node.value)
            if any(word in said for word in ("shape", "len(", ".size")):
                for target in node.targets:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            found[part.id] = ast.Name(part.id, ast.Load())
    first = [a.arg for a in function.args.args if a.arg not in ("self", "ctx", "cls")]
    others = [ast.unparse(n) for n in atoms(function) if not isinstance(n, ast.Subscript)]
    for name in dict.fromkeys([*first[:3], *others[:10]]):
        for axis in (0, -1):
            found.setdefault(f"{name}.shape[{axis}]", _parsed(f"{name}.shape[{axis}]"))
    return list(found.values())[:SIZES]


def of_statement(
    statement: ast.stmt, function: ast.FunctionDef, tier: int, words: Iterable[str] = ()
) -> Iterator[Edit]:
    """Its edits of a tier: a few that are likely (0), many (1), very many (2)."""
    slots = list(_slots(statement))
    if tier == 0:
        yield from _accumulated(statement, function)
        for kind in (_signs, _axes, _transposes):
            for slot in slots:
                yield from kind(slot)
        return
    names, sizes = atoms(function, words), counts(function)
    near = _nearest(names, statement)
    if tier == 1:
        for kind in (_dropped, _constants, _regrouped):
            for slot in slots:
                yield from kind(slot)
        for slot in slots:
            yield from _swapped(slot, near, sizes)
        for slot in slots:
            yield from _factors(slot, sizes)
        yield from _summed(slots)
        turns, called = loop_names(function, statement), functions(function)
        for slot in slots:
            yield from _indexed(slot, turns)
            yield from _called_on(slot, called)
        return
    for many in (_replaced, _turned, _multiplied, _added):
        for slot in slots:
            yield from many(slot, near)


def loop_names(function: ast.FunctionDef, statement: ast.stmt) -> list[str]:
    """What the loops around a statement count with."""
    found: list[str] = []
    for loop in ast.walk(function):
        if isinstance(loop, ast.For) and loop.lineno <= statement.lineno <= (loop.end_lineno or 0):
            found += [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
    return found


def functions(function: ast.FunctionDef) -> list[ast.expr]:
    """The functions of one argument that are called in it, and those that such code is made of."""
    found: dict[str, ast.expr] = {}
    spaces = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} & {
        "np",
        "numpy",
        "torch",
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            bare = isinstance(node.func, ast.Name)
            if bare or isinstance(getattr(node.func, "value", None), ast.Name):
                found.setdefault(ast.unparse(node.func), node.func)
    for space in sorted(spaces):
        for name in ELEMENTWISE:
            found.setdefault(f"{space}.{name}", _parsed(f"{space}.{name}"))
    methods = {t for t in found if "." in t and t.split(".")[0] not in (*spaces, "self", "math")}
    return [f for text, f in found.items() if text not in methods and text not in PLAIN_CALLS]


def _nearest(names: list[ast.expr], statement: ast.stmt) -> list[ast.expr]:
    """Those that the statement itself has first."""
    there = {ast.unparse(n) for n in ast.walk(statement) if _is_atom(n)}
    return sorted(names, key=lambda n: ast.unparse(n) not in there)[:ATOMS]


def _slots(statement: ast.stmt) -> Iterator[Slot]:
    """The places of the expressions that a statement computes with, the outermost first."""
    queue: list[Slot] = []
    for target in getattr(statement, "targets", ()) or [getattr(statement, "target", None)]:
        if isinstance(target, ast.Subscript):
            queue.append(Slot(target, "slice", None, statement, whole=False))
            if isinstance(target.value, ast.Subscript):  # a[i][j] = x writes into a copy
                yield Slot(target, "value", None, statement)
    if isinstance(statement, ast.Expr) or getattr(statement, "value", None) is not None:
        queue.append(Slot(statement, "value", None, statement))
    while queue:
        slot = queue.pop(0)
        node = slot.node
        around = slot.around
        if isinstance(node, ast.Tuple | ast.List | ast.Dict):
            for field in ("elts", "values"):
                for i, part in enumerate(getattr(node, field, ())):
                    if part is not None:
                        queue.append(Slot(node, field, i, statement, around, slot.whole))
            continue
        yield slot
        around = (node, *around)
        for field, value in ast.iter_fields(node):
            whole = slot.whole and not (isinstance(node, ast.Subscript) and field == "slice")
            if isinstance(value, ast.expr) and field != "func":
                queue.append(Slot(node, field, None, statement, around, whole))
            elif isinstance(value, list):
                for i, part in enumerate(value):
                    if isinstance(part, ast.expr):
                        queue.append(Slot(node, field, i, statement, around, whole))
                    elif isinstance(part, ast.keyword):
                        whole = whole and part.arg not in (*ALONG, "keepdims", "keepdim")
                        queue.append(Slot(part, "value", None, statement, around, whole))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            queue.append(Slot(node.func, "value", None, statement, around, slot.whole))


def _edit(kind: str, slot: Slot, new: ast.expr, word: str = "") -> Edit:
    line = slot.statement.lineno
    _locate(new, slot.node)
    return Edit(kind, line, slot.node, new, lambda: slot.put(new), word, slot.around)


def _locate(new: ast.AST, like: ast.AST) -> None:
    """Give new nodes the place of what they stand for."""
    for node in ast.walk(new):
        if "lineno" in node._attributes and not hasattr(node, "lineno"):
            ast.copy_location(node, like)


def _is_term(slot: Slot) -> bool:
    """Whether it is an operand of a sum, or all that is assigned."""
    parent = slot.parent
    in_sum = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub)
    return slot.whole and (in_sum or not isinstance(parent, ast.expr))


def _signs(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        index = not slot.whole
        yield _edit("index" if index else "sign", slot, ast.BinOp(node.left, op, node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        if slot.whole:
            yield _edit("sign", slot, node.operand)
    elif _is_term(slot):
        yield _edit("sign", slot, ast.UnaryOp(ast.USub(), node))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARED:
            if not isinstance(node.ops[0], other):
                yield _edit("compare", slot, ast.Compare(node.left, [other()], node.comparators))


def _accumulated(statement: ast.stmt, function: ast.FunctionDef) -> Iterator[Edit]:
    """``=`` for ``+=``, and the other way round."""

    def within(new: ast.stmt) -> Callable[[], Callable[[], None]]:
        def put() -> Callable[[], None]:
            for parent in ast.walk(function):
                for _, held in ast.iter_fields(parent):
                    if isinstance(held, list) and statement in held:
                        at = held.index(statement)
                        held[at] = new
                        return lambda: held.__setitem__(at, statement)
            return lambda: None

        return put

    new: ast.stmt
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    indexed = len(targets) == 1 and isinstance(targets[0], ast.Subscript)
    if indexed and not any(isinstance(n, ast.Slice) for n in _indices(targets[0].slice)):
        # An index may be repeated.
        held, at = ast.unparse(targets[0].value), ast.unparse(targets[0].slice)
        value = ast.unparse(statement.value)  # type: ignore[attr-defined]
        for text in (
            f"np.add.at({held}, ({at}), {value})",
            f"{held}.index_put_(({at},), {value}, accumulate=True)",
        ):
            new = ast.parse(text).body[0]
            for node in ast.walk(new):
                if hasattr(node, "lineno"):
                    ast.copy_location(node, statement)
            yield Edit("accumulate", statement.lineno, statement, new, within(new))
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
            new = ast.AugAssign(target, ast.Add(), statement.value)
            ast.copy_location(new, statement)
            yield Edit("accumulate", statement.lineno, statement, new, within(new))
    elif isinstance(statement, ast.AugAssign):
        new = ast.Assign([statement.target], statement.value)
        ast.copy_location(new, statement)
        yield Edit("assign", statement.lineno, statement, new, within(new))
        if isinstance(statement.op, ast.Add | ast.Sub):
            op = ast.Sub() if isinstance(statement.op, ast.Add) else ast.Add()
            new = ast.AugAssign(statement.target, op, statement.value)
            ast.copy_location(new, statement)
            yield Edit("sign", statement.lineno, statement, new, within(new))


def _indices(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _axes(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if not isinstance(node, ast.Call):
        return
    for i, word in enumerate(node.keywords):
        if word.arg in ALONG:
            given = ast.unparse(word.value)
            for axis in (*AXES, None):
                if repr(axis) != given:
                    new = copy.copy(node)
                    new.keywords = list(node.keywords)
                    new.keywords[i] = ast.keyword(word.arg, _number(axis))
                    yield _edit("axis", slot, new, repr(axis))
                    kept = copy.copy(new)
                    kept.keywords = [*new.keywords, ast.keyword("keepdims", ast.Constant(True))]
                    if axis is not None and all(k.arg != "keepdims" for k in node.keywords):
                        yield _edit("axis", slot, kept, repr(axis))
            if all(k.arg != "keepdims" for k in node.keywords):
                new = copy.copy(node)
                new.keywords = [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]
                yield _edit("shape", slot, new, given)
    for i, argument in enumerate(node.args):
        axis = _plain(argument)
        if isinstance(axis, int) and -3 < axis < 3 and _called(node) in (
            "sum", "mean", "max", "softmax", "log_softmax", "cumsum", "prod", "argmax", "flip",
        ):  # fmt: skip
            for other in AXES:
                if other != axis:
                    new = copy.copy(node)
                    new.args = [*node.args[:i], _number(other), *node.args[i + 1 :]]
                    yield _edit("axis", slot, new, repr(other))
    called = _called(node)
    if called in SUMS and isinstance(node.func, ast.Attribute):
        new = copy.copy(node)
        new.func = ast.Attribute(node.func.value, SUMS[called], ast.Load())
        yield _edit("mean", slot, new, SUMS[called])


def _constants(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    value = _plain(node)
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
    for other in sorted(tried, key=lambda x: (abs(x - value), x)):
        if other != value:
            yield _edit(kind, slot, _number(other), repr(other))


def _slices(slot: Slot, node: ast.Slice) -> Iterator[Edit]:
    lower, upper = _plain(node.lower), _plain(node.upper)
    for low, high in ((1, None), (None, -1), (None, None)):
        if (lower, upper) != (low, high) and {lower, upper} <= {None, 1, -1, 0}:
            new = ast.Slice(
                None if low is None else _number(low), None if high is None else _number(high)
            )
            yield _edit("index", slot, new)


def _transposes(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if not slot.whole:
        return
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT"):
        yield _edit("transpose", slot, node.value)
    elif (
        (isinstance(slot.parent, ast.BinOp) and isinstance(slot.parent.op, ast.MatMult))
        or not isinstance(slot.parent, ast.expr)
        or _called(slot.parent) in ("dot", "matmul")
    ):
        yield _edit("transpose", slot, ast.Attribute(node, "T", ast.Load()))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield _edit("transpose", slot, ast.BinOp(node.right, node.op, node.left))


def _dropped(slot: Slot) -> Iterator[Edit]:
    """One operand alone."""
    node = slot.node
    if isinstance(node, ast.Subscript) and isinstance(slot.parent, ast.Subscript):
        yield _edit("index", slot, node.value)
    if not slot.whole:
        return
    chain = _factors_of(node)
    if len(chain) > 2:
        for end in range(1, len(chain) - 1):  # and of a product, its first factors alone
            kept = functools.reduce(lambda a, b: ast.BinOp(a, ast.Mult(), b), chain[:end])
            yield _edit("factor-less", slot, kept, ast.unparse(chain[end]))
    if isinstance(node, ast.BinOp):
        times = isinstance(node.op, ast.Mult | ast.Div | ast.Pow)
        for keep, drop in ((node.left, node.right), (node.right, node.left)):
            if isinstance(node.op, ast.Pow | ast.Div) and keep is node.right:
                continue
            yield _edit("factor-less" if times else "term-less", slot, keep, ast.unparse(drop))
    elif isinstance(node, ast.Call) and len(node.args) == 1 and slot.around:
        yield _edit("call-less", slot, node.args[0], ast.unparse(node.func))


def _factors_of(node: ast.expr) -> list[ast.expr]:
    """a, b and c of a·b·c."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return [*_factors_of(node.left), node.right]
    return [node]


def _regrouped(slot: Slot) -> Iterator[Edit]:
    """a·(b + c) for a·b + c, and the like: a bracket at another place."""
    node = slot.node
    if not isinstance(node, ast.BinOp) or not slot.whole:
        return
    left, right = node.left, node.right
    if isinstance(right, ast.BinOp):
        inner = ast.BinOp(left, node.op, right.left)
        yield _edit("bracket", slot, ast.BinOp(inner, right.op, right.right))
    if isinstance(left, ast.BinOp):
        inner = ast.BinOp(left.right, node.op, right)
        yield _edit("bracket", slot, ast.BinOp(left.left, left.op, inner))
    if isinstance(node.op, ast.Mult) and isinstance(left, ast.BinOp):
        yield _edit(
            "bracket", slot, ast.BinOp(left.left, left.op, ast.BinOp(left.right, ast.Mult(), right))
        )
    if isinstance(node.op, ast.Mult):
        yield _edit("divide", slot, ast.BinOp(left, ast.Div(), right), ast.unparse(right))
    if isinstance(node.op, ast.Div):
        yield _edit("multiply", slot, ast.BinOp(left, ast.Mult(), right), ast.unparse(right))


def _swapped(slot: Slot, names: Iterable[ast.expr], sizes: Iterable[ast.expr]) -> Iterator[Edit]:
    """Another name in the place of one; another size in the place of a size."""
    node, parent = slot.node, slot.parent
    text = ast.unparse(node)
    if (
        not _is_atom(node)
        or text in HIDDEN
        or (isinstance(node, ast.Attribute) and node.attr == "T")
    ):
        return  # of x.T it is x that is another one
    if isinstance(parent, ast.Attribute) and parent.attr in ("shape", "size", "ndim", "dtype"):
        return
    index = not slot.whole
    extents = [ast.unparse(size) for size in sizes]
    for name in [*names, *(sizes if text in extents else ())]:
        new = ast.unparse(name)
        if new != text and (not index or isinstance(name, ast.Name)):
            extent = text in extents and new in extents
            kind = "index" if index else "extent" if extent else "operand"
            yield _edit(kind, slot, name, new)


def _indexed(slot: Slot, turns: Iterable[str]) -> Iterator[Edit]:
    """What a loop counts with, in the place of a constant index."""
    if not slot.whole and isinstance(_plain(slot.node), int):
        for name in turns:
            yield _edit("index", slot, ast.Name(name, ast.Load()), name)


def _called_on(slot: Slot, called: Iterable[ast.expr]) -> Iterator[Edit]:
    """A function of something in its place: exp of a logarithm."""
    if slot.whole and (_is_atom(slot.node) or isinstance(slot.node, ast.BinOp)):
        for function in called:
            text = ast.unparse(function)
            if not isinstance(slot.parent, ast.Attribute) and text != ast.unparse(slot.node):
                yield _edit("call", slot, ast.Call(function, [slot.node], []), text)


def _replaced(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    """A name in the place of something that is computed."""
    if slot.whole and isinstance(slot.node, ast.BinOp | ast.Call) and slot.around:
        for name in names:
            yield _edit("operand", slot, name, ast.unparse(name))


def _turned(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    """Another name, transposed, in the place of an operand of a matrix product."""
    parent = slot.parent
    in_product = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult)
    if in_product or _called(parent) in ("dot", "matmul"):
        for name in names:
            text = f"{ast.unparse(name)}.T"
            if isinstance(name, ast.Attribute) and name.attr == "T":
                continue
            yield _edit("operand", slot, ast.Attribute(name, "T", ast.Load()), text)


def _factors(slot: Slot, sizes: Iterable[ast.expr]) -> Iterator[Edit]:
    node = slot.node
    if not slot.whole or isinstance(node, ast.Constant | ast.Compare):
        return
    for constant in (2.0, 0.5, 3.0, 4.0, 0.25):
        yield _edit(
            "constant", slot, ast.BinOp(_number(constant), ast.Mult(), node), repr(constant)
        )
    for size in sizes:
        text = ast.unparse(size)
        yield _edit("size", slot, ast.BinOp(node, ast.Div(), size), "/" + text)
        yield _edit("size", slot, ast.BinOp(node, ast.Mult(), size), "*" + text)
        root = ast.BinOp(size, ast.Pow(), ast.Constant(0.5))
        yield _edit("root", slot, ast.BinOp(node, ast.Div(), root), "/" + text)
        yield _edit("root", slot, ast.BinOp(node, ast.Mult(), root), "*" + text)


def _summed(slots: Iterable[Slot]) -> Iterator[Edit]:
    for slot in slots:
        if _is_term(slot) or (isinstance(slot.parent, ast.expr) and slot.whole):
            for axis in (0, -1, 1):
                for keep in (False, True):
                    call = ast.Call(
                        ast.Attribute(slot.node, "sum", ast.Load()), [_number(axis)], []
                    )
                    if keep:
                        call.keywords = [ast.keyword("keepdims", ast.Constant(True))]
                    yield _edit("sum", slot, call, repr(axis))


def _multiplied(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    node = slot.node
    if not slot.whole or isinstance(node, ast.Constant | ast.Compare):
        return
    for name in names:
        text = ast.unparse(name)
        for kind, form in (
            ("factor", "{v}"), ("slope", "1 - {v}"), ("slope", "1 - {v} ** 2"),
            ("slope", "{v} * (1 - {v})"), ("slope", "{v} > 0"), ("over", "{v}"),
            ("factor", "{v}[:, None]"),
        ):  # fmt: skip
            by = _parsed(form.format(v=text))
            op = ast.Div() if kind == "over" else ast.Mult()
            yield _edit(kind, slot, ast.BinOp(node, op, by), text)


def _added(slot: Slot, names: Iterable[ast.expr]) -> Iterator[Edit]:
    if not slot.whole or isinstance(slot.node, ast.Compare):
        return
    for name in names:
        for op in (ast.Add(), ast.Sub()):
            yield _edit("term", slot, ast.BinOp(slot.node, op, name), ast.unparse(name))


def _is_exponent(slot: Slot) -> bool:
    parent = slot.parent
    return (
        isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and slot.field == "right"
    )


def _called(node: Any) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _plain(node: ast.expr | None) -> Any:
    """The number that a constant is, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _plain(node.operand)
        return -value if isinstance(value, int | float) else None
    return node.value if isinstance(node, ast.Constant) else None


def _number(value: Any) -> ast.expr:
    if value is not None and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def moved(statement: ast.stmt, function: ast.FunctionDef) -> Iterator[Edit]:
    """An update in place, done after everything else."""
    if not (isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Sub)):
        return
    end = len(function.body) - isinstance(function.body[-1], ast.Return)
    if statement not in function.body[: end - 1]:
        return
    at = function.body.index(statement)

    def put() -> Callable[[], None]:
        del function.body[at]
        function.body.insert(end - 1, statement)

        def undo() -> None:
            del function.body[end - 1]
            function.body.insert(at, statement)

        return undo

    yield Edit("order", statement.lineno, statement, statement, put)
