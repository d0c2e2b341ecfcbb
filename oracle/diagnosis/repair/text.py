"""The text of an edit: the user's own lines, with nothing changed but what the edit changes.

An edit is made on a tree. Its text is made by comparing the trees before and after it: where they
differ, the new expression is spelled from pieces of the user's own text. The text counts only if it
parses to exactly the edited tree, so that what is written is what was proved.
"""

import ast
import copy
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from oracle.results import Rewrite

Put = Callable[[], Callable[[], None]]  # makes an edit, and returns what undoes it
MOST_CHANGES = 4  # places of one edit whose brackets are tried in all combinations
STAND_IN = "_oracle_{}_"


@dataclass(frozen=True)
class Text:
    """A file's text, addressed by the places that its tree gives."""

    text: str

    def of(self, node: ast.AST) -> str:
        """The piece that a node is written as."""
        first, last = self._range(node)
        return self._bytes[first:last].decode()

    def replaced(self, pairs: Sequence[tuple[ast.AST, str]]) -> str:
        """The whole text with other pieces in the place of some nodes."""
        whole = self._bytes
        for node, new in sorted(pairs, key=lambda pair: self._range(pair[0]), reverse=True):
            first, last = self._range(node)
            whole = whole[:first] + new.encode() + whole[last:]
        return whole.decode()

    def _range(self, node: ast.AST) -> tuple[int, int]:
        """Columns of a tree count bytes."""
        lines = self._bytes.split(b"\n")
        starts = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
        first = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        last = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return first, last

    @property
    def _bytes(self) -> bytes:
        return self.text.encode()


def rewrite(
    text: str, function: ast.FunctionDef, put: Put, moved: ast.stmt | None = None
) -> Rewrite | None:
    """The lines that an edit of a function changes; None if no text has the edited tree.

    Args:
        text: the file.
        function: its tree, as it was parsed from that text.
        put: makes the edit in the tree.
        moved: the statement that the edit takes to another place, if it does that.
    """
    before = copy.deepcopy(function.body)
    undo = put()
    try:
        after = copy.deepcopy(function.body)
        anchor = _statement_before(function, moved) if moved else None
    finally:
        undo()
    expected = _dump(after)
    if moved is not None:
        tried = iter([_moved(text, moved, anchor)] if anchor else [])
    else:
        tried = _written(Text(text), before, after)
    for new in tried:
        if _parsed(new, function) == expected:
            return _lines(text, new)
    return None


def _dump(body: Sequence[ast.AST]) -> list[str]:
    return [ast.dump(node) for node in body]


def _parsed(text: str, function: ast.FunctionDef) -> list[str] | None:
    """The function's statements in a changed text; None if that text is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    same = [f for f in found if (f.name, f.lineno) == (function.name, function.lineno)]
    return _dump(same[0].body) if same else None


def _lines(before: str, after: str) -> Rewrite:
    """The lines in which two texts differ."""
    old, new = before.split("\n"), after.split("\n")
    first = next(i for i, (a, b) in enumerate(itertools.zip_longest(old, new)) if a != b)
    same = 0
    while same < min(len(old), len(new)) - first and old[-1 - same] == new[-1 - same]:
        same += 1
    return Rewrite(
        first + 1,
        "\n".join(old[first : len(old) - same]),
        "\n".join(new[first : len(new) - same]),
    )


def applied(text: str, change: Rewrite) -> str | None:
    """The text with a change made; None if the lines to be changed are no longer there."""
    end = "\r\n" if "\r\n" in text else "\n"
    lines, old = text.split(end), change.before.split("\n")
    places = range(len(lines) - len(old) + 1)
    found = [at for at in places if lines[at : at + len(old)] == old]
    if change.line - 1 in found:
        found = [change.line - 1]
    if len(found) != 1:
        return None
    (at,) = found
    return end.join([*lines[:at], *change.after.split("\n"), *lines[at + len(old) :]])


# -- expressions ----------------------------------------------------------------------------------


def _written(text: Text, before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> Iterator[str]:
    """Texts that may have the tree after an edit, the one that changes the least first."""
    if len(before) != len(after):
        return
    for deep in (True, False):  # as little as can be; the statement as a whole
        changes: list[tuple[ast.AST, ast.AST]] = []
        for old, new in zip(before, after):
            changes += _changes(old, new, deep) or []
        if not changes or len(changes) > MOST_CHANGES:
            continue
        spelled = [(old, spelled_by(new, text, old)) for old, new in changes]
        for brackets in itertools.product(("{}", "({})"), repeat=len(spelled)):
            yield text.replaced(
                [(old, around.format(new)) for (old, new), around in zip(spelled, brackets)]
            )


def _changes(old: ast.AST, new: ast.AST, deep: bool) -> list[tuple[ast.AST, ast.AST]] | None:
    """The smallest parts in which two trees differ; None if the difference has no place."""
    if ast.dump(old) == ast.dump(new):
        return []
    simple = isinstance(old, ast.stmt) and not hasattr(old, "body")
    if type(old) is type(new) and (deep or not simple):
        found: list[tuple[ast.AST, ast.AST]] = []
        for one, other in _children(old, new):
            inner = None
            if isinstance(one, ast.AST) and isinstance(other, ast.AST):
                inner = _changes(one, other, deep)
            elif one == other:
                inner = []
            if inner is None:
                break
            found += inner
        else:
            return found
    placed = isinstance(old, ast.expr | ast.stmt | ast.keyword)
    return [(old, new)] if placed else None


def _children(old: ast.AST, new: ast.AST) -> Iterator[tuple[object, object]]:
    """Pairs of nodes at the same place of two trees, field by field."""
    for name in old._fields:
        one, other = getattr(old, name, None), getattr(new, name, None)
        if isinstance(one, list) and isinstance(other, list):
            yield len(one), len(other)
            yield from zip(one, other)
        else:
            yield one, other


@dataclass
class _StandIns(ast.NodeTransformer):
    """Puts names in the place of what the user has written already."""

    pieces: dict[str, str]  # by the dump of a tree, its text
    texts: dict[str, str] = field(default_factory=dict)  # by stand-in

    def visit(self, node: ast.AST) -> ast.AST:
        piece = self.pieces.get(ast.dump(node))
        if piece is None:
            return self.generic_visit(node)
        at = len(self.texts)
        made: ast.expr = ast.Name(STAND_IN.format(at), ast.Load())
        if isinstance(node, ast.BinOp):  # of the same precedence, so that brackets come right
            right = ast.Name(STAND_IN.format(f"{at}r"), ast.Load())
            made = ast.BinOp(made, node.op, right)
        elif isinstance(node, ast.UnaryOp):
            made = ast.UnaryOp(node.op, made)
        elif isinstance(node, ast.Compare):
            others = [ast.Name(STAND_IN.format(f"{at}r{i}")) for i in range(len(node.ops))]
            made = ast.Compare(made, node.ops, list(others))
        self.texts[ast.unparse(made)] = piece
        return made


WRITTEN = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.Constant, ast.BinOp, ast.UnaryOp,
           ast.Compare)  # fmt: skip


def spelled_by(new: ast.AST, text: Text, *like: ast.AST) -> str:
    """A tree as text, spelled as the user has spelled the parts of it that stand in others."""
    pieces = {
        ast.dump(node): text.of(node)
        for tree in like
        for node in ast.walk(tree)
        if isinstance(node, WRITTEN) and hasattr(node, "end_lineno")
    }
    stand_ins = _StandIns({dump: piece for dump, piece in pieces.items() if "\n" not in piece})
    made = stand_ins.visit(copy.deepcopy(new))
    said = ast.unparse(ast.fix_missing_locations(made))
    if re.search(r"[^ ]\*\*[^ ]", text.text):  # as the user spaces powers
        said = said.replace(" ** ", "**")
    if not stand_ins.texts:
        return said
    known = sorted(stand_ins.texts, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, known)), lambda m: stand_ins.texts[m[0]], said)


# -- statements in other places -------------------------------------------------------------------


def _statement_before(function: ast.FunctionDef, moved: ast.stmt | None) -> ast.stmt | None:
    """The statement after which another one stands."""
    for node in ast.walk(function):
        for name in ("body", "orelse", "finalbody"):
            held = getattr(node, name, None)
            if isinstance(held, list) and moved in held:
                at = held.index(moved)
                return held[at - 1] if at else None
    return None


def _moved(text: str, statement: ast.stmt, anchor: ast.stmt) -> str:
    """The lines of a statement taken out, and put behind those of another one."""
    lines = text.split("\n")
    first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
    by = anchor.col_offset - statement.col_offset
    own = [" " * by + line if by >= 0 else line[-by:] for line in lines[first:last]]
    behind = anchor.end_lineno or anchor.lineno
    if behind > first:
        return "\n".join([*lines[:first], *lines[last:behind], *own, *lines[behind:]])
    return "\n".join([*lines[:behind], *own, *lines[behind:first], *lines[last:]])
