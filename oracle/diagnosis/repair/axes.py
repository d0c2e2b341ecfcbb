"""Edits of what is reduced, and along which axes."""

import ast
import copy
import functools
from collections.abc import Callable, Iterator

from oracle.diagnosis.repair.slots import ALONG, Edit, Slot, called_by, edit, number, parsed, plain

SUMS = {"sum": "mean", "mean": "sum"}
AXES = (0, 1, -1, -2)
SEVERAL = ((0, 1), (0, 2), (0, 2, 3), (0, 1, 2), (2, 3), (1, 2))


def axes(slot: Slot) -> Iterator[Edit]:
    node = slot.node
    if not isinstance(node, ast.Call):
        return
    for i, word in enumerate(node.keywords):
        if word.arg in ALONG:
            given = ast.unparse(word.value)
            for axis in (*AXES, None, *_beside(word.value), *SEVERAL):
                if repr(axis) != given:
                    new = copy.copy(node)
                    new.keywords = list(node.keywords)
                    new.keywords[i] = ast.keyword(word.arg, parsed(repr(axis)))
                    yield edit("axis", slot, new, repr(axis))
                    kept = copy.copy(new)
                    kept.keywords = [*new.keywords, ast.keyword("keepdims", ast.Constant(True))]
                    if axis is not None and all(k.arg != "keepdims" for k in node.keywords):
                        yield edit("axis", slot, kept, repr(axis))
            if all(k.arg != "keepdims" for k in node.keywords):
                new = copy.copy(node)
                new.keywords = [*node.keywords, ast.keyword("keepdims", ast.Constant(True))]
                yield edit("shape", slot, new, given)
    for i, argument in enumerate(node.args):
        axis = plain(argument)
        if isinstance(axis, int) and -3 < axis < 3 and called_by(node) in (
            "sum", "mean", "max", "softmax", "log_softmax", "cumsum", "prod", "argmax", "flip",
        ):  # fmt: skip
            for other in AXES:
                if other != axis:
                    new = copy.copy(node)
                    new.args = [*node.args[:i], number(other), *node.args[i + 1 :]]
                    yield edit("axis", slot, new, repr(other))
    called = called_by(node)
    if called in SUMS and _of_all(node):
        for axis in AXES:  # of all entries, where one axis is meant
            for keep in ([], [ast.keyword("keepdims", ast.Constant(True))]):
                new = copy.copy(node)
                new.keywords = [*node.keywords, ast.keyword("axis", number(axis)), *keep]
                yield edit("axis", slot, new, repr(axis))
    if called in SUMS and isinstance(node.func, ast.Attribute):
        new = copy.copy(node)
        new.func = ast.Attribute(node.func.value, SUMS[called], ast.Load())
        yield edit("mean", slot, new, SUMS[called])


def throughout(statement: ast.stmt) -> Iterator[Edit]:
    """Another axis for one that a statement reduces along more than once."""
    words = [n for n in ast.walk(statement) if isinstance(n, ast.keyword) and n.arg in ALONG]
    for given in dict.fromkeys(ast.unparse(word.value) for word in words):
        alike = [word for word in words if ast.unparse(word.value) == given]
        for axis in (*AXES, None, *_beside(alike[0].value), *SEVERAL) if len(alike) > 1 else ():
            if repr(axis) != given:
                before, after = alike[0], ast.keyword(alike[0].arg, parsed(repr(axis)))
                put = functools.partial(_put_axis, alike, after.value)
                yield Edit("axis", statement.lineno, before, after, put, repr(axis))


def _put_axis(words: list[ast.keyword], axis: ast.expr) -> Callable[[], None]:
    kept = [word.value for word in words]
    for word in words:
        word.value = axis

    def undo() -> None:
        for word, value in zip(words, kept, strict=True):
            word.value = value

    return undo


def _beside(node: ast.expr) -> list[tuple[int, ...]]:
    """Tuples of axes with one more, or one fewer, than those given."""
    try:
        axis = ast.literal_eval(node)
    except ValueError:
        return []
    given = {axis} if isinstance(axis, int) and axis >= 0 else set()
    if isinstance(axis, tuple) and all(isinstance(a, int) and a >= 0 for a in axis):
        given = set(axis)
    if not given:
        return []
    more = [tuple(sorted(given | {a})) for a in range(max(given) + 2) if a not in given]
    fewer = [tuple(sorted(given - {a})) for a in given if len(given) > 1]
    return more + fewer


def _of_all(call: ast.Call) -> bool:
    """np.sum(x), x.sum(): along no axis."""
    library = ast.unparse(call.func).partition(".")[0] in ("np", "numpy", "torch")
    return len(call.args) <= library and all(w.arg not in ALONG for w in call.keywords)
