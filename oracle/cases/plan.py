"""The plan of a check: regimes, sizes and options, in which order; and sizes at boundaries."""

import dis
import itertools
import types
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.cases import shapes
from oracle.cases.case import OFFSET, REGIMES, Case, Drawable
from oracle.cases.shapes import Size
from oracle.cases.values import axis_of, base
from oracle.subject import Argument, Option

MAX_DIM = 7
WHOLE = 3  # an option that is a whole number takes so many values, from its lowest on

EXTREME = ("tiny", "large", "saturated", OFFSET)


def regimes(derivation: Drawable) -> tuple[str, ...]:
    """The regimes that mean something for it: repeats are for integers. All but ``OFFSET``."""
    integers = any(argument.integer for argument in derivation.arguments)
    left_out = {OFFSET} if integers else {OFFSET, "repeated"}
    return tuple(regime for regime in REGIMES if regime not in left_out)


def cases(
    derivation: Drawable,
    dtype: str,
    regime: str,
    seed: int,
    max_dim: int = MAX_DIM,
    most_small: int | None = None,
    rank_0: bool = True,
) -> Iterator[Case]:
    """The small sizes with every choice of options, then random ones of both without end.

    ``most_small`` is how many small ones come, if not all are wanted. ``rank_0``: any number of
    axes may be none.
    """
    spice = zlib.crc32(f"{derivation.name}/{dtype}/{regime}".encode())
    rng = np.random.default_rng([seed, spice])
    choices = [o.choices for o in derivation.options if o.kind == "choice"]
    small = (
        case
        for sizes in shapes.small(derivation.sizes, seed)
        if rank_0 or () not in sizes.values()
        for chosen in itertools.product(*choices)
        if (case := fitting(derivation, dtype, regime, sizes, chosen, rng)) is not None
    )
    yield from itertools.islice(small, most_small)
    while True:
        sizes = shapes.rectangular(derivation.sizes, rng, max_dim)
        sizes |= _multiples(derivation, rng, max_dim)
        picked = tuple(options[int(rng.integers(len(options)))] for options in choices)
        if (case := fitting(derivation, dtype, regime, sizes, picked, rng)) is not None:
            yield case


def plan(
    derivation: Drawable,
    dtype: str,
    regime: str,
    count: int,
    seed: int,
    max_dim: int = MAX_DIM,
    rank_0: bool = True,
) -> Iterator[Case]:
    """So many cases: at most half of them small (the smallest), the others rectangular."""
    half = (count + 1) // 2
    some = max_dim > max(shapes.SMALL) and derivation.sizes  # else there are none but small ones
    small = {str(sizes) for sizes in shapes.small(derivation.sizes, seed)} if some else set()
    drawn = cases(derivation, dtype, regime, seed, max_dim, most_small=half, rank_0=rank_0)
    kept = (case for n, case in enumerate(drawn) if n < half or str(case.sizes) not in small)
    return itertools.islice(kept, count)


def fitting(
    derivation: Drawable,
    dtype: str,
    regime: str,
    sizes: dict[str, Size],
    chosen: tuple[Any, ...],
    rng: np.random.Generator,
) -> Case | None:
    """The case of these sizes and choices; None where they do not fit together."""
    seed = int(rng.integers(2**31))
    choices = iter(chosen)
    try:
        known: dict[str, Any] = dict(sizes)
        options = {}
        for option in derivation.options:
            options[option.name] = known[option.name] = (
                next(choices)
                if option.kind == "choice"
                else _drawn(option, derivation.arguments[0].dims, known, rng)
            )
        if 0 in shapes.shape(derivation.value, known):
            return None
        for argument in derivation.arguments:
            if _is_sure(argument, shapes.shape(argument.dims, known)):
                return None
    except ValueError:  # these sizes do not fit together, or there is no axis
        return None
    return Case(dtype, regime, sizes, options, seed)


def _is_sure(argument: Argument, shape: tuple[int, ...]) -> bool:
    """A probability that stands alone along its axis, though that is a size that may be larger.

    It is exactly 1, at the edge of every clip, where no derivative is to be had. (A one-hot target
    that stands alone is 1 as well, but nobody clips it or takes its logarithm: it may be drawn.)
    """
    axis = axis_of(argument.values)
    if axis is None or base(argument.values) != "probabilities" or not shape:
        return False
    return shape[axis] == 1 and not argument.dims[axis].isdigit()


def _multiples(derivation: Drawable, rng: np.random.Generator, max_dim: int) -> dict[str, Size]:
    """Sizes that an option divides, as different multiples of a divisor that it may take.

    Drawn freely, sizes seldom have a divisor in common but 1, and then one group is all there is.
    """
    drawn: dict[str, Size] = {}
    for option in derivation.options:
        if option.kind == "whole" and option.whole.divides:
            divisor = option.whole.low + int(rng.integers(WHOLE))
            times = rng.permutation(max(1, max_dim // divisor)) + 1
            names = [name for name in option.whole.divides if name in derivation.sizes]
            drawn |= {name: divisor * int(n) for name, n in zip(names, itertools.cycle(times))}
    return drawn


def _drawn(
    option: Option, first: tuple[str, ...], known: Mapping[str, Any], rng: np.random.Generator
) -> Any:
    """A value for an option, given the dims of the first argument and what is drawn already.

    Raises:
        ValueError: there is none.
    """
    if option.kind == "axis":
        rank = len(shapes.shape(first, known))
        return int(rng.integers(-rank, rank))
    if option.kind == "whole":
        low, high, divides = option.whole.low, option.whole.high, option.whole.divides
        numbers: Sequence[int] = range(low, low + WHOLE)
        if high:
            most = shapes.shape((high,), known)[0]
            numbers = [n for n in numbers if n <= most]
        if divides:
            divided = shapes.shape(divides, known)
            numbers = [n for n in numbers if not any(extent % n for extent in divided)]
        return numbers[int(rng.integers(len(numbers)))]
    return option.default if rng.random() < 0.5 else round(float(rng.uniform(0.05, 1)), 3)


# Boundary sizes: one extent at a time where blocks, tails and tables begin and end.

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
    extents = [n for n in dict.fromkeys([*near, *POWERS]) if n > MAX_DIM]
    for turn, extent in enumerate(extents):
        for name in derivation.sizes:
            sizes = shapes.rectangular(derivation.sizes, rng, OTHERS)
            sizes[name] = _extended(name, extent, turn)
            choices = [o.choices for o in derivation.options if o.kind == "choice"]
            picked = tuple(some[int(rng.integers(len(some)))] for some in choices)
            case = fitting(derivation, "float64", "ordinary", sizes, picked, rng)
            if case is not None:
                yield extent, case


def _extended(name: str, extent: int, turn: int) -> Size:
    """A size with an extent; in a starred size the first and the last axis take turns."""
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
            if type(number) is int and MAX_DIM <= number < LARGEST:
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
