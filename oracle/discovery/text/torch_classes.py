"""Torch Functions and custom operators in a text."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from oracle.discovery.text.source import Text

BASES = ("Function", "InplaceFunction")


def is_function(user: Text, name: str) -> bool:
    """Whether a class is a ``torch.autograd.Function``, by way of other classes of the file too."""
    node = user.classes.get(name)
    aliases = _aliases(user.tree)
    for base in node.bases if node is not None else ():
        text = ast.unparse(base)
        if text.rpartition(".")[2] in BASES or text in aliases:
            return True
        if text != name and is_function(user, text):
            return True
    return False


def has_subclasses(user: Text | None, name: str) -> bool:
    """Whether other classes of the file derive from a class."""
    classes = user.classes.values() if user is not None else ()
    return any(ast.unparse(base) == name for node in classes for base in node.bases)


def _aliases(tree: ast.Module) -> set[str]:
    """``F`` of ``from torch.autograd import Function as F``."""
    return {
        alias.asname
        for node in ast.walk(tree)
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
            op = given.pop(0)
            forward = next((n for n, known in ops.items() if known == op.value), "")
        backward = ast.unparse(given[0]) if given else ""
        setup = next((ast.unparse(k.value) for k in node.keywords if k.arg == "setup_context"), "")
        if forward and backward in user.functions:
            yield CustomOp(forward, backward, setup if setup in user.functions else "")


def _op_name(node: ast.AST) -> str | None:
    """``"mine::scale"`` of a function below ``@torch.library.custom_op("mine::scale", ...)``."""
    for decorator in getattr(node, "decorator_list", []):
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith("custom_op"):
            first = decorator.args[0] if decorator.args else None
            return first.value if isinstance(first, ast.Constant) else ""
    return None
