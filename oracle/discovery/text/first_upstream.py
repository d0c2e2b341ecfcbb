"""The first upstream that a loop over layers is given, where the text shows what it is.

``d = y_hat - y`` before ``for layer in reversed(layers): d = layer.backward(d)``, in the same
function or in one that calls it, is the gradient of a sum over the samples. Divided by their number
it is that of a mean.
"""

import ast
from collections.abc import Iterator, Sequence
from typing import Literal

from oracle.discovery import naming
from oracle.discovery.text import callers, functions
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text

COUNTS = naming.words("m n N M B batch batch_size size num_samples num_examples n_samples")
TARGETS = naming.words("y t target targets label labels truth expected true")
LOSSES = naming.LOSS | naming.words("entropy mse nll rmse")
GIVES = naming.BACKWARD | naming.GRADIENT | naming.DERIVATIVE
Kind = Literal["a sum", "a mean", ""]


def kind(texts: Sequence[Text], node: Function, call: ast.Call, name: str) -> Kind:
    """True if the first upstream of a mean's layers is that of a sum; "" if nothing shows it.

    Args:
        texts: where callers may stand.
        node, name: the function with the loop, and its short name.
        call: the call of a layer's backward in that loop.
    """
    of = shown(texts, node, call, name)
    return "" if of == "a sum" and not any(map(_has_mean_loss, texts)) else of


def shown(texts: Sequence[Text], node: Function, call: ast.Call, name: str) -> Kind:
    """The kind of a first upstream that is a difference of output and target, whatever the loss."""
    found = {_kind(texts, expression) for expression in _expressions(texts, node, call, name)}
    return found.pop() if len(found) == 1 else ""


def is_difference(texts: Sequence[Text], text: Text, call: ast.Call) -> bool:
    """True if a call is given the difference of output and target, and not what a layer returns."""
    given = list(_given(text, call, 0))
    return bool(given) and all(_kind(texts, one) and not _runs_a_layer(one) for one in given)


def _runs_a_layer(node: ast.AST) -> bool:
    calls = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return any(isinstance(f, ast.Attribute) and naming.has(f.attr, naming.BACKWARD) for f in calls)


def _has_mean_loss(text: Text) -> bool:
    """True if a loss of a text is a mean over samples."""
    return any(
        naming.has(short, LOSSES) and not naming.has(short, GIVES) and divides(node)
        for short, node in ((n.rpartition(".")[2], node) for n, node in text.functions.items())
    )


def divides(node: ast.AST) -> bool:
    """True if something in it is divided by a number of samples, or averaged."""
    return any(_is_mean(part) or _is_share(part) for part in ast.walk(node))


def _is_mean(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and (
        ast.unparse(node.func).rpartition(".")[2] in ("mean", "average")
    )


def _is_share(node: ast.AST) -> bool:
    """``… / len(y)``, ``/ y.shape[0]``, ``/ y.size``, ``/ batch_size``, ``1 / m * …``."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return False
    by = ast.unparse(node.right)
    return by in COUNTS or "len(" in by or ".shape" in by or ".size" in by


def _expressions(
    texts: Sequence[Text], node: Function, call: ast.Call, name: str
) -> Iterator[ast.expr]:
    """The expressions that the upstream of a call in a loop has before the first pass."""
    values = [*call.args[:1], *(word.value for word in call.keywords[:1] if not call.args)]
    names = {value.id for value in values if isinstance(value, ast.Name)}
    assigned = [part for part in functions.own_nodes(node) if isinstance(part, ast.Assign)]
    for one in assigned:  # dA = dA_prev, inside the loop
        if isinstance(one.value, ast.Name) and _targets(one) & names:
            names.add(one.value.id)
    made = [one.value for one in assigned if _targets(one) & names and not _is_step(one, names)]
    made = [value for value in made if not isinstance(value, ast.Name)]
    if made:
        yield from made[-1:]
        return
    given = functions.parameters(node)
    for at in (given.index(own) for own in names if own in given):
        for text in texts:
            for outer in callers.of_function(text, name):
                yield from _given(text, outer, at)


def _targets(node: ast.Assign) -> set[str]:
    parts = (part for target in node.targets for part in ast.walk(target))
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _is_step(node: ast.Assign, names: set[str]) -> bool:
    """An assignment makes the upstream from itself: ``delta = layer.backward(delta)``."""
    used = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    return bool(used & names)


def _given(text: Text, call: ast.Call, at: int) -> Iterator[ast.expr]:
    """The argument of a call, or what its name was set to before."""
    if len(call.args) <= at:
        return
    value = call.args[at]
    if not isinstance(value, ast.Name):
        yield value
        return
    for node in text.functions.values():
        parts = functions.own_nodes(node)
        if call in parts:
            before = [p for p in parts if isinstance(p, ast.Assign) and p.lineno < call.lineno]
            yield from [one.value for one in before if value.id in _targets(one)][-1:]


def _kind(texts: Sequence[Text], expression: ast.expr) -> Kind:
    bodies: Sequence[ast.AST]
    if isinstance(expression, ast.Call) and not _is_difference(expression):
        short = ast.unparse(expression.func).rpartition(".")[2]
        bodies = [
            node for text in texts for n, node in text.functions.items()
            if n.rpartition(".")[2] == short and not functions.is_abstract(node)
        ]  # fmt: skip
    else:
        bodies = [expression]
    if not bodies or not all(map(_is_difference, bodies)):
        return ""
    shares = [divides(body) for body in bodies]
    return "a mean" if all(shares) else "" if any(shares) else "a sum"


def _is_difference(node: ast.AST) -> bool:
    """A prediction minus a target, or a quotient of the two, stands in it."""
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub):
            names = {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
            if any(TARGETS & set(naming.tokens(name)) for name in names):
                return True
    return False
