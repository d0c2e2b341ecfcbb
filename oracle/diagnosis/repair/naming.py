"""The name of the finding for an edit that cures."""

import ast

from oracle.diagnosis.repair.around import Around
from oracle.diagnosis.repair.slots import Edit, called_by
from oracle.diagnosis.repair.slots import assigned as assigned_by
from oracle.diagnosis.repair.within import factors_of

PLAIN = {
    "sign": "sign-flipped",
    "zeroed": "dropped-term",
    "accumulate": "overwritten-not-accumulated",
    "axis": "summed-over-wrong-axis",
    "shape": "wrong-shape",
    "extent": "wrong-size-factor",
    "transpose": "transposed",
    "sum": "not-summed-over-batch",
    "compare": "wrong-activation-derivative",
    "root": "wrong-size-factor",
    "slope": "missing-activation-derivative",
    "constant": "wrong-constant-factor",
    "factor": "dropped-term",
    "over": "dropped-term",
    "term": "dropped-term",
    "order": "updated-weights-used",
    "flip": "kernel-not-flipped",
    "statistic": "statistics-held-constant",
    "copy": "mutates-input",
    "nest": "dropped-term",
    "return": "returns-inside-loop",
}
MOVED = {"T", "mT", "transpose", "permute", "swapaxes", "moveaxis", "rollaxis", "reshape", "view",
         "ravel", "flatten", "contiguous", "ascontiguousarray", "copy"}  # fmt: skip
TURNED = {"T", "mT", "transpose", "permute", "swapaxes", "moveaxis", "rollaxis"}


def finding(edit: Edit, around: Around) -> str:
    """The name of the mistake that an edit undoes."""
    kind, word = edit.kind, edit.word
    if kind in ("size", "mean", "divide", "multiply", "factor-less"):
        return _of_factor(edit, around)
    if kind in ("factor", "term") and word.partition("[")[0] in around.upstream:
        return "ignores-upstream"
    if kind == "factor" and (word in around.masks or "mask" in word.lower()):
        return "dropout-mask-missing"
    if kind in ("constant", "term-less", "index", "sign") and _is_label(edit, around.labels):
        return "labels-shifted"
    if kind in ("term-less", "constant") and _is_size(edit, around.sizes):
        return "wrong-size-factor"
    if kind in ("term", "operand") and (
        _names(edit.after) & around.carried or _hands_on(edit, around)
    ):
        return "time-steps-truncated"
    if kind in ("over", "factor") and ast.unparse(edit.before) in around.sizes:
        return "wrong-size-factor"
    if kind == "compare" and _names(edit.before) & around.labels:
        return "labels-shifted"
    if kind == "turns":
        return "time-steps-truncated" if around.carried else "dropped-term"
    if kind == "coupling":
        there = word in _texts(edit.before)
        return "softmax-diagonal-only" if there else "missing-activation-derivative"
    if kind == "index" and any(isinstance(node, ast.Compare) for node in edit.around[:1]):
        return "activation-derivative-at-wrong-point"  # dz[dout < 0] = 0
    if kind == "index" and around.adds_ones and _drops_one(edit.before) and _drops_one(edit.after):
        return "bias-row-not-dropped"
    if kind == "operand" and _is_turned(edit, around.function):
        return "transposed"
    if kind == "operand":
        return _of_operand(edit, around.function, around.upstream)
    if kind == "axis" and called_by(edit.before) in ("flip", "rot90", "fliplr", "flipud"):
        return "kernel-not-flipped"
    if kind == "over" and word in _texts(edit.before):
        return "wrong-operand"  # another power of what is there
    if kind == "slope" and word in _texts(edit.before):
        return "wrong-activation-derivative"
    if kind in ("exponent", "bracket") and (_is_slope(edit.before) or _is_slope(edit.after)):
        return "wrong-activation-derivative"
    return PLAIN.get(kind, "wrong-operand")


def _drops_one(node: ast.AST) -> bool:
    """[1:] or [:-1], and [:], which drops none."""
    if not isinstance(node, ast.Slice):
        return False
    return ast.unparse(node) in ("1:", ":-1", ":")


def _is_turned(edit: Edit, function: ast.FunctionDef) -> bool:
    """True if the right operand is the one that stands there with its axes in a different order.

    ``mat = dout.transpose(1, 0, 2, 3).reshape(F, -1)`` for ``dout``, whatever its shape is then.
    """
    made = definitions(function)
    old = _names(edit.before)
    for name in _names(edit.after) - old:
        for value in made.get(name, ()):
            moves = {n.attr for n in ast.walk(value) if isinstance(n, ast.Attribute)} - {"shape"}
            moves -= {"size", "ndim"}
            start = value
            while isinstance(start, ast.Call | ast.Attribute):
                start = start.func if isinstance(start, ast.Call) else start.value
            whole = isinstance(start, ast.Name) and start.id in old
            if whole and moves <= MOVED and moves & TURNED:
                return True
    return False


def _hands_on(edit: Edit, around: Around) -> bool:
    """True if a loop carries the statement's value to its next pass, and the edit carries more."""
    assigned: set[str] = set()
    for node in ast.walk(around.function):
        if getattr(node, "lineno", 0) == edit.line and isinstance(node, ast.Assign | ast.AugAssign):
            assigned |= assigned_by(node)
    old, new = _names(edit.before), _names(edit.after)
    made = definitions(around.function)
    return bool(assigned & around.carried) and reach(new, made) > reach(old, made)


def _is_label(edit: Edit, labels: set[str]) -> bool:
    """True if an edit shifts a class label by one in a comparison or an index."""
    if not isinstance(edit.before, ast.BinOp | ast.Constant):
        return False
    inside = [edit.before, *edit.around[:2]]
    equal = any(isinstance(n, ast.Compare) and isinstance(n.ops[0], ast.Eq) for n in inside)
    return bool(_names(inside[-1]) & labels or any(_names(n) & labels for n in inside)) or equal


def _is_size(edit: Edit, sizes: set[str]) -> bool:
    """True if a size is one too large or one too small."""
    if not isinstance(edit.before, ast.BinOp) or not isinstance(edit.before.op, ast.Add | ast.Sub):
        return False
    return ast.unparse(edit.before.left) in sizes


def _of_operand(edit: Edit, function: ast.FunctionDef, upstream: set[str]) -> str:
    """The finding, by how the right operand is made of the one that stands there."""
    old, new = _names(edit.before), _names(edit.after)
    if any(called_by(node) == "save_for_backward" for node in edit.around[:1]):
        return "activation-derivative-at-wrong-point"
    factors = factors_of(edit.after) if isinstance(edit.after, ast.expr) else []
    left_out = [factor for factor in factors if ast.unparse(factor) != ast.unparse(edit.before)]
    if 0 < len(left_out) < len(factors):
        if any(_is_slope(factor) for factor in left_out):
            return "missing-activation-derivative"
        inside = any(_is_slope(node) for node in edit.around[:3])  # z·σ(1 − σ), and z was left out
        return "wrong-activation-derivative" if inside else "dropped-term"
    for node in edit.around[:3]:
        if _is_slope(node) and _names(node) <= old | new:
            return "activation-derivative-at-wrong-point"
    if any(_is_slope(node) for node in edit.around[:2]):
        return "activation-derivative-at-wrong-point"
    made = definitions(function)
    less, more = reach(old, made), reach(new, made)
    if old and less < more:  # the right one is made of what stands there, or of more than it
        slopes = [n for name in more - less for n in made.get(name, ()) if _is_slope(n)]
        if slopes:
            return "missing-activation-derivative"
        if less & upstream:  # what came in was to go through one more step
            return "dropped-term"
    return "wrong-operand"


def definitions(function: ast.FunctionDef) -> dict[str, list[ast.AST]]:
    """The expressions assigned to each name, anywhere in the function."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr):
            for name in assigned_by(node):
                found.setdefault(name, []).append(node.value)
    return found


def reach(names: set[str], made: dict[str, list[ast.AST]]) -> set[str]:
    """The names that these are made of, themselves included."""
    reached: set[str] = set()
    queue = list(names)
    while queue:
        name = queue.pop()
        if name not in reached:
            reached.add(name)
            queue += [n for value in made.get(name, ()) for n in _names(value)]
    return reached


def _of_factor(edit: Edit, around: Around) -> str:
    text, samples = edit.word.lstrip("*/"), around.samples
    over = edit.word.startswith("/") or edit.kind == "divide"
    if edit.kind == "factor-less" and isinstance(edit.before, ast.BinOp):
        over = isinstance(edit.before.op, ast.Mult)
        if text == ast.unparse(edit.after) or isinstance(edit.before.op, ast.Pow):
            return "doubled-activation-derivative"
        if _is_slope(edit.before) and over:
            return "doubled-activation-derivative"
        if not over and _texts(edit.before) & around.sizes:
            return "wrong-size-factor"
    if edit.kind == "mean" and _along(edit.before) not in (None, around.batch_axis):
        return "wrong-size-factor"
    if edit.kind == "mean":
        return "missing-batch-mean" if edit.word == "mean" else "extra-batch-mean"
    if text in samples:
        return "missing-batch-mean" if over else "extra-batch-mean"
    if edit.kind == "size":
        return "wrong-size-factor"
    if edit.kind in ("divide", "multiply"):
        return "wrong-constant-factor"  # the same thing, the other way round
    if not _is_number(text):
        return "wrong-operand" if edit.kind == "factor-less" else "dropped-term"
    return "wrong-constant-factor"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _along(node: ast.AST) -> object:
    """The axis that a sum or mean is taken along; None for all of them, or an unknown one."""
    given = [k.value for k in getattr(node, "keywords", ()) if k.arg in ("axis", "dim")]
    given += getattr(node, "args", [])[isinstance(getattr(node.func, "value", None), ast.Name) :]  # type: ignore[attr-defined]
    for one in given:
        try:
            axis = ast.literal_eval(one)
        except ValueError:
            continue
        return axis if isinstance(axis, int) else None
    return None


def _is_slope(node: ast.AST) -> bool:
    """True if an expression has the form of an activation's derivative: 1 − a², a(1 − a), z > 0."""
    for part in ast.walk(node):
        if isinstance(part, ast.Compare):
            return True
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
            factors = factors_of(part)
            texts = {ast.unparse(f) for f in factors}
            if any(ast.unparse(of) in texts for f in factors if (of := _less_than_one(f))):
                return True
        if (square := _less_than_one(part)) and isinstance(square, ast.BinOp):
            return isinstance(square.op, ast.Pow | ast.Mult)
    return False


def _less_than_one(node: ast.AST) -> ast.expr | None:
    """The a of ``1 − a``; None for other expressions."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        one = isinstance(node.left, ast.Constant) and node.left.value == 1
        return node.right if one else None
    return None


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _texts(node: ast.AST) -> set[str]:
    return {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.expr)}
