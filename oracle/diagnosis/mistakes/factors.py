"""A factor of the forward that is not differentiated, left out on the way back."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.mistakes.scale import batch, matching, name_of, product
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target, scaled
from oracle.diagnosis.mistakes.suspicion import passed as passing
from oracle.truth.recording import Note, Value

Under = Callable[..., np.ndarray | None]  # the gradient, if a call is differentiated otherwise


def constant_factor(
    target: Target, key: Any, note: Note, i: int, under: Under
) -> Iterator[Suspicion]:
    """A product with something that is not differentiated: a mask, a scale, a weight."""
    constants = [a for j, a in enumerate(note.args) if j != i]
    if not constants:
        return
    constant = constants[0].array if isinstance(constants[0], Value) else constants[0]
    array = np.asarray(constant)
    if is_mask(array):
        yield from _of_mask(key, note, i, under, array)
    elif array.size == 1 and array.dtype.kind in "fiu":
        yield from _of_number(target, key, note, i, under, constants[0])
    elif array.size > 1 and array.shape == note.outputs[0].shape:
        yield Suspicion(
            ("weights", key), "dropped-term", f"{{name}} leaves out the factor on line {note.line}",
            "multiply by it on the way back as well", lambda: under(passing(i)), rank=19,
        )  # fmt: skip


def is_mask(array: np.ndarray) -> bool:
    """True for zeros and one other number, as in dropout."""
    zeros = array.size > 1 and array.dtype.kind in "bf" and bool((array == 0).any())
    return zeros and len(np.unique(array)) == 2


def _of_mask(key: Any, note: Note, i: int, under: Under, array: np.ndarray) -> Iterator[Suspicion]:
    levels, line, passed = np.unique(array), note.line, passing(i)
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


def _of_number(
    target: Target, key: Any, note: Note, i: int, under: Under, constant: Any
) -> Iterator[Suspicion]:
    array = np.asarray(constant.array if isinstance(constant, Value) else constant).reshape(())
    line, passed = note.line, passing(i)
    said = f"the factor {float(array):g} on line {line}"
    if isinstance(constant, Value):
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
    yield from _left_out(target, key, note, under, i, array, said)


def _left_out(
    target: Target, key: Any, note: Note, under: Under, i: int, array: np.ndarray, said: str
) -> Iterator[Suspicion]:
    line, passed = note.line, passing(i)
    number = float(array) if "mul" in note.op else 1 / float(array) if array else 1.0
    without = functools.cache(lambda: under(passed))
    for expression in products(1 / number, target) if number else ():
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
    yield Suspicion(
        ("factor-twice", key), "wrong-constant-factor", f"{{name}} has {said} in it twice",
        "multiply by it once", lambda: under(scaled(i, number)), rank=21,
    )  # fmt: skip


def products(number: float, target: Target) -> Iterator[Any]:
    """The ways to write a number as a product of sizes; as a constant only if there is none."""
    found = list(matching(number, target.sizes))
    with_sizes = [expression for expression in found if expression[1]]
    return iter(with_sizes or found)


def _masks(note: Note) -> bool:
    """True if a call applies a mask: a product with it, or where(mask, x, 0)."""
    if note.op == "where" and len(note.args) == 3:
        return any(not isinstance(arg, Value) and np.all(np.equal(arg, 0)) for arg in note.args[1:])
    return note.op == "multiply" and has_mask(note)


def has_mask(note: Note) -> bool:
    """True if an operand of a product holds zeros and one other number."""
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
