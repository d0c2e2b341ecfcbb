"""Calls in a text: of the backward of a class, and what they pass and do with the result."""

import ast
import contextlib
import os
from collections.abc import Collection, Sequence
from pathlib import Path

from oracle.discovery.text.functions import Function, own_nodes
from oracle.discovery.text.source import Text, parse

MOST = 60  # files of a folder that are searched for callers
MARKS = ("pyproject.toml", "setup.py", ".git", "README.md", "requirements.txt")
HIGHEST = 3  # folders above a file's own, in which its project may begin


def texts(text: Text, name: str) -> list[Text]:
    """A text, and those of its folder that speak of a name: where callers of it may stand."""
    found = [text]
    own = Path(text.file)
    for other in sorted(own.parent.glob("*.py"))[:MOST] if own.is_file() else ():
        with contextlib.suppress(OSError, ValueError, SyntaxError):
            said = other.read_text(encoding="utf-8-sig")
            if other.name != own.name and name in said:
                found.append(parse(said, str(other)))
    return found


def project_texts(text: Text, top: Path) -> list[Text]:
    """A text, and those of the project's folder ``top``, or below the one that it is marked by."""
    own = Path(text.file)
    if not own.is_file():
        return [text]
    above = own.resolve().parents[:HIGHEST]
    top = next((f for f in above if any((f / mark).exists() for mark in MARKS)), top)
    found = [text]
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        for name in sorted(names):
            if not name.endswith(".py") or Path(folder, name) == own.resolve():
                continue
            if len(found) >= MOST:
                return found
            with contextlib.suppress(OSError, ValueError, SyntaxError):
                found.append(parse(Path(folder, name).read_text("utf-8-sig"), name))
    return found


def of_method(text: Text, owner: str, method: str) -> list[ast.Call]:
    """The calls of a method on what the text makes of a class, under whatever name."""
    short = owner.rpartition(".")[2]
    held = {
        ast.unparse(target)
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Assign) and _makes(node.value, short)
        for target in node.targets
    }
    return [
        call
        for call in ast.walk(text.tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr == method
        if ast.unparse(call.func.value) in held or _makes(call.func.value, short)
    ]


def _makes(node: ast.expr, name: str) -> bool:
    """An expression is ``Name(...)``."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name


def of_function(text: Text, name: str) -> list[ast.Call]:
    """The calls of a function by its name."""
    short = name.rpartition(".")[2]
    calls = [node for node in ast.walk(text.tree) if isinstance(node, ast.Call)]
    return [c for c in calls if ast.unparse(c.func).rpartition(".")[2] == short]


def leave_at_one(
    calls: Sequence[tuple[Text, ast.Call]], node: Function | None, name: str, position: int
) -> bool:
    """Whether an argument with the default 1 is 1: no call passes anything else.

    Without any call to show it, the function must make no use of the argument at all.
    """
    if not calls:
        return node is not None and not reads(node, name)
    return all(passes_one(text, call, name, position) for text, call in calls)


def reads(node: Function, name: str) -> bool:
    """Whether a function makes use of a name."""
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def passes_one(text: Text, call: ast.Call, name: str, position: int) -> bool:
    """Whether a call leaves an argument at its default, or passes 1 or a name that is set to 1."""
    named = [word.value for word in call.keywords if word.arg == name]
    given = [*call.args[position : position + 1], *named]
    starred = any(isinstance(part, ast.Starred) for part in call.args)
    return not starred and all(_is_one(text, call, part) for part in given)


def _is_one(text: Text, call: ast.Call, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return bool(node.value == 1)
    if not isinstance(node, ast.Name):
        return False
    inside = [f for f in text.functions.values() if call in own_nodes(f)]
    before = [
        part.value
        for part in (own_nodes(inside[-1]) if inside else ast.walk(text.tree))
        if isinstance(part, ast.Assign) and part.lineno < call.lineno
        if any(isinstance(t, ast.Name) and t.id == node.id for t in part.targets)
    ]
    return bool(before) and isinstance(before[-1], ast.Constant) and before[-1].value == 1


def uses_result(text: Text, method: str) -> bool:
    """Whether some call of a method of this name is more than a statement of its own."""
    bare = {id(node.value) for node in ast.walk(text.tree) if isinstance(node, ast.Expr)}
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == method
        and id(call) not in bare
        for call in ast.walk(text.tree)
    )


def applies(node: Function | None, functions: Collection[str], argument: str) -> bool:
    """Whether a function calls one of some functions, or ``self``, on an argument of its own."""
    return node is not None and any(
        isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in functions
        and bool(call.args)
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == argument
        for call in own_nodes(node)
    )


def is_applied(text: Text, function: str, inner: str) -> bool:
    """Whether the file calls one function on what another returns, directly or by a name."""
    held = {
        target.id
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Assign) and _makes(node.value, inner)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return any(
        _makes(part, inner) or (isinstance(part, ast.Name) and part.id in held)
        for call in of_function(text, function)
        for part in call.args[:1]
    )
