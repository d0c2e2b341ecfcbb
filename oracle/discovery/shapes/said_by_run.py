"""The shapes and values in a run line: shapes behind ``with``, and values in Python.

``# oracle: run Net([4, H], act=Tanh()).backward(X, Y) with X: N 4, Y: N H onehot`` says the shapes
of X and Y, and what the constructor's arguments are: H in a value is the size of that name.
"""

import ast
import builtins
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.given import given
from oracle.discovery.shapes import grammar
from oracle.discovery.shapes.grammar import Said, Shapes
from oracle.discovery.text import comments
from oracle.discovery.text.comments import RunLine
from oracle.discovery.text.source import Text
from oracle.subject import Unusable, size_names

Called = tuple[ast.Call, Callable[..., Any]]
EXAMPLE = "# oracle: run Net([4, 5, 3], act=Tanh()).backward(X, Y) with X: N 4, Y: N 3 onehot"


def said_by_run(user: Text, name: str) -> Shapes:
    """The shapes and values in the run line above a class or function; {} if there is none.

    Raises:
        Unusable: the line cannot be read; the message says what to write.
    """
    node = user.functions.get(name) or user.classes.get(name)
    lines = comments.run_lines_above(user, name, node) if node is not None else []
    if not lines:
        return {}
    line = lines[-1]
    drawn = grammar.entries(line.shapes, line.line) if line.shapes else {}
    found: Shapes = dict(drawn)
    for call, function in _calls(user, line):
        for own, value in _bound(line, call, function):
            entry = _entry(user, line, own, value, drawn)
            if isinstance(value, ast.Name) and value.id != own:
                inner = [path for path in drawn if path[0] == value.id]
                found.update({(own, *path[1:]): found.pop(path) for path in inner if path in found})
            if entry is not None:
                found[(own,)] = entry
    return found


def _calls(user: Text, line: RunLine) -> Iterator[Called]:
    """The calls of the user's class, method or function in a run line, the outermost one last."""
    outer = line.expression.body
    if not isinstance(outer, ast.Call):
        raise _unlike(line, f"{line.text} is no call")
    inner = outer.func.value if isinstance(outer.func, ast.Attribute) else None
    if not isinstance(inner, ast.Call):
        yield outer, _thing(user, line, outer.func)
        return
    kind = _thing(user, line, inner.func)
    method = getattr(kind, outer.func.attr, None)  # type: ignore[attr-defined]
    if not isinstance(kind, type) or not callable(method):
        raise _unlike(line, f"{ast.unparse(outer.func)} is no method of a class of the file")
    yield inner, kind
    yield outer, _bound_to_self(kind, outer.func.attr, method)  # type: ignore[attr-defined]


def _bound_to_self(kind: type, name: str, method: Any) -> Any:
    """A method as it is called on an object."""
    static = isinstance(inspect.getattr_static(kind, name), staticmethod | classmethod)
    return method if static else method.__get__(object.__new__(kind))


def _thing(user: Text, line: RunLine, node: ast.expr) -> Any:
    try:
        return eval(compile(ast.Expression(node), "<run>", "eval"), dict(user.names))
    except Exception:
        raise _unlike(line, f"nothing in the file is called {ast.unparse(node)}") from None


def _bound(
    line: RunLine, call: ast.Call, function: Callable[..., Any]
) -> Iterator[tuple[str, ast.expr]]:
    """Each argument's name in a call, and the expression for it."""
    try:
        signature = inspect.signature(function)
        words = {word.arg: word.value for word in call.keywords if word.arg is not None}
        bound = signature.bind(*call.args, **words)
    except (TypeError, ValueError) as error:
        raise _unlike(line, f"{ast.unparse(call)} does not fit: {error}") from None
    for name, value in bound.arguments.items():
        if isinstance(value, ast.expr):
            yield name, value


def _entry(user: Text, line: RunLine, own: str, value: ast.expr, drawn: Shapes) -> Said | None:
    """The shape or value that a run line gives an argument; None if the check is to find it."""
    if isinstance(value, ast.Name) and any(path[0] == value.id for path in drawn):
        return drawn.get((value.id,))
    names = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    known = _sizes(drawn)
    means: dict[str, Any] = {}
    free: list[str] = []
    for name in names:
        if name in user.names:
            means[name] = user.names[name]
        elif name in ("np", "numpy"):
            means[name] = np
        elif not hasattr(builtins, name) and not (name in known or name.isupper()):
            free.append(name)
    if not free:
        sizes = tuple(n for n in names if n not in means and not hasattr(builtins, n))
        return Said(literal=given(value, means, sizes))
    if isinstance(value, ast.Name) and (naming.is_upstream(own) or naming.is_cache(own)):
        return None
    raise Unusable(
        f"the run line uses {free[0]}, which is no name of the file and of which nothing is said; "
        f"say its shape: ... with {free[0]}: N D",
        line.line,
    )


def _sizes(drawn: Mapping[Any, Said]) -> set[str]:
    dims = [d for said in drawn.values() for d in (*(said.dims or ()), said.classes) if d]
    return set(size_names(tuple(dims)))


def _unlike(line: RunLine, why: str) -> Unusable:
    return Unusable(f"{why}; a run line is such as {EXAMPLE!r}", line.line)
