"""Shapes of a ``Function``'s arguments that nothing says, found by running it.

The most general shapes in which forward and backward run, and in which each gradient has the shape
of its input, are taken: any shape at all, the same for each tensor, where that runs; otherwise
matrices, vectors, batches of sequences and images, with as many different sizes as possible.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from oracle.discovery import naming
from oracle.discovery.shapes.declared import Said, Shapes

MOST = 600  # combinations that are tried
SECONDS = 3.0  # that are spent on them, or no more
# The shapes of a first tensor, and with each those of the others, the most general ones first.
BASES: dict[str, Sequence[str]] = {
    "*shape": ("*shape",),
    "N D": ("M D", "D M", "M E", "E M", "M", "D", "N D", "N M", "D D", "N", "1", ""),
    "N": ("M", "N", "1", ""),
    "B T D": ("B S D", "B S E", "M D", "D M", "M", "D", "B T D", "T D", "B T", "T", "1", ""),
    "N C H W": ("O C 2 2", "C 1 2 2", "O", "C", "N C H W", "C H W", "1 C 1 1", "1", ""),
}
AXES = (-1, 1, 0)
NUMBERS = (2, 0.5, 1, True)
INDICES = naming.words("idx index indices indexes ids labels label target targets y t tgt")
NO_TENSORS = ("int", "float", "bool", "str")
MASKS = naming.words("mask masks keep")


@dataclass(frozen=True)
class Open:
    """A parameter of which nothing says what it is."""

    name: str
    has_gradient: bool | None  # what the backward returns for it is no None; None: not known
    hint: str = ""  # the name of its annotation


def found(
    open_: Sequence[Open], known: Shapes, fits: Callable[[Shapes, bool], bool]
) -> Shapes | None:
    """The shapes, and values of options, in which a Function runs; None if none were found.

    ``fits(shapes, backward)``: with these it runs, its backward included if that is asked for.
    """
    began = time.process_time()
    for shapes in itertools.islice(_proposals(open_, known), MOST):
        if time.process_time() - began > SECONDS:
            break
        if fits(shapes, True):
            return shapes
    if len(open_) == 1:  # the shapes of one tensor are told by the forward alone
        return next((s for s in _proposals(open_, known) if fits(s, False)), None)
    return None


def _proposals(open_: Sequence[Open], known: Shapes) -> Iterator[Shapes]:
    first = next((one for one in open_ if one.has_gradient is not False), None)
    spoken = [" ".join(said.dims) for said in known.values() if said.dims]
    for base in BASES if first is not None else spoken[:1]:
        others = BASES.get(base, (base,))
        choices = [
            [Said(tuple(base.split()))] if one is first else _choices(one, base, others)
            for one in open_
        ]
        for chosen in itertools.product(*choices):
            yield {**known, **{(one.name,): said for one, said in zip(open_, chosen)}}


def _choices(one: Open, base: str, others: Sequence[str]) -> list[Said]:
    tensors = [Said(tuple(dims.split()), scalar=not dims) for dims in others]
    if one.has_gradient:
        return tensors
    if one.has_gradient is None and one.name not in INDICES | MASKS:
        return [*tensors, *_choices(replace(one, has_gradient=False), base, others)]
    numbers = [Said(literal=number) for number in _numbers(one)]
    if one.hint in NO_TENSORS:
        return numbers
    dims = tuple(base.split())
    masks = [Said(dims, "mask", integer=True)] if one.name in MASKS else []
    fixed = [Said(said.dims, fixed=True, scalar=said.scalar) for said in tensors]
    labels = [Said(dims[:1], classes=dims[-1], integer=True)] if len(dims) > 1 else []
    if one.name in INDICES:
        return [*labels, *fixed, *numbers]
    return [*masks, *numbers, *fixed, *labels]


def _numbers(one: Open) -> Sequence[Any]:
    if one.name in naming.NUMBERS:
        return (naming.NUMBERS[one.name],)
    if one.name in naming.FLAGS or one.hint == "bool":
        return (True,)
    return AXES if one.name in ("dim", "axis", "dims") else NUMBERS
