"""The text that says shapes: ``x: N D, y: N labels(C), params["W"]: D M, stride=2``.

An entry is a name, or a path such as ``params.W`` or ``weights[0]``, then ``:`` and sizes and
words, or ``=`` (or ``:``) and a value that the argument is to have always.
"""

import ast
import copy
import re
from dataclasses import dataclass, replace
from typing import Any

from oracle.subject import Argument, Path, Unusable, size_names

WORDS = ("onehot", "probabilities", "binary", "positive", "nonnegative", "unit", "mask", "normal")
NOTHING = object()


@dataclass(frozen=True)
class Said:
    """What was said of one argument; ``dims`` is None and ``values`` is "" where nothing was."""

    dims: tuple[str, ...] | None = None
    values: str = ""
    classes: str = ""
    integer: bool = False
    fixed: bool = False
    scalar: bool = False
    literal: Any = NOTHING  # its value, always

    def completed(self, other: "Said") -> "Said":
        """This, and what another source says of what this leaves open."""
        if self.literal is not NOTHING:
            return self
        said = self
        if said.dims is None and not said.scalar:
            said = replace(said, dims=other.dims, scalar=other.scalar)
            if said.dims is None and not said.scalar and other.literal is not NOTHING:
                return other
        if not said.values and not said.classes:
            said = replace(
                said,
                values=other.values,
                classes=other.classes,
                integer=other.integer or said.integer,
            )
        return replace(said, fixed=said.fixed or other.fixed)

    @property
    def has_shape(self) -> bool:
        return self.dims is not None or self.scalar

    def argument(self, name: str) -> Argument:
        """As an argument to draw: what can only be a target is fixed."""
        values = self.values or ("labels" if self.classes else "normal")
        integer = bool(self.classes) or values == "mask"
        fixed = self.fixed or values in ("onehot", "binary")
        return Argument(name, self.dims or (), integer, values, self.classes, fixed)


Shapes = dict[Path, Said]  # what is said, by path of the argument


def entries(text: str, line: int = 0) -> Shapes:
    """The shapes in a text of the grammar, by path of the argument.

    Raises:
        Unusable: it is outside the grammar; the message says where.
    """
    found: Shapes = {}
    for part in split(text):
        name, sign, rest = _parted(part)
        if not sign:
            raise Unusable(f"{part!r} is no shape: expected NAME: SIZES, such as x: N D", line)
        try:
            found[path(name)] = _said(rest.strip(), sign == "=")
        except ValueError as error:
            raise Unusable(f"the shape of {name}: {error}", line) from None
    return found


def split(text: str, at: str = ",") -> list[str]:
    """The parts of a text between commas that stand in no brackets or quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for i, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign in at and not depth:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def path(name: str) -> Path:
    """``params.W1``, ``params["W1"]``, ``weights[0]``; ``self`` is kept as it stands."""
    try:
        node: ast.expr = ast.parse(name.strip(), mode="eval").body
    except SyntaxError:
        raise ValueError(f"{name!r} is no argument's name") from None
    steps: list[Any] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            steps.append(node.slice.value)
            node = node.value
        else:
            raise ValueError(f"{name!r} is no argument's name")
    return (node.id, *reversed(steps))


def spelled(steps: Path) -> str:
    """A path as one argument's name: ``params.W1``, ``weights[0]``."""
    return str(steps[0]) + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps[1:])


def _parted(part: str) -> tuple[str, str, str]:
    depth = 0
    for i, sign in enumerate(part):
        depth += (sign in "([{") - (sign in ")]}")
        if sign in ":=" and not depth:
            return part[:i].strip(), sign, part[i + 1 :]
    return part, "", ""


def _said(rest: str, is_value: bool) -> Said:
    if is_value or re.match(r"[{\"'\[]|True\b|False\b|None\b|-?\d*\.\d", rest):
        try:
            return Said(literal=ast.literal_eval(rest))
        except (ValueError, SyntaxError, TypeError, RecursionError):
            raise ValueError(
                f"{rest} is no plain value: expected numbers, quoted words, or lists and dicts of "
                "them"
            ) from None
    words: list[str] = []
    for word in rest.split():  # "H - K + 1" is one size, however it is spaced
        if (
            (words and (word[0] in "+-*/" and word[:2] != "*" and not word[1:2].isalpha()))
            or (words and words[-1][-1] in "+-/")
            or (words and words[-1][-1:] == "*")
        ):
            words[-1] += word
        else:
            words.append(word)
    if rest.startswith("(") and rest.rstrip().endswith(")") and rest.count("(") == 1:
        words = split(rest.strip()[1:-1])
    elif rest.startswith("("):
        inside, _, after = rest[1:].partition(")")
        words = [*split(inside), *after.split()]
    return said_by(words)


def said_by(words: list[str]) -> Said:
    """Sizes, and words that say what the values are."""
    dims: list[str] = []
    values, classes, fixed, scalar = "", "", False, False
    for word in words:
        labels = re.fullmatch(r"labels\((.+)\)", word)
        if labels:
            classes = labels[1]
        elif word == "labels":
            raise ValueError("labels of how many classes? write labels(C)")
        elif word in WORDS:
            values = word
        elif word == "fixed":
            fixed = True
        elif word == "scalar":
            scalar = True
        else:
            size_names((word.replace("...", "*rest"),))  # raises what it is that is wrong
            dims.append("*rest" if word == "..." else word)
    return Said(
        tuple(dims) if dims or scalar else None, values, classes, bool(classes), fixed, scalar
    )


def fresh(literal: Any) -> Any:
    """A value that the user's code may change."""
    return copy.deepcopy(literal)
