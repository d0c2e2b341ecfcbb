"""Uses of gradients that no derivation of the file accounts for, by the text alone.

A gradient is used where it is subtracted from or added to a parameter at a rate, where it is
handed to a backward as its upstream, and where something named like a backward returns it or
leaves it in an attribute. A name alone is nothing.
A use belongs to a derivation if the gradient is computed in a function of that derivation.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from oracle.discovery import givers, naming
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions, source
from oracle.discovery.text.assignments import Definition, bare, definitions, root, spelled
from oracle.discovery.text.handed import handed
from oracle.discovery.text.origins import (
    MAKERS,
    Known,
    Origin,
    Origins,
    joined,
)
from oracle.discovery.text.source import Text
from oracle.discovery.text.steps import steps
from oracle.results import NotJudged, Result
from oracle.subject import Way

MODULE = "<module>"
IGNORE = re.compile(r"#\s*oracle:\s*ignore\b(?!\[)")
BACKWARDS = naming.BACKWARD - {"back"}


@dataclass(frozen=True)
class Use:
    """Gradients that one function uses: their names, and the lines from the first to the last."""

    target: str  # the function, the method, or <module>
    lines: tuple[int, int]
    names: tuple[str, ...]
    message: str
    derivation: str = ""  # the class whose result may hold verdicts of them
    places: tuple[tuple[str, int], ...] = ()  # each name with its line


def uses(user: Text, found: Sequence[Candidate]) -> list[Use]:
    """The uses of gradients outside of some derivations, and what is left in their attributes."""
    known = _known(user, found)
    made = [use for name, node in _scopes(user) for use in _in_scope(known, name, node)]
    made += [use for candidate in found for use in _attributes(user, candidate)]
    return sorted(made, key=lambda use: use.lines)


def judged_lines(user: Text, found: Sequence[Candidate]) -> list[tuple[int, int]]:
    """The first and last lines of the functions that belong to some derivations."""
    nodes = (user.functions[name] for name in _known(user, found).judged if name in user.functions)
    return [(node.lineno, node.end_lineno or node.lineno) for node in nodes]


def not_judged(user: Text, made: Sequence[Use], results: Sequence[Result]) -> list[NotJudged]:
    """The uses that got no verdict: a gradient of the same name or line has one."""
    found = []
    told = {result.target for result in results}
    everywhere = {gradient.line for result in results for gradient in result.gradients}
    for use in made:
        if use.target in told:
            if use.target == MODULE and (later := _later(user, use, results)) is not None:
                found.append(later)
            continue
        owner = use.derivation or use.target  # of code that trains, the trace of it
        gradients = [g for r in results if r.target == owner for g in r.gradients]
        if use.derivation and not gradients:
            continue  # the derivation is an error, or has another reason, which is told
        known = {bare(g.name) for g in gradients} | {f"d{bare(g.of)}" for g in gradients if g.of}
        lines = {g.line for g in gradients}
        names = [n for n in use.names if not {bare(n), bare(_whole(n))} & known]
        if use.places and all(line in everywhere for _, line in use.places):
            names = []
        if use.lines[0] == use.lines[1] and use.lines[0] in lines:
            names = []
        if names:
            found.append(
                NotJudged(user.file, use.target, use.lines, tuple(names), _counted(use, names))
            )
    return found


def _whole(name: str) -> str:
    """The array that a part is one of: ``grads["W"]`` of ``grads["W"][:, n:]``."""
    try:
        node: ast.expr = ast.parse(name, mode="eval").body
    except SyntaxError:
        return name
    while isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            break
        node = node.value
    return ast.unparse(node)


def _later(user: Text, use: Use, results: Sequence[Result]) -> NotJudged | None:
    """The gradients of a file that trains more than once, behind the training that was traced."""
    traced = [r for r in results if r.target == MODULE]
    lines = [g.line for r in traced for g in r.gradients]
    lines += [line for r in traced for left in r.not_judged for line in left.lines]
    parts = [(part.lineno, part.end_lineno or part.lineno) for part in user.tree.body]
    end = max((last for first, last in parts if any(first <= n <= last for n in lines)), default=0)
    places = [(name, line) for name, line in use.places if line > end]
    if not places:
        return None
    names = tuple(dict.fromkeys(name for name, _ in places))
    later = replace(use, message="computed after the first training of the file")
    spread = places[0][1], places[-1][1]
    return NotJudged(user.file, use.target, spread, names, _counted(later, names))


def _counted(use: Use, names: Sequence[str]) -> str:
    plural = "s" if len(names) > 1 else ""
    return f"{len(names)} gradient{plural} not judged: {use.message}"


def _known(user: Text, found: Sequence[Candidate]) -> Known:
    parts = {part for c in found for role, part in c.parts.items() if role != "class"}
    judged = called_from(user, parts)
    slopes = {c.of("backward") for c in found if c.way == Way.DERIVATIVE}
    # What a giver gives is judged there, or told there as not judged.
    given = {c.of(role) for c in found for role in ("backward", "function")} - {""}
    given |= givers.givers(user)
    backwards = {n for n, f in user.functions.items() if _is_backward(n, f) and n not in judged}
    return Known(
        user, frozenset(judged), frozenset(given - slopes), frozenset(slopes), frozenset(backwards)
    )


def called_from(user: Text, names: set[str]) -> set[str]:
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


def _is_backward(name: str, node: functions.Function) -> bool:
    """True if a function is named like a backward; one that trains as well is not.

    ``norm_backward_eval(dout, cache)`` does not train: it is given an upstream.
    """
    short, given = name.rpartition(".")[2], functions.required(node)
    trains = naming.has(short, naming.USES_DERIVATIONS)
    trains = trains and not (len(given) == 2 and naming.is_upstream(given[0]))
    named = naming.has(short, BACKWARDS) and not naming.has(short, naming.NOT_A_DERIVATION)
    return named and not trains


def _scopes(user: Text) -> Iterator[tuple[str, ast.AST]]:
    """The functions and methods of a file, and the module outside of them."""
    yield from user.functions.items()
    yield "", user.tree


def _in_scope(known: Known, name: str, node: ast.AST) -> Iterator[Use]:
    if name in known.judged or _is_ignored(known.user, node):
        return
    if name in known.backwards and not functions.is_abstract(known.user.functions[name]):
        origin = _left_by(Origins(known, name, node, strict=True))
        if origin.computed:
            yield _use(name, origin, "nothing says which forward this backward belongs to")
            return
    origins = Origins(known, name, node)
    origin = joined([*steps(origins, node), *handed(origins, node)])
    if origin.computed:
        where = (
            'computed inside a function that trains; "# oracle: run ..." says how it is called'
            if name
            else "computed outside of functions"
        )
        yield _use(name or "<module>", origin, where)


def _use(target: str, origin: Origin, message: str) -> Use:
    ordered = sorted(origin.computed, key=lambda pair: (pair[1], pair[0]))
    names = tuple(dict.fromkeys(name for name, _ in ordered))
    places = tuple(sorted(origin.computed, key=lambda pair: pair[1]))
    return Use(target, (ordered[0][1], ordered[-1][1]), names, message, places=places)


def _is_ignored(user: Text, node: ast.AST) -> bool:
    """True if a comment ``# oracle: ignore`` stands on a def."""
    if not isinstance(node, functions.Function) or not node.body:
        return False
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return any(IGNORE.search(line) for line in user.lines[first - 1 : node.body[0].lineno - 1])


def _left_by(origins: Origins) -> Origin:
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
    runs = called_from(user, {candidate.of("forward"), candidate.of("backward")})
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
    """True if an expression draws random numbers: ``rng.normal(...)``, ``np.random.randn(...)``."""
    called = [ast.unparse(p.func) for p in ast.walk(value) if isinstance(p, ast.Call)]
    return any(re.search(r"random|randn|\brand\b|normal|uniform", name) for name in called)


def _is_made(definition: Definition) -> bool:
    """True if an expression makes a new array, or a dict of arrays."""
    parts = ast.walk(definition.value)
    return any(isinstance(p, ast.Call) and MAKERS.match(bare(ast.unparse(p.func))) for p in parts)
