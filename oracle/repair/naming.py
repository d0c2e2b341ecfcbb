"""What finding an edit stands for."""

import ast

from oracle.repair.edits import Edit

PLAIN = {
    "sign": "sign-flipped",
    "accumulate": "overwritten-not-accumulated",
    "axis": "summed-over-wrong-axis",
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
}


def finding(edit: Edit, samples: set[str], upstream: set[str], carried: set[str]) -> str:
    """The name of the mistake that an edit undoes.

    ``samples``: the texts that are the number of samples. ``upstream``: names that hold what comes
    in from above. ``carried``: names that a loop hands on from one turn to the next.
    """
    kind, word = edit.kind, edit.word
    if kind in ("size", "mean", "divide", "multiply", "factor-less"):
        return _of_factor(edit, samples)
    if kind in ("factor", "term") and word.partition("[")[0] in upstream:
        return "ignores-upstream"
    if kind in ("term", "operand") and _names(edit.after) & carried:
        return "time-steps-truncated"
    if kind == "operand":
        return _of_operand(edit)
    if kind == "slope" and word in _texts(edit.before):
        return "wrong-activation-derivative"
    if kind in ("exponent", "bracket") and _is_slope(edit.before):
        return "wrong-activation-derivative"
    return PLAIN.get(kind, "wrong-operand")


def _of_factor(edit: Edit, samples: set[str]) -> str:
    text = edit.word.lstrip("*/")
    over = edit.word.startswith("/") or edit.kind == "divide"
    if edit.kind == "factor-less" and isinstance(edit.before, ast.BinOp):
        over = isinstance(edit.before.op, ast.Mult)
        if text == ast.unparse(edit.after) or isinstance(edit.before.op, ast.Pow):
            return "doubled-activation-derivative"
        if _is_slope(edit.before):
            return "doubled-activation-derivative"
    if edit.kind == "mean":
        return "missing-batch-mean" if edit.word == "mean" else "extra-batch-mean"
    if text in samples:
        return "missing-batch-mean" if over else "extra-batch-mean"
    if edit.kind == "size":
        return "wrong-size-factor"
    try:
        float(text)
    except ValueError:
        return "wrong-operand" if edit.kind == "factor-less" else "dropped-term"
    return "wrong-constant-factor"


def _of_operand(edit: Edit) -> str:
    """At another point, if the operand stands in nothing but numbers, as in 1 − a² or z > 0."""
    for node in edit.around[:3]:
        atoms = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if _is_slope(node) and atoms <= _names(edit.before) | _names(edit.after):
            return "activation-derivative-at-wrong-point"
    if any(_is_slope(node) for node in edit.around[:2]):
        return "activation-derivative-at-wrong-point"
    return "wrong-operand"


def _is_slope(node: ast.AST) -> bool:
    """Whether it is made as derivatives of activations are: 1 − a², a(1 − a), z > 0."""
    for part in ast.walk(node):
        if isinstance(part, ast.Compare):
            return True
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
            one = isinstance(part.left, ast.Constant) and part.left.value == 1
            if one:
                return True
    return False


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _texts(node: ast.AST) -> set[str]:
    return {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.expr)}
