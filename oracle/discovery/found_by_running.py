"""The subject of a candidate whose shapes nothing says: they are found by running it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace

from oracle.discovery import running
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.running.seeds import code_of
from oracle.discovery.text import functions
from oracle.discovery.text.functions import Function
from oracle.discovery.ways import makers
from oracle.subject import MissingShapes, Subject

Plain = Callable[[User, Candidate], Subject]


def subject(user: User, candidate: Candidate, plain: Plain, missing: MissingShapes) -> Subject:
    """The subject under a line of shapes that it runs under.

    Raises:
        MissingShapes: no line was found.
    """
    nodes = [user.node(name) for name in candidate.parts.values()]
    init = _constructor(user, candidate)
    known = [node for node in (*nodes, init) if node is not None]

    def build(text: str) -> Subject:
        return plain(replace(user, shapes=text), candidate)

    return running.found(
        build,
        missing,
        code_of(known, user.text.tree if user.text is not None else None),
        user.file,
        user.shapes,
        {name: None for node in known for name in functions.parameters(node)},
        {number: name for name, number in _defaults(init)},
    )


def _constructor(user: User, candidate: Candidate) -> Function | None:
    if user.text is None or not candidate.of("class"):
        return None
    return user.node(user.text.methods(candidate.of("class")).get("__init__", ""))


def _defaults(init: Function | None) -> Iterator[tuple[str, int]]:
    """The sizes of a constructor that have a whole number as their default."""
    if init is None:
        return
    own = init.args.posonlyargs + init.args.args
    given = own[len(own) - len(init.args.defaults) :] if init.args.defaults else []
    pairs = [*zip(given, init.args.defaults), *zip(init.args.kwonlyargs, init.args.kw_defaults)]
    for argument, default in pairs:
        number = default.value if isinstance(default, ast.Constant) else None
        if type(number) is int and number > 1 and makers.SIZE.fullmatch(argument.arg):
            yield argument.arg, number
