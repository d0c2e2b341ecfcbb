"""The layers of a traced forward: products of what comes in with a matrix of weights."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.tracing.truth import Truth, array
from oracle.truth.recording import Note, Value

PRODUCTS = frozenset({"dot", "matmul"})


@dataclass(frozen=True, eq=False)
class Layer:
    """One product with weights: ``given @ weights``, or ``weights @ given``."""

    weights: Value  # the parameter itself, not its transpose
    name: str  # of the weights
    given: Value | None  # None: it comes from outside, and no earlier layer has made it
    made: Value
    columns: bool  # True: samples are columns, and units are rows
    units: int  # the axis of the weights along which its units stand
    line: int


def layers(truth: Truth) -> list[Layer]:
    """The layers of a step, in the order in which they were computed."""
    parameters = {id(value): value for value in truth.step.parameters}
    inside = following(truth, parameters)
    found = []
    for note in truth.forward.notes:
        if note.op not in PRODUCTS or len(note.args) < 2:
            continue
        for at in (0, 1):
            weights, turned = _untransposed(note.args[at])
            if weights is None or id(weights) not in parameters or len(weights.shape) != 2:
                continue
            given = note.args[1 - at]
            hidden = isinstance(given, Value) and id(given) in inside
            name = truth.training.name(weights)
            units = int(at == 1) ^ int(turned)
            found.append(
                Layer(
                    weights, name, given if hidden else None, note.outputs[0], at == 0, units,
                    note.line,
                )
            )  # fmt: skip
            break
    return found


def following(truth: Truth, some: Sequence[int] | dict[int, Value] | set[int]) -> set[int]:
    """The ids of the values of the forward that are computed from some values."""
    found = set(some)
    for note in truth.forward.notes:
        if any(id(value) in found for value in note.inputs):
            found.update(id(value) for value in note.outputs)
    return found - set(some)


def _untransposed(thing: object) -> tuple[Value | None, bool]:
    if not isinstance(thing, Value):
        return None, False
    if thing.note is not None and thing.note.op in ("transpose", "T", "swapaxes"):
        of = thing.note.args[0]
        return (of, True) if isinstance(of, Value) else (None, False)
    return thing, False


def hidden(found: Sequence[Layer], truth: Truth) -> list[Layer]:
    """The layers from which another layer is computed: their units are hidden ones."""
    given = {id(layer.given) for layer in found if layer.given is not None}
    inside = leading_to(truth, given)
    return [layer for layer in found if id(layer.made) in inside]


def leading_to(truth: Truth, some: set[int]) -> set[int]:
    """The ids of the values of the forward from which some values are computed."""
    found: set[int] = set()
    for note in reversed(truth.forward.notes):
        if any(id(value) in some or id(value) in found for value in note.outputs):
            found.update(id(value) for value in note.inputs)
    return found


def squashings(truth: Truth) -> Iterator[tuple[Note, Value, np.ndarray]]:
    """Each sigmoid and tanh of the forward, with its slope as a share of the largest one."""
    for note in truth.forward.notes:
        if note.op == "tanh":
            yield note, note.outputs[0], 1 - array(note.outputs[0]) ** 2
        elif note.op == "expit" or _is_logistic(note):
            out = array(note.outputs[0])
            yield note, note.outputs[0], 4 * out * (1 - out)


def _is_logistic(note: Note) -> bool:
    """True for ``1 / (1 + exp(-z))``."""
    if note.op not in ("divide", "reciprocal") or not isinstance(note.args[-1], Value):
        return False
    below = note.args[-1].note
    ones = note.op == "reciprocal" or _is_one(note.args[0])
    return (
        ones
        and below is not None
        and below.op == "add"
        and any(_is_one(arg) for arg in below.args)
        and any(v.note is not None and v.note.op == "exp" for v in below.inputs)
    )


def _is_one(thing: object) -> bool:
    number = thing.array if isinstance(thing, Value) else thing
    return bool(np.size(number) == 1 and np.all(np.equal(number, 1)))  # type: ignore[arg-type]
