"""Edits of whole statements: ``+=`` for ``=``, a copy for an alias, order, turns of loops."""

import ast
from collections.abc import Callable, Iterator

from oracle.diagnosis.repair.slots import (
    Edit,
    Slot,
    called_by,
    edit,
    indices,
    number,
    parsed,
    plain,
)


def accumulated(statement: ast.stmt, function: ast.FunctionDef) -> Iterator[Edit]:
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
    looked_up = [n for n in indices(targets[0].slice) if not _is_plain(n)] if indexed else []
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Subscript) and plain(statement.value) == 0:
            new = ast.copy_location(ast.Pass(), statement)  # to add 0 would do the same
            yield Edit("zeroed", statement.lineno, statement, new, within(new))
        elif isinstance(target, ast.Name | ast.Subscript | ast.Attribute):
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
    if looked_up:  # an index may be repeated
        held = ast.unparse(targets[0].value)
        at = ", ".join(map(_as_object, indices(targets[0].slice)))
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


def _is_plain(node: ast.expr) -> bool:
    """An index that no entry comes up twice in: a slice, a number, ..., None."""
    return isinstance(node, ast.Slice) or isinstance(plain(node), int) or (
        isinstance(node, ast.Constant) and node.value in (None, ...)
    )  # fmt: skip


def _as_object(node: ast.expr) -> str:
    """An index as one writes it outside of brackets: ``slice(None)`` for ``:``."""
    if not isinstance(node, ast.Slice):
        return ast.unparse(node)
    parts = (ast.unparse(p) if p else "None" for p in (node.lower, node.upper, node.step))
    return f"slice({', '.join(parts)})"


def copied(statement: ast.stmt, function: ast.FunctionDef) -> Iterator[Edit]:
    """``dz = dy.copy()`` for ``dz = dy``, if something is written to dz later on."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Name | ast.Attribute):
        return
    for node in ast.walk(function):
        written: ast.expr | None = node.target if isinstance(node, ast.AugAssign) else None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            written = node.targets[0]
        while isinstance(written, ast.Subscript):
            written = written.value
        if isinstance(written, ast.Name) and written.id == target.id:
            for how in ("copy", "clone"):
                slot = Slot(statement, "value", None, statement)
                called = ast.Call(ast.Attribute(value, how, ast.Load()), [], [])
                yield edit("copy", slot, called)
            return


def moved(statement: ast.stmt, function: ast.FunctionDef) -> Iterator[Edit]:
    """An update in place, done after everything else."""
    if not _is_update(statement):
        return
    end = len(function.body) - isinstance(function.body[-1], ast.Return)
    if statement not in function.body[: end - 1]:
        return
    body, at = function.body, function.body.index(statement)
    yield Edit("order", statement.lineno, statement, statement, _to(body, at, body, end - 1))


def updates_moved(function: ast.FunctionDef) -> Iterator[Edit]:
    """All edits of a function that do one update after everything else."""
    for statement in function.body:
        yield from moved(statement, function)


def _is_update(statement: ast.stmt) -> bool:
    """``W -= ...``, or ``W = W - ...``."""
    if isinstance(statement, ast.AugAssign):
        return isinstance(statement.op, ast.Sub)
    if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.BinOp):
        return False
    same = ast.unparse(statement.value.left) == ast.unparse(statement.targets[0])
    return same and isinstance(statement.value.op, ast.Sub)


def balanced(statement: ast.stmt) -> Iterator[Edit]:
    """One entry of a row becomes minus the sum of the others: ``ds[n, y] = -ds.sum(axis=1)``."""
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    if len(targets) != 1 or not isinstance(targets[0], ast.Subscript):
        return
    at = indices(targets[0].slice)
    if len(at) != 2 or any(isinstance(index, ast.Slice | ast.Constant) for index in at):
        return
    total = parsed(f"{ast.unparse(targets[0].value)}.sum(axis=1)")
    slot = Slot(statement, "value", None, statement)
    if isinstance(statement, ast.Assign):
        yield edit("term", slot, ast.UnaryOp(ast.USub(), total))
    elif isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Sub):
        yield edit("term", slot, total)


def indented(statement: ast.stmt, function: ast.FunctionDef) -> Iterator[Edit]:
    """A statement that stands behind a loop, or a condition in it, and belongs at its end."""
    for parent in ast.walk(function):
        held = getattr(parent, "body", None)
        if not isinstance(held, list) or statement not in held or held[0] is statement:
            continue
        at = held.index(statement)
        block = held[at - 1]
        while isinstance(block, ast.For | ast.While | ast.If):
            inner = block.body
            put = _to(held, at, inner, len(inner))
            yield Edit("nest", statement.lineno, statement, statement, put)
            block = inner[-1]


def returned(function: ast.FunctionDef) -> Iterator[Edit]:
    """The edit of a return at the end of a loop, which ends the loop after its first turn."""
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While)]
    for loop in loops:
        last = loop.body[-1]
        if not isinstance(last, ast.Return):
            continue
        for block, at in _around(function, loop):
            put = _to(loop.body, len(loop.body) - 1, block, at + 1)
            yield Edit("return", last.lineno, last, last, put)


def _around(function: ast.FunctionDef, inner: ast.AST) -> Iterator[tuple[list[ast.stmt], int]]:
    """The blocks that a statement stands in, the innermost first, and where."""
    while inner is not function:
        for node in ast.walk(function):
            blocks = (getattr(node, name, None) for name in ("body", "orelse", "finalbody"))
            held = next((b for b in blocks if isinstance(b, list) and inner in b), None)
            if held is not None:
                yield held, held.index(inner)
                inner = node
                break
        else:
            return


def _to(
    held: list[ast.stmt], at: int, into: list[ast.stmt], place: int
) -> Callable[[], Callable[[], None]]:
    """Takes a statement out of one block and puts it into another, or elsewhere into the same."""

    def put() -> Callable[[], None]:
        into.insert(place, held.pop(at))
        return lambda: held.insert(at, into.pop(place))

    return put


def turns(function: ast.FunctionDef) -> Iterator[Edit]:
    """A loop that stops one turn too early, begins one too late, or makes one too many."""
    for loop in ast.walk(function):
        if not isinstance(loop, ast.For):
            continue
        for call in ast.walk(loop.iter):
            if not isinstance(call, ast.Call) or called_by(call) != "range":
                continue
            for i, bound in enumerate(call.args[:2]):
                slot = Slot(call, "args", i, loop, (call,), whole=False)
                value = plain(bound)
                for by in (1, -1):
                    if isinstance(value, int):
                        yield edit("turns", slot, number(value + by))
                    else:
                        op = ast.Add() if by > 0 else ast.Sub()
                        yield edit("turns", slot, ast.BinOp(bound, op, number(1)))
