"""The scope of a user's file: what the names of an expression mean there, or in a file near it."""

import ast
import builtins
import copy
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.load import load
from oracle.discovery.text import callers
from oracle.discovery.text.source import Text
from oracle.subject import Unusable
from oracle.truth.recording.tape import is_user_file

DEEPEST = 4  # names that stand for other names


class Scope:
    """The names of a user's module, and of the modules of theirs that it imports from."""

    def __init__(self, user: User) -> None:
        self.spaces = list(_spaces(vars(user.module) if user.module is not None else {}))
        self.loaded: dict[str, Mapping[str, Any]] = {user.file: self.spaces[0]}

    def names(self, text: Text, node: ast.expr, line: int, deep: int = 0) -> dict[str, Any] | None:
        """The meanings of the names in an expression of a text; None if one is not known."""
        parts = list(ast.walk(node))
        bound = {part.arg for part in parts if isinstance(part, ast.arg)}
        named = [part for part in parts if isinstance(part, ast.Name)]
        bound |= {part.id for part in named if not isinstance(part.ctx, ast.Load)}
        found: dict[str, Any] = {}
        for part in named:
            if part.id in bound or part.id in found:
                continue
            try:
                found[part.id] = self.thing(text, part.id, line, deep)
            except KeyError:
                return None
        return found

    def spelled_out(self, text: Text, node: ast.expr, line: int) -> ast.expr:
        """An expression with local names replaced by their values, so that each is made anew."""
        for _ in range(DEEPEST):
            spelling = _Spelling(self, text, line)
            node = spelling.visit(copy.deepcopy(node))
            if not spelling.changed:
                break
        return node

    def thing(self, text: Text, name: str, line: int, deep: int = 0) -> Any:
        """The meaning of a name in a text at a line.

        Raises:
            KeyError: nothing says it.
        """
        for space in self.spaces:
            if name in space:
                return space[name]
        if hasattr(builtins, name):
            return getattr(builtins, name)
        if name in ("np", "numpy"):
            return np
        value = callers.assigned(text, name, line)
        if value is not None and deep < DEEPEST:
            names = self.names(text, value, line, deep + 1)
            if names is not None and only_makes(value, names):
                return _evaluated(value, names)
        return self._elsewhere(text, name)

    def _elsewhere(self, text: Text, name: str) -> Any:
        """A function or class that a file near the user's defines."""
        for other in callers.near(text, name):
            if name in other.classes or name in other.functions:
                if other.file not in self.loaded:
                    self.loaded[other.file] = {}
                    try:
                        self.loaded[other.file] = vars(load(Path(other.file)).module)
                    except Unusable:
                        continue
                if name in self.loaded[other.file]:
                    return self.loaded[other.file][name]
        raise KeyError(name)

    def classes(self) -> list[type]:
        """The user's classes that are known here, each once."""
        found = {
            id(thing): thing
            for space in self.spaces
            for thing in list(space.values())
            if isinstance(thing, type) and is_users(thing)
        }
        return list(found.values())


class _Spelling(ast.NodeTransformer):
    """Puts the expression that was assigned to a local name in place of the name."""

    def __init__(self, scope: Scope, text: Text, line: int) -> None:
        self.scope, self.text, self.line = scope, text, line
        self.changed = False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        known = any(node.id in space for space in self.scope.spaces) or hasattr(builtins, node.id)
        value = None if known else callers.assigned(self.text, node.id, self.line)
        if value is None:
            return node
        self.changed = True
        return copy.deepcopy(value)


def is_users(kind: type) -> bool:
    """True if a class is the user's own: one of its methods is defined in a file of theirs."""
    return any(
        isinstance(part, types.FunctionType) and is_user_file(part.__code__.co_filename)
        for base in kind.__mro__
        for part in vars(base).values()
    )


def _spaces(own: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A module's names, and those of the modules that its functions and classes come from."""
    yield own
    seen = {id(own)}
    for thing in list(own.values()):
        parts = [thing]
        if isinstance(thing, type | types.ModuleType):
            parts = list(vars(thing).values())
        for part in parts:
            if not isinstance(part, types.FunctionType) or id(part.__globals__) in seen:
                continue
            if is_user_file(part.__code__.co_filename):
                seen.add(id(part.__globals__))
                yield part.__globals__


def only_makes(node: ast.expr, names: Mapping[str, Any]) -> bool:
    """True if an expression calls nothing but classes and NumPy, so that no file is read."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            steps = ast.unparse(part.func).split(".")
            thing = names.get(steps[0])
            for step in steps[1:]:
                thing = getattr(thing, step, None)
            module = getattr(thing, "__module__", None) or type(thing).__module__
            if not isinstance(thing, type) and str(module).partition(".")[0] != "numpy":
                return False
    return True


def _evaluated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    code = compile(ast.fix_missing_locations(ast.Expression(node)), "<given>", "eval")
    try:
        return eval(code, dict(names))
    except Exception:
        raise KeyError(ast.unparse(node)) from None
