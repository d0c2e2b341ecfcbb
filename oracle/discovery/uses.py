"""Uses of gradients that no derivation of the file accounts for, by the text alone.

A gradient is used where it is subtracted from or added to a parameter at a rate, and where
something named like a backward returns it or leaves it in an attribute. A name alone is nothing.
A use belongs to a derivation if the gradient is computed in a function of that derivation.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from oracle.discovery import naming
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions, source
from oracle.discovery.text.origins import (
    MAKERS,
    MULTIPLY,
    RATES,
    Definition,
    Known,
    Origin,
    Origins,
    bare,
    definitions,
    is_scalar,
    joined,
    root,
    spelled,
)
from oracle.discovery.text.source import Text
from oracle.results import NotJudged, Result
from oracle.subject import Way

IGNORE = re.compile(r"#\s*oracle:\s*ignore\b(?!\[)")
STATISTICS = re.compile(r"(running|moving|ema|avg|average|mean|var|std)(_|$)", re.IGNORECASE)
BACKWARDS = naming.BACKWARD - {"back"}


@dataclass(frozen=True)
class Use:
    """Gradients that one function uses: their names, and the lines from the first to the last."""

    target: str  # the function, the method, or <module>
    lines: tuple[int, int]
    names: tuple[str, ...]
    message: str
    derivation: str = ""  # the class whose result may hold verdicts of them


def uses(user: Text, found: Sequence[Candidate]) -> list[Use]:
    """The uses of gradients outside of some derivations, and what is left in their attributes."""
    known = _known(user, found)
    made = [use for name, node in _scopes(user) for use in _in_scope(known, name, node)]
    made += [use for candidate in found for use in _attributes(user, candidate)]
    return sorted(made, key=lambda use: use.lines)


def not_judged(user: Text, made: Sequence[Use], results: Sequence[Result]) -> list[NotJudged]:
    """The uses that got no verdict: a gradient of the same name or line has one."""
    found = []
    for use in made:
        gradients = [g for r in results if r.target == use.derivation for g in r.gradients]
        if use.derivation and not gradients:
            continue  # the derivation is an error, or has another reason, which is told
        known = {bare(g.name) for g in gradients} | {f"d{bare(g.of)}" for g in gradients if g.of}
        lines = {g.line for g in gradients}
        names = [n for n in use.names if bare(n) not in known]
        if use.derivation and use.lines[0] == use.lines[1] and use.lines[0] in lines:
            names = []
        if names:
            found.append(
                NotJudged(user.file, use.target, use.lines, tuple(names), _counted(use, names))
            )
    return found


def _counted(use: Use, names: Sequence[str]) -> str:
    plural = "s" if len(names) > 1 else ""
    return f"{len(names)} gradient{plural} not judged: {use.message}"


def _known(user: Text, found: Sequence[Candidate]) -> Known:
    parts = {part for c in found for role, part in c.parts.items() if role != "class"}
    judged = _called_from(user, parts)
    slopes = {c.of("backward") for c in found if c.way == Way.DERIVATIVE}
    givers = {c.of(role) for c in found for role in ("backward", "function")} - {""}
    backwards = {n for n, f in user.functions.items() if _is_backward(n) and n not in judged}
    return Known(
        user, frozenset(judged), frozenset(givers - slopes), frozenset(slopes), frozenset(backwards)
    )


def _called_from(user: Text, names: set[str]) -> set[str]:
    """Some functions, and all functions and methods of the file that they call."""
    queue, found = list(names), set(names)
    while queue:
        name = queue.pop()
        called = source.used_by(user, [name])
        methods = user.methods(name.rpartition(".")[0])
        node = user.functions.get(name)
        for part in ast.walk(node) if node is not None else ():
            if isinstance(part, ast.Attribute) and root(part).startswith("self."):
                called |= {methods[part.attr]} if part.attr in methods else set()
        queue += called - found
        found |= called
    return found


def _is_backward(name: str) -> bool:
    """Whether a function is named like a backward."""
    short = name.rpartition(".")[2]
    others = naming.NOT_A_DERIVATION | naming.USES_DERIVATIONS
    return naming.has(short, BACKWARDS) and not naming.has(short, others)


def _scopes(user: Text) -> Iterator[tuple[str, ast.AST]]:
    """The functions and methods of a file, and the module outside of them."""
    yield from user.functions.items()
    yield "", user.tree


def _in_scope(known: Known, name: str, node: ast.AST) -> Iterator[Use]:
    if name in known.judged or _is_ignored(known.user, node):
        return
    if name in known.backwards and not functions.is_abstract(known.user.functions[name]):
        origin = _left_by(Origins(known, name, node, strict=True), name)
        if origin.computed:
            yield _use(name, origin, "nothing says which forward this backward belongs to")
            return
    origins = Origins(known, name, node)
    origin = joined(_updates(origins, node))
    if origin.computed:
        where = (
            "computed inside a function that trains" if name else "computed outside of functions"
        )
        yield _use(name or "<module>", origin, where)


def _use(target: str, origin: Origin, message: str) -> Use:
    ordered = sorted(origin.computed, key=lambda pair: (pair[1], pair[0]))
    names = tuple(dict.fromkeys(name for name, _ in ordered))
    return Use(target, (ordered[0][1], ordered[-1][1]), names, message)


def _is_ignored(user: Text, node: ast.AST) -> bool:
    """Whether a comment ``# oracle: ignore`` stands on a def."""
    if not isinstance(node, functions.Function) or not node.body:
        return False
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return any(IGNORE.search(line) for line in user.lines[first - 1 : node.body[0].lineno - 1])


def _left_by(origins: Origins, name: str) -> Origin:
    """The gradients that a backward returns, or leaves in attributes."""
    found = []
    for part in functions.own_nodes(origins.node):
        if isinstance(part, ast.Return) and part.value is not None:
            elements = part.value.elts if isinstance(part.value, ast.Tuple) else [part.value]
            found += [origins.of(e, spelled(e) if root(e) else "the result") for e in elements]
    for own, made in origins.defined.items():
        if own.startswith("self.") and naming.looks_like_gradient(own.removeprefix("self.")):
            found += [origins.of(d.value, d.label) for d in made]
    return joined(found)


# Updates


def _updates(origins: Origins, node: ast.AST) -> Iterator[Origin]:
    """The origins of all gradients that a function moves a parameter by."""
    factors = {
        root(factor) for part in functions.own_nodes(node) for factor in _matrix_factors(part)
    }
    for part in functions.own_nodes(node):
        for target, change, falls in _moves(part):
            if STATISTICS.search(bare(target)):
                continue
            own = root(ast.parse(target, mode="eval").body)
            origins.visiting = {own}  # weight decay: w in w -= lr * (dw + w) is no gradient
            for gradient in _gradients(origins, target, change, falls, own in factors):
                yield origins.of(gradient, f"d{bare(target)}")


def _matrix_factors(node: ast.AST) -> list[ast.expr]:
    """The factors of a matrix product: ``X`` and ``W`` of ``X @ W``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return [node.left, node.right]
    called = node.func if isinstance(node, ast.Call) else None
    if isinstance(called, ast.Attribute) and called.attr in MULTIPLY:
        return [called.value, *node.args]  # type: ignore[attr-defined]
    return []


def _moves(node: ast.AST) -> Iterator[tuple[str, ast.expr, bool]]:
    """``W -= change`` and ``W = W - change``: the parameter, the change, and whether it falls."""
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub | ast.Add):
        yield spelled(node.target), node.value, isinstance(node.op, ast.Sub)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and root(node.left):
        factors = list(_factors(node.right))  # return W - lr * dW, W_new = W - lr * dW
        named = any(_names_rate(part) for factor in factors for part in ast.walk(factor))
        if named and any(naming.looks_like_gradient(bare(root(f))) for f in factors):
            yield spelled(node.left), node.right, True
    if not isinstance(node, ast.Assign):
        return
    target, value = node.targets[0], node.value
    both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    pairs = list(zip(target.elts, value.elts)) if both else [(target, value)]  # type: ignore[attr-defined]
    for one, moved in pairs:
        listed = isinstance(moved, ast.ListComp)
        if isinstance(moved, ast.ListComp):
            moved = moved.elt
        if not isinstance(moved, ast.BinOp) or not isinstance(moved.op, ast.Sub | ast.Add):
            continue
        if listed or spelled(moved.left) == spelled(one):
            yield spelled(one), moved.right, isinstance(moved.op, ast.Sub)


def _gradients(
    origins: Origins, target: str, change: ast.expr, falls: bool, multiplied: bool
) -> Iterator[ast.expr]:
    """The factors of a change, other than its rate; none if there is no rate."""
    own = root(change)
    if own:  # W += v, where v = mu * v - lr * dW
        for definition in origins.defined.get(own, []):
            for term, minus in _terms(definition.value):
                yield from _rated(target, term, minus != falls, multiplied)
        return
    yield from _rated(target, change, falls, multiplied)


def _terms(node: ast.expr, minus: bool = False) -> Iterator[tuple[ast.expr, bool]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        yield from _terms(node.left, minus)
        yield from _terms(node.right, minus != isinstance(node.op, ast.Sub))
    else:
        yield node, minus


def _rated(target: str, term: ast.expr, falls: bool, multiplied: bool) -> Iterator[ast.expr]:
    """The factors of a term other than its rate.

    The rate is named like one, or it is a number and the term is subtracted: then the other factor
    is named like a gradient, or the target is a factor of a matrix product, as weights are.
    """
    factors = list(_factors(term))
    rates = [f for f in factors if is_scalar(f)]
    rest = [f for f in factors if not is_scalar(f)]
    named = any(_names_rate(part) for f in rates for part in ast.walk(f))
    negative = any(isinstance(f, ast.UnaryOp) for f in factors)
    literal = any(isinstance(f, ast.Constant) for f in rates) and falls != negative
    gradients = [f for f in rest if naming.looks_like_gradient(bare(root(f)))]
    if not rest or any(_pulls(target, f) for f in rest):
        return
    if named or (literal and (gradients or multiplied)):
        whole = rest[0]
        for other in rest[1:]:
            product = ast.BinOp(whole, ast.Mult(), other)
            whole = ast.copy_location(product, term)
        yield from gradients or [whole]


def _factors(node: ast.expr) -> Iterator[ast.expr]:
    """The factors of a product, without what it is divided by."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and not is_scalar(node):
        yield from _factors(node.left)
        yield from _factors(node.right)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not is_scalar(node):
        yield from _factors(node.left)
    elif isinstance(node, ast.UnaryOp) and not is_scalar(node):
        yield from _factors(node.operand)
    else:
        yield node


def _names_rate(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(RATES.match(node.value))
    name = getattr(node, "id", None) or getattr(node, "attr", None)
    return isinstance(name, str) and bool(RATES.match(name))


def _pulls(target: str, factor: ast.expr) -> bool:
    """``x - W``: a step towards something, as of means and maps, is no gradient step."""
    return any(
        isinstance(part, ast.BinOp)
        and isinstance(part.op, ast.Sub)
        and spelled(part.right) == target
        for part in ast.walk(factor)
    )


# Attributes of a judged class


def _attributes(user: Text, candidate: Candidate) -> Iterator[Use]:
    """The gradients of its parameters that the backward of a class leaves in attributes."""
    backward = candidate.of("backward")
    node = user.functions.get(backward)
    if not candidate.of("class") or node is None or _is_ignored(user, node):
        return
    held, given = _parameters(user, candidate), functions.parameters(node)
    for own, made in definitions(functions.own_nodes(node)).items():
        if not own.startswith("self."):
            continue
        for definition in made:
            if isinstance(definition.value, ast.Name) and definition.value.id in given:
                continue  # self.dout = dout
            name = bare(definition.label)
            of_entry = "[" in definition.label and naming.has(own, naming.GRADIENT)
            if (of_entry and name in held) or any(
                naming.is_gradient_of(name, parameter) for parameter in held
            ):
                line = definition.line
                message = f"{candidate.name} leaves it in an attribute, without a verdict"
                yield Use(backward, (line, line), (definition.label,), message, candidate.name)


def _parameters(user: Text, candidate: Candidate) -> set[str]:
    """The names of the attributes, and entries of attributes, that hold a class's parameters.

    A forward, and what it calls, leaves other arrays as well: of these only arrays with random
    numbers count, and those that are named like a parameter.
    """
    runs = _called_from(user, {candidate.of("forward"), candidate.of("backward")})
    found: set[str] = set()
    for qualified in user.methods(candidate.of("class")).values():
        made = definitions(functions.own_nodes(user.functions[qualified]))
        for definition in (d for own, each in made.items() if own[:5] == "self." for d in each):
            names = {bare(definition.label)}
            if isinstance(definition.value, ast.Dict):
                keys = [k.value for k in definition.value.keys if isinstance(k, ast.Constant)]
                names |= {key for key in keys if isinstance(key, str)}
            if qualified in runs and not _is_random(definition.value):
                names = {n for n in names if _is_made(definition) and naming.PARAMETERS.match(n)}
            found |= names
    return found


def _is_random(value: ast.expr) -> bool:
    """Whether an expression draws random numbers: ``rng.normal(...)``, ``np.random.randn(...)``."""
    called = [ast.unparse(p.func) for p in ast.walk(value) if isinstance(p, ast.Call)]
    return any(re.search(r"random|randn|\brand\b|normal|uniform", name) for name in called)


def _is_made(definition: Definition) -> bool:
    """Whether a new array, or a dict of arrays, is made."""
    parts = ast.walk(definition.value)
    return any(isinstance(p, ast.Call) and MAKERS.match(bare(ast.unparse(p.func))) for p in parts)
