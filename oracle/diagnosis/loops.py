"""A statement that is wrong in every turn of a loop: one step, blamed for all turns.

Through time, the gradient of each turn is made of that of the turn after it. A wrong statement adds
an error of its own in every turn, and what comes of it is carried on through the turns before. Let
u₁, u₂, … be what a statement of the backward makes, turn by turn, and V₁, V₂, … what one of the
forward makes, in the opposite order or the same. The u are meant for the gradients of the V if, and
only if, autograd comes to the user's own gradients where it is given each u for that of its V.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.statements import Step
from oracle.subject import Path
from oracle.truth.recording import Value

PATIENCE = 1.0  # seconds of processor time
MOST = 9  # turns

Pairs = list[tuple[Step, Value]]


@dataclass(frozen=True)
class Turned:
    """A statement that is wrong in the turns of a loop."""

    step: Step  # the first that is wrong,
    of: Value  # what it should be the gradient of,
    touched: frozenset[Path]  # and the gradients that are wrong for it
    truncated: bool  # it lacks nothing but what comes back from the turn before
    off: float  # the share of its entries that are wrong


def in_every_turn(evidence: Evidence, steps: Sequence[Step], left: set[Path]) -> Turned | None:
    """The statement that accounts for wrong gradients by all its turns; the first that does."""
    began = time.process_time()
    for made in _by_statement(steps):
        fits: list[Turned] = []
        for pairs in _pairs(evidence, made):
            if time.process_time() - began > PATIENCE:
                return None
            if (turned := _tried(evidence, pairs, left)) is not None:
                fits.append(turned)
        if fits:
            return min(fits, key=lambda fit: fit.off)
    return None


def _by_statement(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The arrays of one shape that each statement makes in several passes, in order."""
    found: dict[tuple[str, int, str], list[Step]] = {}
    for step in steps:
        found.setdefault((step.file, step.line, step.name), []).append(step)
    for made in found.values():
        if 1 < len(made) <= MOST and len({step.value.shape for step in made}) == 1:
            yield made


def _pairs(evidence: Evidence, made: list[Step]) -> Iterator[Pairs]:
    """Values of the forward that these arrays may be gradients of, made by one call."""
    places: dict[object, list[Value]] = {}
    for value in evidence.of_shape(made[0].value.shape):
        if value.note is not None and value.note.op != "negative":
            at = value.note.file, value.note.place.span, value.note.op
            places.setdefault(at, []).append(value)
    for values in reversed(places.values()):
        if len(values) == len(made):
            yield list(zip(made, reversed(values)))
            yield list(zip(made, values))


def _tried(evidence: Evidence, pairs: Pairs, left: set[Path]) -> Turned | None:
    """True if these arrays are the gradients that the user's code takes them for."""
    found, came = evidence.given({v: evidence.number(step.value) for step, v in pairs})
    touched = {path for path in found if not evidence.same(found[path], evidence.want(path))}
    if not touched or not touched <= left or len(came) < len(pairs):
        return None
    if not all(evidence.same(evidence.got[path], found[path]) for path in touched):
        return None
    for at, (step, value) in enumerate(pairs):
        array, want = evidence.number(step.value), came[value]
        if not evidence.same(array, want):
            truncated = at > 0 and _lacks_the_turn_before(evidence, pairs, at, array - want)
            off = float((np.abs(array - want) > 1e-9 * np.abs(want).max(initial=0)).mean())
            return Turned(step, value, frozenset(touched), truncated, off)
    return None


def _lacks_the_turn_before(evidence: Evidence, pairs: Pairs, at: int, error: np.ndarray) -> bool:
    """True if an error equals the whole contribution of the pass before."""
    (_, before), (_, value) = pairs[at - 1], pairs[at]
    back = evidence.carried_to(before, evidence.true(before), value)
    return evidence.same(error, -back)
