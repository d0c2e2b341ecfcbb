"""The text that says shapes: ``x: N D, y: N labels(C), params["W"]: D M, stride=2``.

An entry is a name, or a path such as ``params.W`` or ``weights[0]``, then ``:`` and sizes and
words, or ``=`` (or ``:``) and a value that the argument is to have always. The words are those of
``oracle.cases.values``, ``labels(C)``, ``mask``, ``fixed`` and ``scalar``.
"""

import ast
import copy
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oracle.cases import values as words_of_values
from oracle.cases.values import ALONG_AN_AXIS, CALLED, MATRICES, base
from oracle.discovery.given import Given, of_sizes
from oracle.subject import Argument, Path, Unusable, size_names

WORDS = (*words_of_values.WORDS, "mask")
ALL_WORDS = (*WORDS, "in", "labels", "fixed", "scalar")
# Usual sizes that are one or two letters away from a word.
NO_SLIPS = ("units", "masks", "scale", "position")
NOTHING = object()
SHORT = 3  # letters of a size that no array has: K, n1


@dataclass(frozen=True)
class Said:
    """One statement about an argument; ``dims`` is None, ``values`` "" where it says nothing."""

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
        fixed = self.fixed or base(values) in ("onehot", "binary", "signs")
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
    _no_slips(found, line)
    _expect_sizes(found, line)
    return found


def _expect_sizes(found: Shapes, line: int) -> None:
    """Raises Unusable where a value is a bare word that is no size: ``mode=relu`` lacks quotes."""
    dims = tuple(dim for said in found.values() for dim in said.dims or ())
    labels = tuple(said.classes for said in found.values() if said.classes)
    known = {*size_names((*dims, *labels))}
    for steps, said in found.items():
        bare = isinstance(said.literal, Given) and said.literal.text.isidentifier()
        word = said.literal.text if bare else ""
        if len(word) > SHORT and word not in known and word != spelled(steps):
            raise Unusable(
                f"the shape of {spelled(steps)}: {word} is no size of an array, and no value; "
                f'a word has quotes: "{word}"',
                line,
            )


def _no_slips(found: Shapes, line: int) -> None:
    """Raises Unusable where a size that stands once only is a word, but for a letter or two."""
    sizes = Counter(
        size
        for said in found.values()
        for size in size_names((*(said.dims or ()), *([said.classes] if said.classes else [])))
    )
    for steps, said in found.items():
        for size in said.dims or ():
            word = meant(size)
            if word and sizes[size] == 1:
                raise Unusable(
                    f"the shape of {spelled(steps)}: {size} is no word; did you mean {word}? "
                    f"(If {size} is a size, give it a name of its own.)",
                    line,
                )


def meant(written: str) -> str:
    """The word that a name differs from by one or two letters; "" if it is none's misspelling."""
    if written in ALL_WORDS or written.lower() in NO_SLIPS or len(written) < 3:
        return ""
    for word in ALL_WORDS:
        # Short words are near to many sizes: of four or five letters only one may differ.
        most = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
        if _distance(written.lower(), word) <= most:
            return word
    return ""


def _distance(a: str, b: str) -> int:
    """The number of letters to insert, drop, change or swap to make ``b`` of ``a``."""
    rows = [list(range(len(b) + 1))]
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            least = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (letter != other))
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                least = min(least, rows[-2][j - 2] + 1)
            row.append(least)
        rows.append(row)
    return rows[-1][-1]


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
            sized = of_sizes(rest)
            if sized is not None:
                return Said(literal=sized)
            raise ValueError(
                f"{rest} is no plain value: expected numbers, quoted words, or lists and dicts of "
                "them, or a tuple or list of sizes such as (D, H); an object is said by a line "
                'such as "# oracle: run Net(act=Tanh()).backward(X) with X: N D"'
            ) from None
    words: list[str] = []
    rest = re.sub(r"\b[a-z]+\s*\([^()]*\)", lambda called: re.sub(r"\s", "", called[0]), rest)
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


def said_by(words: Sequence[str]) -> Said:
    """Sizes, and words that say what the values are.

    Raises:
        ValueError: it is neither; the message says what was expected.
    """
    dims: list[str] = []
    values, classes, fixed, scalar = "", "", False, False
    for word in words:
        called = CALLED.fullmatch(word)
        if called and called[1] == "labels":
            classes = called[2]
        elif word == "labels":
            raise ValueError("labels of how many classes? write labels(C)")
        elif word == "in" or (called and called[1] == "in"):
            values = _interval(called[2] if called else "")
        elif word in WORDS or (called and called[1] in ALONG_AN_AXIS):
            values = word
        elif word == "fixed":
            fixed = True
        elif word == "scalar":
            scalar = True
        elif called and (called[1] in ALL_WORDS or meant(called[1])):
            near = f"; did you mean {meant(called[1])}?" if meant(called[1]) else ""
            raise ValueError(f"{word} is no word{near}")
        else:
            size_names((word.replace("...", "*rest"),))  # raises what it is that is wrong
            dims.append("*rest" if word == "..." else word)
    shape = tuple(dims) if dims or scalar else None
    _expect_fitting(values, shape)
    return Said(shape, values, classes, bool(classes), fixed, scalar)


def _interval(inside: str) -> str:
    """``in(a, b)`` as it is kept."""
    try:
        low, high = (float(end) for end in inside.split(","))
    except ValueError:
        raise ValueError(f"in({inside}): expected two numbers, such as in(-1, 1)") from None
    if not -1e30 < low < high < 1e30:
        raise ValueError(f"in({inside}): expected two numbers, the smaller one first")
    return f"in({low:g},{high:g})"


def _expect_fitting(values: str, dims: tuple[str, ...] | None) -> None:
    """Raises ValueError where values of a word cannot have a shape."""
    if dims is None or any(dim.startswith("*") for dim in dims):
        return
    text = " ".join(dims)
    if values in MATRICES and dims[-1:] != dims[-2:-1]:
        raise ValueError(f"{values} is said of square matrices, such as n n; came {text}")
    if base(values) not in ALONG_AN_AXIS or values == base(values):
        return
    axis = (CALLED.fullmatch(values) or "   ")[2]
    if not axis.isdigit() or int(axis) >= len(dims):
        raise ValueError(f"{values}: expected an axis of {text}, from 0 to {len(dims) - 1}")


def fresh(literal: Any, sizes: Mapping[str, int] | None = None) -> Any:
    """A value that the user's code may change; a given one is made for the sizes of a case."""
    return literal.make(sizes or {}) if isinstance(literal, Given) else copy.deepcopy(literal)
