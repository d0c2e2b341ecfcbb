"""What a function's return statement alone tells: a loss, and gradients of what it takes."""

import ast
from collections.abc import Collection

from oracle.discovery import naming
from oracle.discovery.text import functions as text
from oracle.discovery.text.functions import Function, Item


def written_out(node: Function, name: str) -> list[Item]:
    """The names in a tuple or list that a name, or the return statement, holds."""
    for part in reversed(list(text.own_nodes(node))):
        value: ast.expr | None = None
        if isinstance(part, ast.Assign) and name:
            if any(isinstance(t, ast.Name) and t.id == name for t in part.targets):
                value = part.value
        elif isinstance(part, ast.Return) and isinstance(part.value, ast.Tuple) and not name:
            inner = [e for e in part.value.elts if isinstance(e, ast.Tuple | ast.List)]
            value = inner[0] if inner else None
        if isinstance(value, ast.Tuple | ast.List):
            return [text.item(node, e, part.lineno) for e in value.elts]  # type: ignore[attr-defined]
    return []


def outputs(node: Function | None) -> tuple[list[str], bool]:
    """The names of what a forward returns as a tuple, and whether its first part was one itself.

    ``return (next_h, next_c), cache`` has three, as ``return next_h, next_c, cache`` has.
    """
    last = text.last_return(node) if node is not None else None
    if node is None or last is None or not isinstance(last.value, ast.Tuple):
        return [], False
    names = [item.name for item in text.returns(node) or []]
    first = last.value.elts[0] if last.value.elts else None
    if not isinstance(first, ast.Tuple):
        return names, False
    return [*(text.item(node, e, last.lineno).name for e in first.elts), *names[1:]], True


def names(node: Function) -> list[str]:
    """The names of all that it returns, in tuples and dicts as well."""
    found = []
    for item in text.returns(node) or []:
        for one in item.entries or written_out(node, item.name) or [item]:
            found.append(one.name)
    return found


def loss_and_gradients(node: Function, more: Collection[str] = ()) -> bool:
    """Whether it returns a loss first, and then nothing but gradients of its own parameters.

    The loss is known by its name, a gradient by being called after a parameter, a parameter's entry
    or one of ``more``. ``return out, dx`` of a forward-mode function is neither, nor is the
    ``(h, dh)`` of a difference.
    """
    items = text.returns(node) or []
    if text.returns_tuple(node) < 2 or not _is_loss(items[0].name):
        return False
    own = text.parameters(node)
    known = {*own, *more, *(key for name in own for key in text.subscripts(node, name))}
    rest = items[1:]
    if len(rest) > 2 and not rest[-1].name:  # return loss, dWxh, dWhh, dWhy, hs[len(inputs) - 1]
        rest = rest[:-1]
    for item in rest:
        inner = written_out(node, item.name) or [item]
        named = naming.looks_like_gradient(item.name)  # {"W": W} under another name is a cache
        by_key = item.entries and all(
            entry.name in known and (named or (entry.text or entry.name) != entry.name)
            for entry in item.entries
        )
        if not by_key and not all(_is_gradient(i.name, known) for i in item.entries or inner):
            return False
    return True


def clipped(node: Function) -> int:
    """The line where gradients are clipped, which makes them steps rather than gradients; or 0."""
    loops = {
        part.target.id: part.iter.elts
        for part in text.own_nodes(node)
        if isinstance(part, ast.For) and isinstance(part.target, ast.Name)
        if isinstance(part.iter, ast.Tuple | ast.List)
    }
    for part in text.own_nodes(node):
        if not isinstance(part, ast.Call) or not ast.unparse(part.func).endswith("np.clip"):
            continue
        for thing in part.args[:1]:
            looped = loops.get(getattr(thing, "id", ""), [thing])
            called = [getattr(each, "id", "") for each in looped]
            if called and all(name and naming.looks_like_gradient(name) for name in called):
                return part.lineno
    return 0


def _is_loss(name: str) -> bool:
    return naming.has(name, naming.LOSS) or name in naming.LOSS_NAMES


def _is_gradient(name: str, known: Collection[str]) -> bool:
    if name in ("grad", "grads", "gradient", "gradients"):
        return True
    return any(stem in known for stem in naming.stems_of_gradient(name))
