"""Classes in a text: torch Functions, and attributes that one method leaves for another."""

import ast
import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from oracle.discovery.text import callers
from oracle.discovery.text.functions import all_nodes, parameters
from oracle.discovery.text.source import Text


def that_leaves(user: Text, own: Mapping[str, str], forward: str, backward: str) -> str:
    """The method that is run before a backward: the one that leaves all that the backward reads.

    ``loss(x, y)`` keeps the probabilities and targets that ``backward()`` starts from, and calls
    ``forward(x)`` itself. Without such a method, the forward as it is.
    """
    before = {m for m in own if m != backward}
    needed = _read(user, own, backward) & _left(user, own, *before)
    open_ = needed - _left(user, own, "__init__", backward, forward)
    open_ -= _read(user, own, forward)  # a set-up makes it: fit(X) the weights
    if not open_:
        return forward
    calls = [m for m in before if forward in _called(user, own, m) and m != forward]
    fits = [m for m in calls if open_ <= _left(user, own, m)]
    return fits[0] if len(fits) == 1 else forward


def _attributes(user: Text, own: Mapping[str, str], method: str, *contexts: type) -> set[str]:
    """The attributes of ``self`` in a method that stand in some contexts."""
    node = user.functions.get(own.get(method, ""))
    return {
        part.attr
        for part in (all_nodes(node) if node is not None else ())
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, contexts)
        if isinstance(part.value, ast.Name) and part.value.id == "self"
    }


def _read(user: Text, own: Mapping[str, str], method: str) -> set[str]:
    return _attributes(user, own, method, ast.Load) - own.keys()


def _left(user: Text, own: Mapping[str, str], *methods: str) -> set[str]:
    """The attributes that some methods set, and the methods that they call."""
    queue, seen, found = list(methods), set[str](), set[str]()
    while queue:
        method = queue.pop()
        if method not in seen:
            seen.add(method)
            found |= _attributes(user, own, method, ast.Store)
            queue += _called(user, own, method)
    return found


def _called(user: Text, own: Mapping[str, str], method: str) -> set[str]:
    return _attributes(user, own, method, ast.Load) & own.keys()


def derived(user: Text, name: str) -> list[tuple[Text, str]]:
    """The classes that derive from one at first hand, in its text and in those of its package."""
    short = name.rpartition(".")[2]
    return [
        (text, other)
        for text in callers.near(user, short)
        for other, node in text.classes.items()
        if any(ast.unparse(base).rpartition(".")[2] == short for base in node.bases)
        if text is not user or other != name
    ]


def is_placeholder(user: Text, name: str, method: str) -> bool:
    """True if a method only holds a place: all classes that derive from its own write it anew.

    It reads nothing that it is given, nor anything that another method leaves: it can give no
    gradient. ``return np.zeros(self.n_in)``, with n_in from the constructor.
    """
    own = user.methods(name)
    node = user.functions.get(own.get(method, ""))
    if node is None or not own[method].startswith(f"{name}."):
        return False
    read = {n.id for n in all_nodes(node) if isinstance(n, ast.Name)}
    others = [m for m in own if m not in ("__init__", method)]
    if read & {*parameters(node)} or _left(user, own, *others) & _read(user, own, method):
        return False
    below = derived(user, name)
    return bool(below) and all(f"{other}.{method}" in text.functions for text, other in below)


# Torch Functions and custom operators in a text.

BASES = ("Function", "InplaceFunction")


def is_function(user: Text, name: str) -> bool:
    """True if a class is a ``torch.autograd.Function``, by way of other classes of the file too."""
    node = user.classes.get(name)
    for base in node.bases if node is not None else ():
        text = ast.unparse(base)
        if text.rpartition(".")[2] in BASES or text in aliases(user.tree):
            return True
        if text != name and is_function(user, text):
            return True
    return False


@functools.cache
def aliases(tree: ast.Module) -> set[str]:
    """``F`` of ``from torch.autograd import Function as F``."""
    return {
        alias.asname
        for node in all_nodes(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("torch")
        for alias in node.names
        if alias.name in BASES and alias.asname
    }


class CustomOp(NamedTuple):
    """A function made an operator by ``torch.library.custom_op``, and its backward, by name."""

    forward: str
    backward: str
    setup: str  # "" if there is none


def custom_ops(user: Text) -> Iterator[CustomOp]:
    """The custom operators for which ``register_autograd`` names a backward."""
    ops = {name: _op_name(node) for name, node in user.functions.items()}
    ops = {name: op for name, op in ops.items() if op is not None}
    for node in ast.walk(user.tree) if ops else ():
        if not isinstance(node, ast.Call):
            continue
        text = ast.unparse(node.func)
        if not text.endswith("register_autograd"):
            continue
        owner, given = text.rpartition(".")[0], list(node.args)
        forward = owner if owner in ops else ""
        if not forward and given and isinstance(given[0], ast.Constant):
            op = ast.literal_eval(given.pop(0))
            forward = next((n for n, known in ops.items() if known == op), "")
        backward = ast.unparse(given[0]) if given else ""
        setup = next((ast.unparse(k.value) for k in node.keywords if k.arg == "setup_context"), "")
        if forward and backward in user.functions:
            yield CustomOp(forward, backward, setup if setup in user.functions else "")


def _op_name(node: ast.AST) -> str | None:
    """``"mine::scale"`` of a function below ``@torch.library.custom_op("mine::scale", ...)``."""
    for decorator in getattr(node, "decorator_list", []):
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("custom_op"):
            first = decorator.args[0] if decorator.args else None
            return str(first.value) if isinstance(first, ast.Constant) else ""
    return None
