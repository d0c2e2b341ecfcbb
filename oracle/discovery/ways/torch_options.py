"""Arguments of a ``Function`` that are no tensors: which values the file itself calls it with."""

import ast
from collections.abc import Iterator
from typing import Any

from oracle.discovery.arguments import Parameter, User
from oracle.discovery.text.functions import Function

UNKNOWN = object()


def called_with(user: User, name: str, given: list[Parameter]) -> dict[str, Any]:
    """The values that ``NAME.apply(x, dim, 50)`` says, or the defaults of what calls it so."""
    found: dict[str, Any] = {}
    if user.text is None:
        return found
    applied = {f"{name}.apply", *_aliases(user.text.tree, name)}
    for scope, call in _calls(user):
        if ast.unparse(call.func) in applied:
            for parameter, argument in zip(given, call.args):
                value = _value(user, scope, argument)
                if value is not UNKNOWN:
                    found.setdefault(parameter.name, value)
    return found


def _aliases(tree: ast.Module, name: str) -> Iterator[str]:
    """``f`` of ``f = NAME.apply``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == f"{name}.apply":
            yield from (ast.unparse(target) for target in node.targets)


def _calls(user: User) -> Iterator[tuple[str, ast.Call]]:
    """The calls in the file, each with the qualified name of the function that it stands in."""
    assert user.text is not None
    for scope, node in user.text.functions.items():
        yield from ((scope, part) for part in ast.walk(node) if isinstance(part, ast.Call))
    for statement in user.text.tree.body:
        if not isinstance(statement, Function | ast.ClassDef):
            yield from (("", part) for part in ast.walk(statement) if isinstance(part, ast.Call))


def _value(user: User, scope: str, node: ast.expr) -> Any:
    assert user.text is not None
    try:
        return ast.literal_eval(node)
    except ValueError:
        pass
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
        scope, name = f"{scope.rpartition('.')[0]}.__init__", node.attr
    elif isinstance(node, ast.Name):
        name = node.id
    else:
        return UNKNOWN
    function = user.text.functions.get(scope)
    default = UNKNOWN if function is None else _default(function, name)
    if default is UNKNOWN and isinstance(node, ast.Name):
        default = getattr(user.module, name, UNKNOWN)
    return default if isinstance(default, int | float | str | bool) else UNKNOWN


def _default(function: Function, name: str) -> Any:
    """The default of a parameter, if that is written out."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = list(zip(positional[::-1], arguments.defaults[::-1]))
    with_default += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d]
    for argument, default in with_default:
        if argument.arg == name:
            try:
                return ast.literal_eval(default)
            except ValueError:
                return UNKNOWN
    return UNKNOWN
