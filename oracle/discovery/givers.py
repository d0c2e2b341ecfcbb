"""Functions and methods that give gradients, by what the code does with what they return.

A parameter moves against what a function returned, at a rate; an optimizer is handed the function;
or it returns a number and as many arrays as it takes. So no name is asked, in whatever language.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace

from oracle.discovery import naming
from oracle.discovery.candidate import Candidate
from oracle.discovery.single_functions import is_method, is_static, takes_both
from oracle.discovery.text import functions, returns
from oracle.discovery.text.assignments import bare, root
from oracle.discovery.text.functions import Function
from oracle.discovery.text.origins import Known, Origins
from oracle.discovery.text.received import Scope, scopes
from oracle.discovery.text.returns import Item
from oracle.discovery.text.source import Text
from oracle.discovery.text.steps import moved
from oracle.subject import Way

NONE: frozenset[str] = frozenset()
MOST_NAMES = 3  # by way of which a value is followed to the sum that it is


def givers(user: Text) -> frozenset[str]:
    """The functions by whose results parameters move, and those that optimizers are handed."""
    key = ("givers",)
    if key not in user.known:
        found = {*_stepped_by(user), *_minimised(user)}
        user.known[key] = frozenset(n for n in found if _returns(user.functions[n]))
    known: frozenset[str] = user.known[key]
    return known


def _returns(node: Function) -> bool:
    return returns.last_return(node) is not None and not functions.is_abstract(node)


def _stepped_by(user: Text) -> Iterator[str]:
    """The functions by whose results a parameter moves, by way of other functions as well."""
    known = Known(user, NONE, NONE, NONE, NONE)
    steppers: set[tuple[str, str]] = set()  # functions that step by one of their parameters
    for scope in scopes(user):
        for _, gradient in moved(Origins(known, scope.name, scope.node), scope.node):
            given, own = scope.sources(gradient)
            yield from given
            steppers |= {(scope.name, name) for name in own}
    for scope in scopes(user):
        for call in functions.own_nodes(scope.node):
            if isinstance(call, ast.Call):
                for argument in _handed(scope, call, steppers):
                    yield from scope.sources(argument)[0]


def _handed(scope: Scope, call: ast.Call, steppers: set[tuple[str, str]]) -> Iterator[ast.expr]:
    """The arguments of a call that the function called steps by."""
    called = scope.called(call)
    names = [name for owner, name in steppers if owner == called]
    given = functions.parameters(scope.user.functions[called]) if names else []
    for at, argument in enumerate(call.args):
        starred = isinstance(argument, ast.Starred)
        if names and (starred or (at < len(given) and given[at] in names)):
            yield argument
    yield from (word.value for word in call.keywords if word.arg in names)


def _minimised(user: Text) -> Iterator[str]:
    """The functions that an optimizer is handed as value and gradient in one."""
    for scope in scopes(user):
        for call in functions.own_nodes(scope.node):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            words = {word.arg: ast.unparse(word.value) for word in call.keywords}
            if takes_both(call) or words.get("jac") == "True":
                first = call.args[0]
                first = first.body.func if isinstance(first, ast.Lambda) and isinstance(
                    first.body, ast.Call
                ) else first  # fmt: skip
                name = scope.called(ast.copy_location(ast.Call(first, [], []), call))
                yield from [name] if name else []


# -- the derivations that they may be --------------------------------------------------------------


def derivations(user: Text, found: Sequence[Candidate]) -> Iterator[tuple[Candidate, bool, bool]]:
    """Candidates among the functions that give gradients, beside those found; a run decides.

    Beside each stands if names say that it gives gradients, and if the code uses them as such.
    """
    taken = {part for c in found for role, part in c.parts.items() if role != "class"}
    known = givers(user)
    classes = {c.of("class") for c in found} - {""}
    giving = {c.of("function") or c.of("backward") for c in found}  # it is judged there
    for name, node in user.functions.items():
        owner = name.rpartition(".")[0]
        if name in taken or functions.is_abstract(node):
            continue
        if name not in known and (owner in classes or _calls_one_of(node, giving)):
            continue
        if owner in user.functions or naming.has(name.rpartition(".")[2], naming.NOT_A_DERIVATION):
            continue
        in_one = _value_and_gradients(user, name, node, name in known)
        if in_one is not None:
            yield *in_one, name in known
        if is_method(user, name) and (name in known or _gives_by_name(node)):
            for one in _with_losses(user, name, owner):
                yield one, True, name in known


def _calls_one_of(node: Function, names: set[str]) -> bool:
    calls = (part for part in functions.own_nodes(node) if isinstance(part, ast.Call))
    return any(isinstance(call.func, ast.Name) and call.func.id in names for call in calls)


def _value_and_gradients(
    user: Text, name: str, node: Function, is_giver: bool
) -> tuple[Candidate, bool] | None:
    """A function that returns a value and then gradients, by their names, use or number."""
    last = returns.last_return(node)
    parts = last.value.elts if last is not None and isinstance(last.value, ast.Tuple) else []
    named = [_is_named(node, part) for part in parts]
    if len(parts) < 2 or named[0]:
        return None
    own = functions.parameters(node)
    is_said = is_giver or all(_is_of(node, part, own) for part in parts[1:])
    as_many = len(parts) == 1 + len(functions.required(node)) > 2
    is_value = _is_number(node, parts[0])
    is_said = is_said or (is_value and all(_is_made_of(part) for part in parts[1:]))
    if not is_said and (is_method(user, name) or not (any(named) or as_many or is_value)):
        return None
    of = {"class": name.rpartition(".")[0]} if is_method(user, name) else {}
    return Candidate(name, Way.VALUE_AND_GRADIENT, node.lineno, of | {"function": name}), is_said


def _is_made_of(part: ast.expr) -> bool:
    """True if a returned item is computed from what is called a gradient: ``grad / n``."""
    names = {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
    return any(naming.has(name, naming.GRADIENT) for name in names)


def _is_number(function: Function, part: ast.expr, deep: int = 0) -> bool:
    """True if a value is a sum or mean of all entries of something, or is added up from 0."""
    if isinstance(part, ast.BinOp):
        ends = {ast.unparse(part).partition(" ")[0], ast.unparse(part.right)}
        if isinstance(part.op, ast.MatMult):  # w @ w, or w @ A @ w
            return len(ends) == 1
        return any(_is_number(function, side, deep) for side in (part.left, part.right))
    if isinstance(part, ast.UnaryOp):
        return _is_number(function, part.operand, deep)
    if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
        of_module = ast.unparse(part.func.value) in ("np", "numpy", "torch", "jnp")
        whole = len(part.args) == of_module and not part.keywords
        return whole and part.func.attr in ("sum", "mean", "average")
    if not isinstance(part, ast.Name) or deep > MOST_NAMES:
        return False
    made = [n for n in functions.own_nodes(function) if _assigns(n, part.id)]
    added = any(isinstance(node, ast.AugAssign) for node in made)
    values = [n.value for n in made if isinstance(n, ast.Assign)]
    if added and any(isinstance(v, ast.Constant) and v.value == 0 for v in values):
        return True
    return any(_is_number(function, value, deep + 1) for value in values[-1:])


def _assigns(node: ast.AST, name: str) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    is_one = isinstance(node, ast.Assign | ast.AugAssign)
    return is_one and any(isinstance(t, ast.Name) and t.id == name for t in targets)


def _is_named(function: Function, part: ast.expr) -> bool:
    """True if a returned item, or all that a tuple or dict holds, is named like a gradient."""
    of_keys, names = _names(function, part)
    return of_keys or all(bool(name) and naming.looks_like_gradient(name) for name in names)


def _is_of(function: Function, part: ast.expr, own: Sequence[str]) -> bool:
    """True if a returned item is named like the gradient of an argument, or of its dict key."""
    of_keys, names = _names(function, part)
    return of_keys or all(any(naming.is_gradient_of(n, one) for one in own) for n in names)


def _names(function: Function, part: ast.expr) -> tuple[bool, list[str]]:
    """True if all entries of a dict are named like gradients of their keys; else all the names."""
    item = returns.item(function, part, part.lineno)
    if item.entries:
        return all(naming.is_gradient_of(e.text, e.name) for e in item.entries), [""]
    elements = part.elts if isinstance(part, ast.Tuple | ast.List) else [part]
    return False, [item.name] if item.name else [root(e) for e in elements]


def _gives_by_name(node: Function) -> bool:
    """True if all that a method returns is named like gradients."""
    last = returns.last_return(node)
    if last is None or last.value is None:
        return False
    parts = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    return all(_is_named(node, part) for part in parts)


def _with_losses(user: Text, name: str, owner: str) -> Iterator[Candidate]:
    """A method that gives gradients, with each other method that may compute its loss."""
    if owner not in user.classes:
        return
    given = set(functions.parameters(user.functions[name]))
    for method, own in user.methods(owner).items():
        node = user.functions[own]
        asked = set(functions.required(node))
        if own == name or method.startswith("__") or is_static(node) or not _returns(node):
            continue
        if bool(given) > bool(asked & given) or returns.tuple_length(node):
            continue
        if any(getattr(p, "attr", "") == name.rpartition(".")[2] for p in ast.walk(node)):
            continue  # it trains
        parts = {"class": owner, "forward": own, "backward": name}
        yield Candidate(owner, Way.LAYER, user.classes[owner].lineno, parts)


# -- which parameter each thing that is returned moves ---------------------------------------------


def named_by_moves(user: Text | None, giver: str, items: Sequence[Item]) -> list[Item]:
    """The items that a function returns, named after the parameters that the code moves by them.

    ``dp, ds = self.slopes(X)`` and ``self.w -= rate * dp``: the first one is that of ``w``.
    """
    if user is None:
        return list(items)
    key = ("moved by", giver)
    if key not in user.known:
        user.known[key] = dict(_moved_by(user, giver))
    of: dict[int, str] = user.known[key]
    return [replace(one, name=f"d{of[i]}") if i in of else one for i, one in enumerate(items)]


def _moved_by(user: Text, giver: str) -> Iterator[tuple[int, str]]:
    """The index of each returned gradient, and the parameter that it updates."""
    known = Known(user, NONE, NONE, NONE, NONE)
    for scope in scopes(user):
        places: dict[str, tuple[int, ast.Call]] = {}
        for node in functions.own_nodes(scope.node):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                target = node.targets[0]
                if isinstance(target, ast.Tuple) and scope.called(node.value) == giver:
                    places |= {root(t): (i, node.value) for i, t in enumerate(target.elts)}
        for moved_one, gradient in moved(Origins(known, scope.name, scope.node), scope.node):
            if root(gradient) in places:
                place, call = places[root(gradient)]
                name = _as_argument(user, giver, call, moved_one)
                yield from [(place, name)] if name else []


def _as_argument(user: Text, giver: str, call: ast.Call, moved_one: str) -> str:
    """The parameter that moves, as the giver calls it: its argument, or ``self.W``."""
    if isinstance(call.func, ast.Attribute) and "." in moved_one:
        return bare(moved_one)
    given = dict(zip(functions.parameters(user.functions[giver]), call.args))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    return next((n for n, value in given.items() if ast.unparse(value) == moved_one), "")
