"""One link of the chain rule left out, negated, doubled or not differentiated at all.

Each call of the user's own forward is differentiated otherwise, at one place of the code and at all
its occurrences, and the rest as it should be.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from oracle.diagnosis.mistakes.factors import Under, constant_factor, is_mask, products
from oracle.diagnosis.mistakes.scale import batch, name_of
from oracle.diagnosis.mistakes.suspicion import (
    Suspicion,
    Target,
    all_detached,
    detached,
    passed,
    scaled,
)
from oracle.truth.recording import Note, Value

STATISTICS = ("mean", "var", "std", "average", "median", "nanmean", "nanvar", "nanstd")
REDUCTIONS = ("sum", "add.reduce", "amax", "max", "maximum.reduce", "linalg.norm", "norm", "prod")
PRODUCTS = ("multiply", "divide", "true_divide")
MOST_PLACES = 80
RANKS = {"time-steps-truncated": 7, "statistics-held-constant": 7}


def suspicions(target: Target) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    reached = evidence.after_value(of)
    places: dict[tuple[Any, ...], list[Note]] = {}
    for step in evidence.plan.steps:
        note = step.note
        if any(id(v) in reached for v in note.inputs):
            places.setdefault((note.file, note.place.span, note.op), []).append(note)
    for place, notes in itertools.islice(places.items(), MOST_PLACES):
        yield from _at(target, place, notes, reached)
    yield from _statistics(target, places)


def _at(
    target: Target, place: tuple[Any, ...], notes: list[Note], reached: set[int]
) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    note = notes[0]
    key, line = (place[1], place[2]), note.line
    active = [i for i, arg in enumerate(note.args) if isinstance(arg, Value) and arg.active]
    said = f"{note.op} on line {line}"

    def under(change: Callable[..., Any], some: list[Note] = notes) -> np.ndarray | None:
        return evidence.mutated(of, instead=dict.fromkeys(some, change))

    where = [i for i in active if any(id(n.args[i]) in reached for n in notes if i < len(n.args))]
    unary = len(active) == 1
    for i in where:
        if len(active) > 1 or _used_elsewhere(target, notes, i):
            recurrent = len(notes) > 1 and _fed_by_itself(notes, i)
            finding, message, fix = _dropped(note, i, said, recurrent)
            of_loss = note.op in ("add", "subtract") and _size(note.outputs[0]) == 1
            if of_loss:
                message = f"{{name}} leaves out a term of the loss, the {_side(i)} of {said}"
            yield Suspicion(
                ("drop", key, i), finding, message, fix,
                lambda i=i: under(detached(i)), rank=6 if of_loss else RANKS.get(finding, 22),
            )  # fmt: skip
            if recurrent:  # to what the first step starts from, the first step leads as it should
                yield Suspicion(
                    ("drop-later", key, i), finding, message, fix,
                    lambda i=i: under(detached(i), notes[1:]), rank=RANKS.get(finding, 22),
                )  # fmt: skip
        yield Suspicion(
            ("minus", key, i), "sign-flipped",
            f"{{name}} takes what goes through {said} with the wrong sign",
            "change the sign of that term", lambda i=i: under(scaled(i, -1.0)), rank=24,
        )  # fmt: skip
        for factor in (2.0, 0.5):
            yield Suspicion(
                ("times", key, i, factor), "wrong-constant-factor",
                f"{{name}} takes what goes through {said} {factor:g} times",
                f"divide that term by {factor:g}",
                lambda i=i, f=factor: under(scaled(i, f)), rank=30,
            )  # fmt: skip
    if not unary and note.op in PRODUCTS:
        yield from _unweighted(target, key, note, where, under)
    if unary and where and note.outputs and note.op in PRODUCTS:
        yield from constant_factor(target, key, note, where[0], under)
    if unary and where and note.op in ("sum", "mean", "add.reduce"):
        yield from _sum_for_mean(target, key, note, where[0], under)


def _unweighted(
    target: Target, key: Any, note: Note, where: list[int], under: Under
) -> Iterator[Suspicion]:
    """The derivative of a product by one factor, without the other factor."""
    assert target.evidence is not None
    for i in where:
        other = note.args[1 - i]
        if note.args[i].shape == note.outputs[0].shape and not (note.op != "multiply" and i == 1):
            leaf = next((p for p, v in target.evidence.inputs.items() if v is other), None)
            kept = np.count_nonzero(other.array)
            if kept > 1 and is_mask(np.asarray(other.array)):  # drawn in the forward itself
                yield from constant_factor(target, key, note, i, under)
                continue
            other_one = str(leaf[-1]) if leaf else "the other factor"
            yield Suspicion(
                ("unweighted", key, i), "dropped-term",
                f"{{name}} leaves out {other_one}, by which line {note.line} "
                f"{'multiplies' if note.op == 'multiply' else 'divides'}",
                "the derivative of a product by one factor is the other",
                lambda i=i: under(passed(i)), rank=17,
            )  # fmt: skip


def _sum_for_mean(
    target: Target, key: Any, note: Note, i: int, under: Under
) -> Iterator[Suspicion]:
    """A mean differentiated as a sum, or a sum as a mean."""
    size = max(1, int(np.prod(note.args[i].shape)))
    count = size // max(1, int(np.prod(note.outputs[0].shape)))
    if note.op == "mean":
        for expression in products(float(count), target):
            finding, _, fix = name_of(expression, batch(target))
            yield Suspicion(
                ("as-sum", key, expression), finding,
                f"{{name}} differentiates the mean on line {note.line} as if it were a sum", fix,
                lambda: under(scaled(i, float(count))), rank=20,
            )  # fmt: skip
    else:
        for expression in products(1.0 / count, target):
            finding, _, fix = name_of(expression, batch(target))
            yield Suspicion(
                ("as-mean", key, expression), finding,
                f"{{name}} differentiates the sum on line {note.line} as if it were a mean", fix,
                lambda: under(scaled(i, 1.0 / count)), rank=20,
            )  # fmt: skip


def _statistics(target: Target, places: dict[tuple[Any, ...], list[Note]]) -> Iterator[Suspicion]:
    """Means, variances and norms held constant, one kind or all of them at once."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    kinds: dict[str, list[Note]] = {"all": []}
    for (_, _, op), notes in places.items():
        if op in STATISTICS or op in REDUCTIONS:
            shrinks = [n for n in notes if n.outputs and _size(n.outputs[0]) < _size(n.inputs[0])]
            feeds = [n for n in shrinks if evidence.users.get(id(n.outputs[0]))]
            kinds["all"] += feeds
            if op in STATISTICS:
                kinds.setdefault(op, []).extend(feeds)
    if len(kinds["all"]) < 2:
        return
    for kind, notes in kinds.items():
        what = "all statistics" if kind == "all" else f"the {kind}"
        if notes:
            yield Suspicion(
                ("held", kind), "statistics-held-constant",
                f"{{name}} takes {what} of the forward as constants",
                "add the terms that go through them",
                lambda notes=notes: evidence.mutated(
                    of, instead=dict.fromkeys(notes, all_detached)
                ),
                rank=14,
            )  # fmt: skip


def _dropped(note: Note, i: int, said: str, recurrent: bool) -> tuple[str, str, str]:
    if recurrent:
        return (
            "time-steps-truncated",
            f"{{name}} leaves out what goes through the steps before, by {said}",
            "carry the gradient from each step on to the one before",
        )
    if note.op in STATISTICS:
        return (
            "statistics-held-constant",
            f"{{name}} takes the {note.op} on line {note.line} as a constant",
            f"add the term that goes through the {note.op}",
        )
    return (
        "dropped-term",
        f"{{name}} leaves out the path through the {_side(i)} operand of {said}",
        "add that term",
    )


def _side(i: int) -> str:
    return ("first", "second", "third")[i] if i < 3 else f"{i + 1}th"


def _used_elsewhere(target: Target, notes: list[Note], i: int) -> bool:
    """True if the operand reaches the value by other paths too, so that not all is dropped."""
    evidence = target.evidence
    assert evidence is not None
    for note in notes:
        value = note.args[i]
        while isinstance(value, Value):
            if len(evidence.users.get(id(value), ())) > 1:
                return True
            made = value.note
            if made is None:
                break
            inputs = [v for v in made.inputs if v.active]
            if len(inputs) != 1:
                if any(len(evidence.users.get(id(v), ())) > 1 for v in inputs):
                    return True
                break
            value = inputs[0]
    return False


def _fed_by_itself(notes: list[Note], i: int) -> bool:
    """True if a later occurrence uses the result of an earlier one: a loop through time."""
    made = {id(value) for value in notes[0].outputs}
    last = notes[-1]
    if i >= len(last.args):
        return False
    seen: set[int] = set()
    queue = [last.args[i]]
    while queue and len(seen) < 500:
        value = queue.pop()
        if not isinstance(value, Value) or id(value) in seen:
            continue
        if id(value) in made:
            return True
        seen.add(id(value))
        if value.note is not None:
            queue.extend(v for v in value.note.inputs if v.active)
    return False


def _size(value: Value) -> int:
    return int(np.prod(value.shape))
