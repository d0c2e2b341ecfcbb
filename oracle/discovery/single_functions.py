"""Single functions by their text: value and pullback, value and gradient, static methods."""

import ast

from oracle.discovery import naming
from oracle.discovery.text import functions, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text

BOTH_IN_ONE = ("fmin_l_bfgs_b", "fmin_tnc")  # without fprime, they take value and gradient


def is_static(node: Function) -> bool:
    return any(
        isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod")
        for d in node.decorator_list
    )


def is_method(user: Text, name: str) -> bool:
    return "." in name and not is_static(user.functions[name])


def pullback(node: Function) -> str:
    """The name of the inner function that is returned beside a value; "" if there is none.

    Where the first thing returned is such a function too, it makes functions and no value.
    """
    returned = [
        (part.value.elts[0], part.value.elts[-1])
        for part in functions.own_nodes(node)
        if isinstance(part, ast.Return)
        and isinstance(part.value, ast.Tuple)
        and len(part.value.elts) > 1
        and isinstance(part.value.elts[-1], ast.Lambda | ast.Name)
    ]
    if not returned:
        return ""
    parts = functions.all_nodes(node)
    inner = {part.name for part in parts if isinstance(part, Function) and part is not node}
    for part in functions.own_nodes(node):
        if isinstance(part, ast.Assign) and isinstance(part.value, ast.Lambda):
            inner.update(t.id for t in part.targets if isinstance(t, ast.Name))
    for first, last in returned:
        if isinstance(first, ast.Lambda) or (isinstance(first, ast.Name) and first.id in inner):
            continue
        if isinstance(last, ast.Lambda):
            return "<lambda>"
        if isinstance(last, ast.Name) and last.id in inner:
            return last.id
    return ""


def takes_both(call: ast.Call) -> bool:
    """True for an optimizer that takes value and gradient in one, unless told otherwise."""
    called = ast.unparse(call.func).rpartition(".")[2]
    told = {"fprime", "approx_grad"} & {word.arg for word in call.keywords}
    return called in BOTH_IN_ONE and not told and 0 < len(call.args) < 3


def is_handed_over(user: Text, name: str) -> bool:
    """True if an optimizer takes value and gradient of it: ``minimize(f, x, jac=True)``."""
    for call in user.calls:
        called = ast.unparse(call.func).rpartition(".")[2]
        jac = next((word.value for word in call.keywords if word.arg == "jac"), None)
        both = called == "minimize" and isinstance(jac, ast.Constant) and jac.value is True
        if (both or takes_both(call)) and call.args and ast.unparse(call.args[0]) == name:
            return True
    return False


def says_value_and_gradient(name: str, node: Function) -> bool:
    words = set(naming.tokens(name))
    items = returns.items(node) or []
    if not returns.tuple_length(node) or len(items) < 2:
        return False
    valued = words & (naming.LOSS | {"value", "val"})
    gradients = words & (naming.GRADIENT | {"deltas", "backprop", "backward"})
    if valued and gradients:
        return True
    if not valued:
        return False
    rest = [item for item in items if naming.looks_like_gradient(item.name) or item.entries]
    return len(rest) == len(items) - 1 or _returns_made_of_gradients(node)


def _reshaped(node: ast.expr) -> ast.expr:
    """The array of which a method is called last: ``dx`` of ``dx.reshape(N, T, V)``."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id in ("np", "numpy", "torch"):
            break
        node = owner
    return node


def _returns_made_of_gradients(node: Function) -> bool:
    """``return J, np.r_[X_grad.ravel(), T_grad.ravel()]`` or ``return J, dx.reshape(N, T, V)``."""
    last = returns.last_return(node)
    if last is None or not isinstance(last.value, ast.Tuple):
        return False
    value, *rest = last.value.elts
    used = [{n.id for n in ast.walk(_reshaped(e)) if isinstance(n, ast.Name)} for e in rest]
    used = [names - {"np", "numpy"} for names in used]
    named = all(names and all(map(naming.looks_like_gradient, names)) for names in used)
    return named and isinstance(value, ast.Name) and not naming.looks_like_gradient(value.id)
