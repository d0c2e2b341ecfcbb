"""One link of the chain rule left out, negated, doubled or not differentiated at all.

Each call of the user's own forward is differentiated otherwise, at one place of the code and at all
its occurrences, and the rest as it should be.
"""

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.mistakes.scale import batch, matching, name_of, product
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
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
                lambda i=i: under(_detached(i)), rank=6 if of_loss else RANKS.get(finding, 22),
            )  # fmt: skip
            if recurrent:  # to what the first step starts from, the first step leads as it should
                yield Suspicion(
                    ("drop-later", key, i), finding, message, fix,
                    lambda i=i: under(_detached(i), notes[1:]), rank=RANKS.get(finding, 22),
                )  # fmt: skip
        yield Suspicion(
            ("minus", key, i), "sign-flipped",
            f"{{name}} takes what goes through {said} with the wrong sign",
            "change the sign of that term", lambda i=i: under(_scaled(i, -1.0)), rank=24,
        )  # fmt: skip
        for factor in (2.0, 0.5):
            yield Suspicion(
                ("times", key, i, factor), "wrong-constant-factor",
                f"{{name}} takes what goes through {said} {factor:g} times",
                f"divide that term by {factor:g}",
                lambda i=i, f=factor: under(_scaled(i, f)), rank=30,
            )  # fmt: skip
    if not unary and note.op in PRODUCTS:
        for i in where:
            other = note.args[1 - i]
            if note.args[i].shape == note.outputs[0].shape and not (
                note.op != "multiply" and i == 1
            ):
                leaf = next((p for p, v in evidence.inputs.items() if v is other), None)
                other_one = str(leaf[-1]) if leaf else "the other factor"
                yield Suspicion(
                    ("unweighted", key, i), "dropped-term",
                    f"{{name}} leaves out {other_one}, by which line {line} "
                    f"{'multiplies' if note.op == 'multiply' else 'divides'}",
                    "the derivative of a product by one factor is the other",
                    lambda i=i: under(_passed(i)), rank=17,
                )  # fmt: skip
    if unary and where and note.outputs and note.op in PRODUCTS:
        yield from _constant_factor(target, key, note, where[0], under)
    if unary and where and note.op in ("sum", "mean", "add.reduce"):
        size = max(1, int(np.prod(note.args[where[0]].shape)))
        count = size // max(1, int(np.prod(note.outputs[0].shape)))
        if note.op == "mean":
            for expression in _products(float(count), target):
                finding, _, fix = name_of(expression, batch(target))
                yield Suspicion(
                    ("as-sum", key, expression), finding,
                    f"{{name}} differentiates the mean on line {line} as if it were a sum", fix,
                    lambda: under(_scaled(where[0], float(count))), rank=20,
                )  # fmt: skip
        else:
            for expression in _products(1.0 / count, target):
                finding, _, fix = name_of(expression, batch(target))
                yield Suspicion(
                    ("as-mean", key, expression), finding,
                    f"{{name}} differentiates the sum on line {line} as if it were a mean", fix,
                    lambda: under(_scaled(where[0], 1.0 / count)), rank=20,
                )  # fmt: skip


def _products(number: float, target: Target) -> Iterator[Any]:
    """The ways to write a number as a product of sizes; as a constant only if there is none."""
    found = list(matching(number, target.sizes))
    with_sizes = [expression for expression in found if expression[1]]
    return iter(with_sizes or found)


def _constant_factor(
    target: Target,
    key: Any,
    note: Note,
    i: int,
    under: Callable[..., np.ndarray | None],
) -> Iterator[Suspicion]:
    """A product with something that is not differentiated: a mask, a scale, a weight."""
    constants = [a for j, a in enumerate(note.args) if j != i]
    if not constants:
        return
    constant = constants[0].array if isinstance(constants[0], Value) else constants[0]
    array = np.asarray(constant)
    line = note.line
    passed = _passed(i)
    if array.size > 1 and array.dtype.kind in "bf" and (array == 0).any():
        levels = np.unique(array)
        if len(levels) == 2:
            yield Suspicion(
                ("mask", key), "dropout-mask-missing",
                f"{{name}} does not apply the mask of line {line}",
                "multiply the gradient by the same mask", lambda: under(passed), rank=6,
            )  # fmt: skip
            if levels[-1] == 1:  # (m∘x)² differentiated as if it were x²
                yield Suspicion(
                    ("mask-throughout", key), "dropout-mask-missing",
                    f"{{name}} leaves out the mask of line {line}, as if nothing were masked",
                    "multiply by the same mask", lambda: under(lambda rule, *args: args[i]),
                    rank=6,
                )  # fmt: skip
            if levels[-1] != 1:
                kept = torch.from_numpy((array != 0).astype(float))

                def unscaled(rule: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
                    made, x = rule(*args, **kwargs), args[i]
                    return made.detach() + kept * (x - x.detach())

                yield Suspicion(
                    ("mask-scale", key), "dropout-scale-missing",
                    f"{{name}} applies the mask of line {line} without its scale {levels[-1]:g}",
                    "divide by the keep probability, as the forward does",
                    lambda: under(unscaled), rank=6,
                )  # fmt: skip
            return
    if array.size == 1 and array.dtype.kind in "fiu":
        array = array.reshape(())
        said = f"the factor {float(array):g} on line {line}"
        if isinstance(constants[0], Value):
            said = f"the factor on line {line}"
        masked = note.args[i].note
        after = target.evidence.users.get(id(note.outputs[0]), ()) if target.evidence else ()
        if (masked is not None and _masks(masked)) or any(map(_masks, after)):
            yield Suspicion(
                ("mask-scale", key), "dropout-scale-missing",
                f"{{name}} applies the mask without its scale, {said}",
                "divide by the keep probability, as the forward does", lambda: under(passed),
                rank=6,
            )  # fmt: skip
        for root in _roots(abs(float(array)), target):
            yield Suspicion(
                ("factor", key, root), "missing-attention-scale",
                f"{{name}} leaves out the scale by √{root} on line {line}",
                "scale on the way back as well", lambda: under(passed), rank=5,
            )  # fmt: skip
        number = float(array) if "mul" in note.op else 1 / float(array) if array else 1.0
        without = functools.cache(lambda: under(passed))
        for expression in _products(1 / number, target) if number else ():
            finding, _, fix = name_of(expression, batch(target))
            what = product(1 / expression[0], tuple((n, -p) for n, p in expression[1]))
            yield Suspicion(
                ("factor", key, expression), finding,
                f"{{name}} leaves out the factor {what} on line {line}", fix,
                without, rank=17 + len(expression[1]),
            )  # fmt: skip
        yield Suspicion(
            ("factor", key, f"{number:.9g}"), "wrong-constant-factor",
            f"{{name}} leaves out {said}", "multiply by it on the way back as well", without,
            rank=19,
        )  # fmt: skip
        by = float(array) if "mul" in note.op else 1 / float(array) if array else 1.0
        yield Suspicion(
            ("factor-twice", key), "wrong-constant-factor", f"{{name}} has {said} in it twice",
            "multiply by it once", lambda: under(_scaled(i, by)), rank=21,
        )  # fmt: skip
    elif array.size > 1 and array.shape == note.outputs[0].shape:
        yield Suspicion(
            ("weights", key), "dropped-term", f"{{name}} leaves out the factor on line {line}",
            "multiply by it on the way back as well", lambda: under(passed), rank=19,
        )  # fmt: skip


def _masks(note: Note) -> bool:
    """Whether a call puts zeros where a mask says so: a product with it, or where(mask, x, 0)."""
    if note.op == "where" and len(note.args) == 3:
        return any(not isinstance(arg, Value) and np.all(np.equal(arg, 0)) for arg in note.args[1:])
    return note.op == "multiply" and has_mask(note)


def has_mask(note: Note) -> bool:
    """Whether a product has an operand of zeros and one other number."""
    for arg in note.args:
        array = np.asarray(arg.array if isinstance(arg, Value) else arg)
        if array.size > 1 and (array == 0).any() and len(np.unique(array)) == 2:
            return True
    return False


def _roots(number: float, target: Target) -> Iterator[str]:
    """The sizes of which a number is the square root, or one over it."""
    for name, size in target.sizes.items():
        root = np.sqrt(size) if isinstance(size, int) and size > 1 else 0.0
        if root and (np.isclose(number, root) or np.isclose(number * root, 1)):
            yield name


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
                    of, instead=dict.fromkeys(notes, _all_detached)
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
    """Whether the operand reaches the value by other ways as well: else all would be dropped."""
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
    """Whether an operand of a later occurrence comes from an earlier one: a loop through time."""
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


def _detached(i: int) -> Callable[..., Any]:
    def change(rule: Any, *args: Any, **kwargs: Any) -> Any:
        held = [
            a.detach() if j == i and isinstance(a, torch.Tensor) else a for j, a in enumerate(args)
        ]
        return rule(*held, **kwargs)

    return change


def _all_detached(rule: Any, *args: Any, **kwargs: Any) -> Any:
    return rule(*[a.detach() if isinstance(a, torch.Tensor) else a for a in args], **kwargs)


def _scaled(i: int, factor: float) -> Callable[..., Any]:
    def change(rule: Any, *args: Any, **kwargs: Any) -> Any:
        moved = list(args)
        if isinstance(moved[i], torch.Tensor):
            moved[i] = moved[i].detach() + factor * (moved[i] - moved[i].detach())
        return rule(*moved, **kwargs)

    return change


def _passed(i: int) -> Callable[..., Any]:
    """The gradient goes through unchanged."""

    def change(rule: Any, *args: Any, **kwargs: Any) -> Any:
        made, x = rule(*args, **kwargs), args[i]
        return made.detach() + (x - x.detach())

    return change


def _size(value: Value) -> int:
    return int(np.prod(value.shape))
