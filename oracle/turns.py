"""One statement in a loop that is wrong in every turn: the step that is to blame for all of them.

Through time, the gradient of each turn is made of that of the turn after it. A wrong statement adds
an error of its own in every turn, and what comes of it is carried on through the turns before. Let
u₁, u₂, … be what a statement of the backward makes, turn by turn, and V₁, V₂, … what one of the
forward makes, in the opposite order or the same. If u is meant for the gradient of V, its own
errors are

    e₁ = u₁ − true(V₁),   eₖ = uₖ − true(Vₖ) − Σ J(Vⱼ → Vₖ)·eⱼ over j < k,

and it is, if and only if these, carried on, account for all that comes out of the backward.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.discovery.subject import Path
from oracle.evidence import Evidence, Step
from oracle.recording import Value

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


def in_every_turn(evidence: Evidence, steps: Sequence[Step], left: set[Path]) -> Turned | None:
    """The statement whose own errors account for wrong gradients; the first that does."""
    began = time.process_time()
    for made in _by_statement(steps):
        fits: list[tuple[float, Turned]] = []
        for pairs in _pairs(evidence, made):
            if time.process_time() - began > PATIENCE:
                return None
            errors = _own_errors(evidence, pairs)
            touched = _accounted_for(evidence, pairs, errors, left)
            if touched:
                first = next(k for k, e in enumerate(errors) if not _is_nothing(evidence, e))
                (step, value), error = pairs[first], errors[first]
                off = np.abs(error) > 1e-9 * np.abs(evidence.true(value)).max(initial=0)
                truncated = first > 0 and _is_what_comes_back(evidence, pairs, first, error)
                turned = Turned(step, value, frozenset(touched), truncated)
                fits.append((float(off.mean()), turned))
        if fits:
            return min(fits, key=lambda fit: fit[0])[1]
    return None


def _is_what_comes_back(evidence: Evidence, pairs: Pairs, at: int, error: np.ndarray) -> bool:
    """Whether an error is all that the turn before would have handed on, and nothing else."""
    (_, before), (_, value) = pairs[at - 1], pairs[at]
    back = evidence.carried_to(before, evidence.true(before), value)
    return evidence.same(error, -back)


def _by_statement(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """What each statement makes in several turns, arrays of one shape; the first to run first."""
    found: dict[tuple[str, int, str], list[Step]] = {}
    for step in steps:
        found.setdefault((step.file, step.line, step.name), []).append(step)
    for made in found.values():
        if 1 < len(made) <= MOST and len({step.value.shape for step in made}) == 1:
            yield made


def _pairs(evidence: Evidence, made: list[Step]) -> Iterator[Pairs]:
    """What these arrays may be the gradients of: what one call of the forward makes as often."""
    places: dict[object, list[Value]] = {}
    for value in evidence.of_shape(made[0].value.shape):
        if value.note is not None and value.note.op != "negative":
            at = value.note.file, value.note.place.span, value.note.op
            places.setdefault(at, []).append(value)
    for values in reversed(places.values()):
        if len(values) == len(made):
            yield list(zip(made, reversed(values)))
            yield list(zip(made, values))


def _own_errors(evidence: Evidence, pairs: Pairs) -> list[np.ndarray]:
    errors: list[np.ndarray] = []
    for step, value in pairs:
        error = evidence.number(step.value) - evidence.true(value)
        for (_, before), own in zip(pairs, errors):
            if not _is_nothing(evidence, own):
                error = error - evidence.carried_to(before, own, value)
        errors.append(error)
    return errors


def _accounted_for(
    evidence: Evidence, pairs: Pairs, errors: list[np.ndarray], left: set[Path]
) -> set[Path]:
    """The gradients that are wrong by these errors; none if one is otherwise than they say."""
    sums = {path: np.zeros_like(evidence.want(path)) for path in evidence.got}
    for (_, value), error in zip(pairs, errors):
        if not _is_nothing(evidence, error):
            for path, carried in evidence.carried(value, error, evidence.got).items():
                sums[path] = sums[path] + carried
    touched = {path for path, carried in sums.items() if not _is_nothing(evidence, carried)}
    if not touched or not touched <= left:
        return set()
    accounted = all(
        evidence.same(evidence.got[path], evidence.want(path) + sums[path]) for path in touched
    )
    return touched if accounted else set()


def _is_nothing(evidence: Evidence, error: np.ndarray) -> bool:
    return evidence.same(error, np.zeros_like(error))
