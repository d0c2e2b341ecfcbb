"""Comments of the oracle in a text: directly above a function or class, and run lines."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass

from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.subject import Unusable

AGAINST = re.compile(r"\s*#\s*oracle\s*:\s*against\b\s*:?\s*(.*?)\s*$", re.IGNORECASE)
READING = re.compile(r"\s*#\s*oracle\s*:\s*reading\b\s*:?\s*(.*?)\s*$", re.IGNORECASE)


def above(user: Text | None, names: Iterable[str], pattern: re.Pattern[str]) -> tuple[str, int]:
    """The first group of the first comment above any of these, and its line; ("", 0) if none."""
    for name in names if user is not None else ():
        assert user is not None
        node = user.functions.get(name) or user.classes.get(name)
        if node is None:
            continue
        for first in (node.lineno, *(d.lineno for d in node.decorator_list)):
            at = first - 1
            while at >= 1 and user.lines[at - 1].lstrip().startswith("#"):
                if found := pattern.match(user.lines[at - 1]):
                    return found[1], at
                at -= 1
    return "", 0


# Run lines: a comment that says in Python how a class or function is made and called.
#
# ``# oracle: run Net([4, 5, 3], act=Tanh()).backward(X, Y) with X: N 4, Y: N 3 onehot``, directly
# above a class, a function or a method. What stands behind ``with`` is of the grammar of shapes.

RUN = re.compile(r"#\s*oracle:\s*run\s+(?P<rest>.+)$", re.MULTILINE)
_WITH = re.compile(r"\s+with\s+")


@dataclass(frozen=True)
class RunLine:
    """One run line: the expression, as text and parsed, and the shapes of its free names."""

    line: int  # of the comment
    text: str
    expression: ast.Expression
    shapes: str  # "" if nothing is drawn
    above: str  # the qualified name of the class or function below it

    @property
    def called(self) -> str:
        """The name of the method or function that the whole expression calls; "" if none."""
        node = self.expression.body
        if not isinstance(node, ast.Call):
            return ""
        if isinstance(node.func, ast.Attribute):
            return node.func.attr
        return node.func.id if isinstance(node.func, ast.Name) else ""

    @property
    def names(self) -> frozenset[str]:
        """All names that the expression reads."""
        return frozenset(n.id for n in ast.walk(self.expression) if isinstance(n, ast.Name))


def run_lines(user: Text) -> list[RunLine]:
    """The run lines of a file, in the order of their lines.

    Raises:
        Unusable: one of them is no Python.
    """
    found = []
    for name, node in (*user.classes.items(), *user.functions.items()):
        found += run_lines_above(user, name, node)
    return sorted(found, key=lambda one: one.line)


def run_lines_above(user: Text, name: str, node: ast.ClassDef | Function) -> list[RunLine]:
    at = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
    found = []
    while at >= 1 and user.lines[at - 1].lstrip().startswith("#"):
        matched = RUN.search(user.lines[at - 1])
        if matched:
            found.append(_parsed(matched["rest"].strip(), at, name))
        at -= 1
    return found


def _parsed(rest: str, line: int, above: str) -> RunLine:
    parts = [match.start() for match in _WITH.finditer(rest)]
    for at in (*parts, len(rest)):  # a string in the expression may hold the word
        text = rest[:at].strip()
        try:
            expression = ast.parse(text, mode="eval")
        except SyntaxError:
            continue
        shapes = _WITH.sub("", rest[at:], count=1) if at < len(rest) else ""
        return RunLine(line, text, expression, shapes.strip(), above)
    raise Unusable(f"the run line is no Python expression: {rest}", line)
