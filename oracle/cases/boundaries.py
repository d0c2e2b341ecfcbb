"""Boundary sizes: one extent at a time where blocks, tails and tables begin and end."""

import dis
import itertools
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from oracle import cases
from oracle.cases import Case, Drawable, shapes
from oracle.cases.shapes import Size

POWERS = (9, 17, 8, 16, 33, 65, 32, 64, 129, 128)
LARGEST = 257  # an integer in the code that is larger is hardly the size of a block
OTHERS = 4  # the other extents are at most so large


def boundaries(
    derivation: Drawable, functions: Sequence[Any], seed: int
) -> Iterator[tuple[int, Case]]:
    """Ordinary cases at boundary sizes: the extent and the case; sizes take turns.

    First at each integer that stands in the code, one less and one more, then at powers of two.
    """
    rng = np.random.default_rng([seed, 1])
    near = [n + k for n in integers(functions) for k in (1, 0, -1)]
    extents = [n for n in dict.fromkeys([*near, *POWERS]) if n > cases.MAX_DIM]
    for turn, extent in enumerate(extents):
        for name in derivation.sizes:
            sizes = shapes.rectangular(derivation.sizes, rng, OTHERS)
            sizes[name] = _extended(name, extent, turn)
            choices = [o.choices for o in derivation.options if o.kind == "choice"]
            picked = tuple(some[int(rng.integers(len(some)))] for some in choices)
            case = cases.fitting(derivation, "float64", "ordinary", sizes, picked, rng)
            if case is not None:
                yield extent, case


def _extended(name: str, extent: int, turn: int) -> Size:
    """The size in question; of a starred one the first and the last extent take turns."""
    if not name.startswith("*"):
        return extent
    return (extent,) if turn % 3 == 0 else (extent, 3) if turn % 3 == 1 else (3, extent)


def integers(functions: Sequence[Any]) -> list[int]:
    """The integers in some functions and classes: literals, defaults, and the module's names."""
    found: dict[int, None] = {}
    for function in functions_in(functions):
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        named = (function.__globals__.get(name) for name in function.__code__.co_names)
        literals = itertools.chain.from_iterable(map(_literals, nested(function.__code__)))
        for number in (*defaults, *literals, *named):
            if type(number) is int and cases.MAX_DIM <= number < LARGEST:
                found[number] = None
    return sorted(found)


def functions_in(things: Sequence[Any]) -> list[types.FunctionType]:
    """Functions, the methods of classes, and the functions of the same module that they call."""
    found: dict[types.FunctionType, None] = {}
    classes: set[type] = set()  # which may hold each other, as those of a torch Function do
    left = list(things)
    while left:
        thing = left.pop()
        if isinstance(thing, type):
            left += [] if thing in classes else vars(thing).values()
            classes.add(thing)
            continue
        plain = getattr(thing, "__func__", thing)
        plain = getattr(plain, "__wrapped__", plain)
        if isinstance(plain, types.FunctionType) and plain not in found:
            found[plain] = None
            names = (plain.__globals__.get(name) for name in plain.__code__.co_names)
            left += [n for n in names if getattr(n, "__module__", "") == plain.__module__]
    return list(found)


def nested(code: types.CodeType) -> Iterator[types.CodeType]:
    """A code object, and those of the functions within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from nested(constant)


def _literals(code: types.CodeType) -> Iterator[int]:
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
            held = step.argval if isinstance(step.argval, tuple) else (step.argval,)
            yield from (number for number in held if type(number) is int)
