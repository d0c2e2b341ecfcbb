"""Calls in a text and in those near it: what they pass, and what they do with the result."""

import ast
import contextlib
import functools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oracle.discovery.text import reading
from oracle.discovery.text.functions import Function, own_nodes
from oracle.discovery.text.source import Text, parse
from oracle.discovery.text.usage import is_read

MOST = 60  # files of a folder that are searched for callers


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
    """True if an argument with the default 1 is always 1: no call passes anything else.

    Without any call to show it, the function must make no use of the argument at all.
    """
    if not calls:
        return node is not None and not is_read(node, name)
    return all(passes_one(text, call, name, position) for text, call in calls)


def passes_one(text: Text, call: ast.Call, name: str, position: int) -> bool:
    """True if a call leaves an argument at its default, or passes 1 or a name that is set to 1."""
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
    """True if some call of a method of this name uses the result."""
    bare = {id(node.value) for node in ast.walk(text.tree) if isinstance(node, ast.Expr)}
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == method
        and id(call) not in bare
        for call in ast.walk(text.tree)
    )


def applies(node: Function | None, functions: Collection[str], argument: str) -> bool:
    """True if a function calls one of some functions, or ``self``, on an argument of its own."""
    return node is not None and any(
        isinstance(call, ast.Call)
        and ast.unparse(call.func).rpartition(".")[2] in functions
        and bool(call.args)
        and isinstance(call.args[0], ast.Name)
        and call.args[0].id == argument
        for call in own_nodes(node)
    )


def is_applied(text: Text, function: str, inner: str) -> bool:
    """True if the file calls one function on what another returns, directly or by a name."""
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


# What calls in a text, and in the texts near it, pass to the constructor of a class.

MOST_FILES = 200  # files of a package that are searched
DEEPEST = 3  # folders above the file's own, as long as they belong to its package
PASSED_OVER = ("site-packages", "node_modules", "__pycache__", "venv", "env", "build", "dist")


@dataclass(frozen=True)
class Passed:
    """An expression that stands for an argument in a call, and where."""

    text: Text
    value: ast.expr
    line: int


def near(text: Text, name: str) -> list[Text]:
    """A text, and those of its package, its tests and its examples that speak of a name."""
    found = [text]
    own = Path(text.file)
    if not own.is_file():
        return found
    return found + [
        parsed for file in _files(own) if name in _read(file) and (parsed := _parsed(file))
    ]


@functools.cache
def _read(file: Path) -> str:
    try:
        return reading.read(file)
    except reading.ERRORS:
        return ""


@functools.cache
def _parsed(file: Path) -> Text | None:
    with contextlib.suppress(*reading.ERRORS):
        return parse(_read(file), str(file))
    return None


@functools.cache
def _files(own: Path) -> list[Path]:
    """The files of a file's folder, and of the package that it belongs to; nearest ones first."""
    top = own.parent
    for _ in range(DEEPEST):
        if not (top / "__init__.py").is_file():
            break
        top = top.parent
    found = dict.fromkeys(sorted(own.parent.glob("*.py")))
    if top != own.parent:
        found.update(dict.fromkeys(sorted(top.glob("*.py"))))
        found.update(dict.fromkeys(sorted(top.glob("*/*.py"))))
        found.update(dict.fromkeys(sorted(top.glob("*/*/*.py"))))
    kept = [f for f in found if f != own and not any(part in PASSED_OVER for part in f.parts)]
    return [f for f in kept if f.is_file()][:MOST_FILES]


def to_constructor(
    texts: Sequence[Text], owner: str, names: Sequence[str], name: str
) -> Iterator[Passed]:
    """The values that calls of a class pass for an argument, those in its own text first."""
    short = owner.rpartition(".")[2]
    for text in texts:
        for call in text.calls:
            called = getattr(call.func, "id", None) or getattr(call.func, "attr", "")
            value = _value(call, names, name) if called == short else None
            if value is not None:
                yield Passed(text, value, call.lineno)


def _value(call: ast.Call, names: Sequence[str], name: str) -> ast.expr | None:
    for word in call.keywords:
        if word.arg == name:
            return word.value
    at = names.index(name)
    if at >= len(call.args) or any(isinstance(a, ast.Starred) for a in call.args[: at + 1]):
        return None
    return call.args[at]


def assigned(text: Text, name: str, before: int) -> ast.expr | None:
    """The expression that a name was last assigned before a line, if it was so at all."""
    found = [
        part
        for part in text.assignments.get(name, [])
        if part.lineno <= before
        if any(isinstance(target, ast.Name) for target in part.targets)
    ]
    return max(found, key=lambda part: part.lineno).value if found else None
