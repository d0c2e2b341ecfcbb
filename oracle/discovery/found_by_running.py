"""The subject of a candidate whose shapes nothing says: they are found by running it."""

import ast
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from oracle.discovery import called, running
from oracle.discovery.arguments import User, parameters
from oracle.discovery.candidate import Candidate
from oracle.discovery.running.seeds import code_of
from oracle.discovery.running.trial import BACKWARD, BUILT, FORWARD
from oracle.discovery.text import functions, usage
from oracle.discovery.text.functions import Function
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
        replace(code, samples=tuple(_samples(init)), called=called.axes(user, candidate)),
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
    """The arguments of a constructor by which the class divides."""
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
