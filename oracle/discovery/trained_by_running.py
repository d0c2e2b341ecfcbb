"""How code that trains is made, called and fed, where nothing states it: found by running it."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from oracle.discovery import found_by_running, naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.load import load
from oracle.discovery.text import reading, source
from oracle.discovery.trainers import Trainer
from oracle.discovery.ways.trained import trained
from oracle.subject import Argument, MissingShapes, Subject, Way, size_names

KINDS = ("onehot", "binary")  # of targets, beside any numbers
MOST = 6  # alternatives
FREE = 4  # the extent of the first size that no argument has


def alternatives(file: Path, trainer: Trainer) -> tuple[Trainer, ...]:
    """The calls under which code that trains runs, the plainest first; at least one.

    Targets may be any numbers, 0 and 1, or one-hot rows: each is an alternative of its own.

    Raises:
        Unusable: it cannot be made, or runs in no shapes that were tried.
    """
    text = source.parse(reading.read(file), str(file))
    loaded = load(file)
    user = User(str(file), text, loaded.module, classes=loaded.classes)
    owner = trainer.name.rpartition(".")[0]
    parts = {"function": trainer.name} | ({"class": owner} if owner else {})
    candidate = Candidate(trainer.name, Way.VALUE_AND_GRADIENT, trainer.line, parts)
    try:
        found = trained(user, candidate)
    except MissingShapes as error:
        found = found_by_running.subject(user, candidate, trained, error)
    several = [one for each in (found, *found.others) for one in _alternatives(trainer, each)]
    return tuple(several[:MOST])


def _alternatives(trainer: Trainer, found: Subject) -> Iterator[Trainer]:
    drawn = [argument for argument in found.arguments if not argument.only_size]
    for arguments in product(*map(_kinds, drawn)):
        dims = (dim for a in arguments for dim in (*a.dims, a.classes) if dim)
        sizes = size_names(tuple(dims))
        free = [size for size in found.sizes if size not in sizes]
        numbers = {size: FREE + place for place, size in enumerate(free)}
        expression = _with_numbers(found.command, numbers)
        said = ", ".join(map(str, arguments))
        yield replace(
            trainer, expression=expression, arguments=tuple(arguments), sizes=sizes,
            command=f"{expression} with {said}" if said else expression,
            is_open=False, is_found=True,
        )  # fmt: skip


def _with_numbers(expression: str, numbers: dict[str, int]) -> str:
    """A call with numbers for the sizes that no argument's shape has: those of hidden layers."""
    tree = ast.parse(expression, mode="eval")
    return ast.unparse(ast.fix_missing_locations(_Numbers(numbers).visit(tree)))


class _Numbers(ast.NodeTransformer):
    def __init__(self, numbers: dict[str, int]) -> None:
        self.numbers = numbers

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(self.numbers[node.id]) if node.id in self.numbers else node


def _kinds(argument: Argument) -> Iterator[Argument]:
    yield argument
    is_target = argument.name in naming.TARGETS | naming.PERHAPS_TARGETS
    if is_target and argument.differentiated and argument.values == "normal":
        for kind in KINDS:
            if kind != "onehot" or len(argument.dims) > 1:
                yield replace(argument, values=kind, fixed=True)
