"""The places of a statement's tree where an expression stands, and what an edit of one is."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

ALONG = ("axis", "dim")
SHORT = 60  # characters: so much of an expression is shown


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
            return _said(self.before), _said(self.after)
        there = _said(around)
        undo = self.put()
        better = _said(around)
        undo()
        return there, better


def _said(node: ast.AST) -> str:
    return ast.unparse(node).replace(" ** ", "**")


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


def slots_of(statement: ast.stmt) -> Iterator[Slot]:
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
        if _is_of_a_library(node):
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


def _is_of_a_library(node: ast.expr) -> bool:
    """``np.c_``, ``math.pi``: what the user's code takes as it is."""
    owner = node.value if isinstance(node, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id in ("np", "numpy", "torch", "math")


def edit(kind: str, slot: Slot, new: ast.expr, word: str = "") -> Edit:
    line = slot.statement.lineno
    _locate(new, slot.node)
    return Edit(kind, line, slot.node, new, lambda: slot.put(new), word, slot.around)


def _locate(new: ast.AST, like: ast.AST) -> None:
    """Give new nodes the line and column of the nodes that they replace."""
    for node in ast.walk(new):
        if "lineno" in node._attributes and not hasattr(node, "lineno"):
            ast.copy_location(node, like)


def is_term(slot: Slot) -> bool:
    """True for an operand of a sum, and for a whole assigned expression."""
    parent = slot.parent
    in_sum = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub)
    return slot.whole and (in_sum or not isinstance(parent, ast.expr))


def is_atom(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return True
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name)
    if isinstance(node, ast.Subscript):
        inner = isinstance(node.value, ast.Name | ast.Attribute) and is_atom(node.value)
        return inner and not any(isinstance(n, ast.Call) for n in ast.walk(node.slice))
    return False


def called_by(node: Any) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def plain(node: ast.expr | None) -> Any:
    """The number that a constant is, with its sign."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = plain(node.operand)
        return -value if isinstance(value, int | float) else None
    return node.value if isinstance(node, ast.Constant) else None


def number(value: Any) -> ast.expr:
    if value is not None and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def indices(node: ast.expr) -> list[ast.expr]:
    """Those of a subscript, one an axis."""
    return node.elts if isinstance(node, ast.Tuple) else [node]
