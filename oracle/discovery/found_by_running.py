"""The subject of a candidate whose shapes nothing says: they are found by running it."""

import ast
import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from oracle.discovery import running
from oracle.discovery.arguments import User, parameters
from oracle.discovery.candidate import Candidate
from oracle.discovery.running.seeds import Code, code_of
from oracle.discovery.running.trial import BACKWARD, BUILT, FORWARD
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.grammar import Said
from oracle.discovery.text import functions, usage
from oracle.discovery.text.functions import Function, own_nodes
from oracle.discovery.ways import makers
from oracle.discovery.ways.proposals import proposals_of
from oracle.subject import MissingShapes, Subject, Unusable

# Numbers of parts into which another class may divide: MultiHead(d_model, heads_num).
PARTS = re.compile(r"(n_?|num_?|no_?|attention_)?(heads?|groups?)(_?(num|count|n))?")
STAGES = {"backward": BACKWARD}
Plain = Callable[[User, Candidate], Subject]


def subject(user: User, candidate: Candidate, plain: Plain, missing: MissingShapes) -> Subject:
    """The subject under a line of shapes that it runs under.

    Raises:
        MissingShapes: no line was found.
    """
    if any(number > makers.LARGE for _, number in _defaults(user, candidate)):
        with contextlib.suppress(MissingShapes):  # where these numbers must be what they are
            return _found(replace(user, is_lowered=True), candidate, plain, missing)
    return _found(user, candidate, plain, missing)


def _found(user: User, candidate: Candidate, plain: Plain, missing: MissingShapes) -> Subject:
    init = _constructor(user, candidate)
    parts = [(user.node(name), role) for role, name in candidate.parts.items()]
    known = [(node, STAGES.get(role, FORWARD)) for node, role in parts if node is not None]
    known += [(init, BUILT)] if init is not None else []

    def build(text: str) -> Subject:
        return plain(replace(user, shapes=text, is_searched=True), candidate)

    code = code_of(
        known,
        user.text.tree if user.text is not None else None,
        _parts(user, candidate),
        user.text.lines if user.text is not None else (),
    )
    given = (
        replace(
            code,
            samples=tuple(_samples(init)),
            called=shapes(user, candidate),
            documented=_documented(user, candidate, code),
        ),
        user.file,
        user.shapes,
        {name: None for node, _ in known for name in functions.parameters(node)},
        {number: name for name, number in _defaults(user, candidate)},
    )
    try:
        return running.found(build, missing, *given)
    except MissingShapes:
        if not missing.doubtful:
            raise
    names = [n for node, _ in known for n in functions.parameters(node)]
    open_ = dict.fromkeys(n for n in names if n in (*missing.doubtful, *missing.names))
    return running.found(build, MissingShapes(str(missing), missing.line, list(open_)), *given)


def _documented(user: User, candidate: Candidate, code: Code) -> dict[str, tuple[str, ...]]:
    """The axes of arguments in docstrings; of functions that they are handed to, their numbers."""
    if user.text is None:
        return {}
    said = declared.of_parts(user.text, candidate.parts.values())
    found = {str(p[0]): s.dims for p, s in said.items() if len(p) == 1 and s.dims}
    names = {n for node in code.nodes for n in functions.parameters(node)}  # type: ignore[arg-type]
    for name in sorted(names - found.keys()):
        for node, own in code.roles.uses(name):
            called = getattr(node, "name", "")
            if user.text.functions.get(called) is node:
                dims = declared.of_parts(user.text, [called]).get((own,), Said()).dims
                if dims and name not in found:
                    found[name] = tuple(dim if dim.isdigit() else "" for dim in dims)
    return found


def _constructor(user: User, candidate: Candidate) -> Function | None:
    if user.text is None or not candidate.of("class"):
        return None
    return user.node(user.text.methods(candidate.of("class")).get("__init__", ""))


def _samples(init: Function | None) -> Iterator[tuple[int, ...]]:
    """The defaults of a constructor that are tuples of whole numbers: shapes of a sample."""
    for default in init.args.defaults if init is not None else ():
        with contextlib.suppress(ValueError):
            value = ast.literal_eval(default)
            several = isinstance(value, tuple) and len(value) > 1
            if several and all(type(part) is int and part > 0 for part in value):
                yield value


def _parts(user: User, candidate: Candidate) -> list[str]:
    """The arguments of a constructor that the class uses as divisors."""
    with contextlib.suppress(Unusable):
        owner = candidate.of("class")
        kind = user.kind(owner) if owner else None
        if kind is not None and makers.has_constructor(kind):
            given = parameters(kind, candidate.name)
            proposals = proposals_of(user, owner, given)
            named = [p.name for p in given if PARTS.fullmatch(p.name)]
            return [*named, *(p.name for p in given if proposals.is_divided_by(p.name))]
    return []


def _defaults(user: User, candidate: Candidate) -> Iterator[tuple[str, int]]:
    """The sizes of a constructor that have a whole number as their default."""
    if not candidate.of("class"):
        return
    with contextlib.suppress(Unusable):
        kind, init = user.kind(candidate.of("class")), _constructor(user, candidate)
        given = parameters(kind, candidate.name) if makers.has_constructor(kind) else []
        for parameter in given:
            own, number = parameter.name, parameter.default
            is_size = makers.SIZE.fullmatch(own) or (init and usage.is_extent(init, own))
            if type(number) is int and number > 1 and is_size:
                yield own, number


# Shapes of arguments, as the file's own calls of a function have them once it was imported.
#
# ``mse_grad(w, X, y)`` at the top level, with the file's own ``w``: what the code was written
# for.

Shape = tuple[int, ...]


def shapes(user: User, candidate: Candidate) -> dict[str, tuple[Shape, int]]:
    """The shape of each argument, and of integers one more than the largest, else 0.

    Only of arguments that have as many axes in all calls at the top level; entries of a dict by
    their path: ``model.W1``.
    """
    found: dict[str, tuple[Shape, int]] = {}
    unlike: set[str] = set()
    for name, value in _given(user, candidate):
        shape, top = np.shape(value), 0
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.size:
            top = int(value.max()) + 1
        if len(found.setdefault(name, (shape, top))[0]) != len(shape):
            unlike.add(name)
    return {name: one for name, one in found.items() if name not in unlike}


def _given(user: User, candidate: Candidate) -> Iterator[tuple[str, Any]]:
    """The arrays and numbers that calls at the top level give, by argument."""
    if user.text is None or user.module is None:
        return
    names = vars(user.module)
    parts = {name.rpartition(".")[2]: name for r, name in candidate.parts.items() if r != "class"}
    for call in own_nodes(user.text.tree):
        if not isinstance(call, ast.Call):
            continue
        part = parts.get(ast.unparse(call.func).rpartition(".")[2], "")
        node = user.node(part)
        if node is None or isinstance(call.func, ast.Attribute) != ("." in part):
            continue
        given = [*zip(functions.parameters(node), call.args)]
        given += [(word.arg, word.value) for word in call.keywords if word.arg]
        for name, value in given:
            if isinstance(value, ast.Name):
                yield from _arrays(name, names.get(value.id))


def _arrays(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, np.ndarray | float | np.floating):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if isinstance(key, str) and isinstance(part, np.ndarray):
                yield f"{name}.{key}", part
