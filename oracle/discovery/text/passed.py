"""What calls in a text, and in the texts near it, pass to the constructor of a class."""

import ast
import contextlib
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oracle.discovery.text import reading
from oracle.discovery.text.source import Text, parse

MOST = 200  # files of a package that are searched
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
    return [f for f in kept if f.is_file()][:MOST]


def to_constructor(
    texts: Sequence[Text], owner: str, names: Sequence[str], name: str
) -> Iterator[Passed]:
    """What calls of a class pass for an argument of its constructor, its own text first."""
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
