"""Return statements: the items that a function returns, and what they tell of its gradients."""

import ast
import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from oracle.discovery import naming
from oracle.discovery.text import usage
from oracle.discovery.text.assignments import assigned, assigned_text, last_value
from oracle.discovery.text.functions import Function, own_nodes, parameters
from oracle.discovery.text.origins import RATES


@dataclass(frozen=True)
class Item:
    """One thing that a function returns: its name, or "", the user's text for it, and its line."""

    name: str
    text: str
    line: int
    entries: tuple["Item", ...] = ()  # of a dict that is written out, by key


@functools.cache
def items(node: Function | ast.Lambda | None) -> list[Item] | None:
    """The items of a function's last return statement; one item if that is no tuple."""
    if node is None:
        return None
    if isinstance(node, ast.Lambda):
        elements = node.body.elts if isinstance(node.body, ast.Tuple) else [node.body]
        return [Item(_name(e), getattr(e, "id", ""), e.lineno) for e in elements]
    last = last_return(node)
    if last is None:
        return None
    value = last.value
    if isinstance(value, ast.Name):  # out = (a, b); return out
        assigned = last_value(node, value.id, last.lineno)
        if isinstance(assigned, ast.Tuple):
            value = assigned
    assert value is not None
    elements = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return [item(node, element, last.lineno) for element in elements]


def tuple_length(node: Function | None) -> int:
    """How many things the last return statement returns as a tuple; 0 if it is none.

    A list that begins with a loss, ``return [cost, grad]``, is meant as one.
    """
    last = last_return(node) if node is not None else None
    value = last.value if last is not None else None
    if isinstance(value, ast.List) and len(value.elts) > 1 and _is_loss(_name(value.elts[0])):
        return len(value.elts)
    return len(value.elts) if isinstance(value, ast.Tuple) else 0


def last_return(node: Function) -> ast.Return | None:
    """The last return statement of a function that returns something."""
    own = [n for n in own_nodes(node) if isinstance(n, ast.Return) and n.value is not None]
    return own[-1] if own else None


def item(function: Function, node: ast.expr, before: int) -> Item:
    """An expression that a function returns, as an item."""
    name = _name(node)
    if isinstance(node, ast.Name):
        entries: tuple[Item, ...] = ()
        value = last_value(function, node.id, before)
        if (held := _written_out(value)) is not None:
            entries = _entries(function, held, before)
        return Item(name, name, assigned(function, name, before), entries)
    if (held := _written_out(node)) is not None:
        return Item("", "", node.lineno, _entries(function, held, before))
    if isinstance(node, ast.Attribute | ast.Subscript):
        text = ast.unparse(node).replace("'", '"')
        return Item(name, text, assigned_text(function, text) or node.lineno)
    scaled = _times_upstream(function, node)
    return item(function, scaled, before) if scaled else Item("", "", node.lineno)


def _times_upstream(function: Function, node: ast.expr) -> ast.Name | None:
    """``dW`` of ``return dW * dout``, where nothing else uses the upstream: so dW lacks it."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
        return None
    given = parameters(function)
    factors = [f for f in (node.left, node.right) if isinstance(f, ast.Name)]
    own = [f for f in factors if f.id not in given and naming.stems_of_gradient(f.id)]
    sent = [f.id for f in factors if f.id in given]
    if not own or not sent:
        return None
    last = last_return(function)
    within = {id(part) for part in ast.walk(last)} if last is not None else set()
    uses = (n for n in own_nodes(function) if isinstance(n, ast.Name) and n.id in sent)
    return own[0] if all(id(use) in within for use in uses) else None


def _written_out(node: ast.expr | None) -> ast.Dict | None:
    """``{"W": dW}`` or ``dict(W=dW)``, as a dict that is written out."""
    if isinstance(node, ast.Dict):
        return node
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
    if not isinstance(node, ast.Call) or called != "dict" or node.args or not node.keywords:
        return None
    given = [(k.arg, k.value) for k in node.keywords if k.arg]
    return ast.Dict([ast.Constant(name) for name, _ in given], [value for _, value in given])


def fields_given(function: Function | None, fields: Sequence[str]) -> Item | None:
    """The fields of the object that ``return Grads(dx, W=dW)`` makes, as an item with entries."""
    last = last_return(function) if function is not None else None
    if function is None or last is None:
        return None
    value = last.value
    if isinstance(value, ast.Name):
        value = last_value(function, value.id, last.lineno)
    if not isinstance(value, ast.Call):
        return None
    given = [*zip(fields, value.args), *((k.arg, k.value) for k in value.keywords if k.arg)]
    keys: list[ast.expr | None] = [ast.Constant(name) for name, _ in given]
    held = ast.Dict(keys, [part for _, part in given])
    return Item("", "", value.lineno, _entries(function, held, last.lineno))


def _entries(function: Function, node: ast.Dict, before: int) -> tuple[Item, ...]:
    found = []
    for key, value in zip(node.keys, node.values):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            name = _name(value)
            line = assigned(function, name, before) if isinstance(value, ast.Name) else value.lineno
            held = name if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) else ""
            found.append(Item(key.value, held, line))
    return tuple(found)


def _name(node: ast.expr) -> str:
    """The bare name of something: ``dW`` of ``dW``, of ``self.dW`` and of ``grads["dW"]``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value if isinstance(node.slice.value, str) else ""
    if isinstance(node, ast.Call):  # dW.T, np.array(dW), dW.reshape(...): the name within
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            inner = node.func.value.id
            if inner not in ("np", "numpy", "math"):
                return inner
        if len(node.args) >= 1 and isinstance(node.args[0], ast.Name):
            return node.args[0].id if _converts(node.func) else ""
    return ""


def _converts(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("array", "asarray", "float", "squeeze", "ravel", "copy", "tuple", "list")


def written_out(node: Function, name: str) -> list[Item]:
    """The names in a tuple or list that a name, or the return statement, holds."""
    for part in reversed(list(own_nodes(node))):
        value: ast.expr | None = None
        if isinstance(part, ast.Assign) and name:
            if any(isinstance(t, ast.Name) and t.id == name for t in part.targets):
                value = part.value
        elif isinstance(part, ast.Return) and isinstance(part.value, ast.Tuple) and not name:
            inner = [e for e in part.value.elts if isinstance(e, ast.Tuple | ast.List)]
            value = inner[0] if inner else None
        if isinstance(value, ast.Tuple | ast.List):
            return [item(node, e, part.lineno) for e in value.elts]  # type: ignore[attr-defined]
    return []


def outputs(node: Function | None) -> tuple[list[str], bool]:
    """The names of what a forward returns as a tuple, and whether its first part was one itself.

    ``return (next_h, next_c), cache`` has three, as ``return next_h, next_c, cache`` has.
    """
    last = last_return(node) if node is not None else None
    if node is None or last is None or not isinstance(last.value, ast.Tuple):
        return [], False
    names = [item.name for item in items(node) or []]
    first = last.value.elts[0] if last.value.elts else None
    if not isinstance(first, ast.Tuple):
        return names, False
    return [*(item(node, e, last.lineno).name for e in first.elts), *names[1:]], True


def names(node: Function) -> list[str]:
    """The names of all that it returns, in tuples and dicts as well."""
    found = []
    for item in items(node) or []:
        for one in item.entries or written_out(node, item.name) or [item]:
            found.append(one.name)
    return found


def loss_and_gradients(node: Function, more: Collection[str] = ()) -> bool:
    """True if a function returns a loss first, and then only gradients of its own parameters.

    The loss is known by its name, a gradient by being called after a parameter, a parameter's entry
    or one of ``more``. ``return out, dx`` of a forward-mode function is neither, nor is the
    ``(h, dh)`` of a difference.
    """
    found = items(node) or []
    last = last_return(node)
    if tuple_length(node) < 2 or last is None or not isinstance(last.value, ast.Tuple | ast.List):
        return False
    if not _is_loss(found[0].name or _name(last.value.elts[0])):  # loss, or loss.mean()
        return False
    own = parameters(node)
    known = {*own, *more, *(key for name in own for key in usage.subscripts(node, name))}
    rest = found[1:]
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
    """The line where a function clips its gradients; 0 if it does not."""
    for part in own_nodes(node):
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("np.clip"):
            called = clipped_names(node, part)
            if called and all(name and naming.looks_like_gradient(name) for name in called):
                return part.lineno
    return 0


def clipped_names(node: Function, call: ast.Call) -> list[str]:
    """The names of what a call of ``np.clip`` clips, those that a loop goes through included."""
    loops = {
        part.target.id: part.iter.elts
        for part in own_nodes(node)
        if isinstance(part, ast.For) and isinstance(part.target, ast.Name)
        if isinstance(part.iter, ast.Tuple | ast.List)
    }
    targets = [
        target
        for part in own_nodes(node)
        if isinstance(part, ast.Assign) and part.value is call
        for target in part.targets
    ]
    if targets:  # dW = np.clip(X.T @ dZ, -5, 5)
        return [getattr(each, "id", "") or getattr(each, "attr", "") for each in targets]
    looped = [each for a in call.args[:1] for each in loops.get(getattr(a, "id", ""), [a])]
    return [getattr(each, "id", "") or getattr(each, "attr", "") for each in looped]


def _is_loss(name: str) -> bool:
    return naming.has(name, naming.LOSS) or name in naming.LOSS_NAMES


def _is_gradient(name: str, known: Collection[str]) -> bool:
    if name in ("grad", "grads", "gradient", "gradients"):
        return True
    return any(stem in known for stem in naming.stems_of_gradient(name))


# Updated parameters that a function returns: ``return loss, W - lr * dW, b - lr * db``.


@dataclass(frozen=True)
class Updated:
    """A returned value that is a parameter minus a rate times its gradient."""

    place: int  # in what is returned
    parameter: str
    gradient: str  # the user's text for it
    rate: str
    line: int


def updated(node: Function) -> list[Updated]:
    """The updated parameters that a function returns; only those whose rate is an argument."""
    last = last_return(node)
    known = parameters(node)
    found: list[Updated] = []
    parts = last.value.elts if last is not None and isinstance(last.value, ast.Tuple) else []
    for place, part in enumerate(parts):
        if not (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub)):
            continue
        left, right = part.left, part.right
        if not (isinstance(left, ast.Name) and isinstance(right, ast.BinOp)):
            continue
        factors = [right.left, right.right] if isinstance(right.op, ast.Mult) else []
        rates = [f.id for f in factors if isinstance(f, ast.Name) and RATES.match(f.id)]
        if left.id in known and len(rates) == 1 and rates[0] in known:
            (gradient,) = (f for f in factors if ast.unparse(f) != rates[0])
            text = ast.unparse(gradient)
            line = _line(node, text) or part.lineno
            found.append(Updated(place, left.id, text, rates[0], line))
    return found


def _line(node: Function, text: str) -> int:
    """The line of the last assignment to a name; 0 if there is none."""
    assigned = [
        part.lineno
        for part in ast.walk(node)
        if isinstance(part, ast.Assign) and any(ast.unparse(t) == text for t in part.targets)
    ]
    return max(assigned, default=0)
