"""Cases: which sizes, which options, which values. All from seeds, so that each can be replayed.

The small sizes come first, smallest of all first, so that the first failure is the smallest; then
random rectangular ones. Sizes and values are drawn by a NumPy Generator, never by a library that
likes repeats and zeros: those have a regime of their own.
"""

import hashlib
import itertools
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from oracle.cases import shapes
from oracle.cases.shapes import Size
from oracle.subject import Argument, Option

DTYPES = ("float64", "float32")
MAX_DIM = 7
WHOLE = 3  # a whole number among the options is one of so many, from its lowest on

# What the values are like: ordinary, or extreme in one of several ways. The formula is judged on
# the first five, where nothing is too large or too small; the numbers on the last four.
REGIMES = {
    "ordinary": "normally distributed, or whatever ordinary means for a probability, a weight, ...",
    "tied": "multiples of ½, many of them equal",
    "kinks": "half of all entries exactly 0, and targets exactly 0 and 1",
    "repeated": "integers with many repeats",
    "layout": "read-only, transposed and strided arrays",
    "tiny": "down to 1e-12",
    "large": "up to some hundreds",
    "saturated": "around −1000 and 1000, and probabilities next to 0 and 1",
    "offset": "around 1e6, with a spread of 1",
}
OFFSET = "offset"  # of users' code alone
SHIFT = 2.0**20
EXTREME = ("tiny", "large", "saturated", OFFSET)


class Drawable(Protocol):
    """What cases are drawn for: a derivation of reference/, or a user's."""

    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> tuple[Argument, ...]: ...
    @property
    def options(self) -> tuple[Option, ...]: ...
    @property
    def sizes(self) -> tuple[str, ...]: ...
    @property
    def value(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Case:
    """One case of one derivation: everything that its arrays are made from."""

    dtype: str
    regime: str
    sizes: dict[str, Size]
    options: dict[str, Any]
    seed: int

    def __str__(self) -> str:
        """``float64/ordinary/N=2,D=1,M=1/71``, which ``parse`` reads."""
        pairs = [f"{n.lstrip('*')}={_size_text(s)}" for n, s in self.sizes.items()]
        pairs += [f"{name}={value}" for name, value in self.options.items()]
        return "/".join((self.dtype, self.regime, ",".join(pairs), str(self.seed)))


def parse(text: str, derivation: Drawable) -> Case:
    """The case that ``str(case)`` wrote.

    Raises:
        ValueError: the text is no case of this derivation; the message says what is wrong.
    """
    form = "DTYPE/REGIME/SIZE=N,.../SEED"
    parts = text.split("/")
    if len(parts) != 4 or parts[0] not in DTYPES or parts[1] not in REGIMES:
        raise ValueError(f"{text!r} is no case; {form} is due, as a failure prints it")
    given = dict(pair.partition("=")[::2] for pair in parts[2].split(",") if pair)
    try:
        sizes = {name: _size(name, given.pop(name.lstrip("*"))) for name in derivation.sizes}
        options = {o.name: _option(o, given.pop(o.name)) for o in derivation.options}
        seed = int(parts[3])
    except KeyError as missing:
        raise ValueError(f"{text!r} does not say {missing}, which {derivation.name} has") from None
    except ValueError:
        raise ValueError(f"{text!r} has something else where a number is due") from None
    if given:
        raise ValueError(f"{text!r} says {', '.join(given)}, which {derivation.name} has not")
    return Case(parts[0], parts[1], sizes, options, seed)


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

    ``most_small`` is where the former end, if not all are wanted. ``rank_0``: any number of axes
    may be none.
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


def draw(derivation: Drawable, case: Case) -> tuple[dict[str, np.ndarray], np.random.Generator]:
    """The arrays of a case, and the generator that its upstream is to be drawn from next."""
    rng = np.random.Generator(np.random.PCG64(_Hashed(case.seed)))  # type: ignore[arg-type]
    inputs: dict[str, np.ndarray] = {}
    known = {**case.sizes, **case.options}
    for argument in derivation.arguments:
        shape = shapes.shape(argument.dims, known)
        if argument.classes:
            count = shapes.shape((argument.classes,), case.sizes)[0]
            high = min(2, count) if case.regime == "repeated" else count
            inputs[argument.name] = rng.integers(0, high, shape)
        elif argument.values == "mask":
            inputs[argument.name] = rng.random(shape) < 0.5
        else:
            values = _values(rng, argument.values, shape, case.regime)
            if argument.fixed and argument.values == "unit" and case.regime == "kinks":
                values = np.round(values)  # targets of exactly 0 and 1
            inputs[argument.name] = np.asarray(values, dtype=case.dtype)
    return inputs, rng


class _Hashed(ISeedSequence):
    """The hash of a number as a seed: NumPy's own ``SeedSequence`` takes as long as a layer."""

    def __init__(self, seed: int) -> None:
        self.seed = seed.to_bytes(8, "little")

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> np.ndarray:
        size = n_words * np.dtype(dtype).itemsize
        return np.frombuffer(hashlib.blake2b(self.seed, digest_size=size).digest(), dtype)


def draw_upstream(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """The upstream gradient: random with zero mean, never ones, under which softmax passes all."""
    return np.asarray(rng.standard_normal(shape), dtype=dtype)


def laid_out(array: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The same values, read-only, and in an order of memory that is not C's."""
    how = rng.integers(3)
    if array.ndim == 0 or how == 0:
        view = array.copy()
    elif how == 1:
        view = array.copy(order="F")
    else:  # every other entry of a larger array, backwards
        wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
        view = wide[..., ::-2]
        view[...] = array
    view.flags.writeable = False
    return view


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
            shapes.shape(argument.dims, known)
    except ValueError:  # these sizes do not fit together, or there is no axis
        return None
    return Case(dtype, regime, sizes, options, seed)


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


def _option(option: Option, text: str) -> Any:
    if option.kind in ("axis", "whole"):
        return int(text)
    if option.kind == "number":
        return float(text)
    found = [choice for choice in option.choices if str(choice) == text]
    if not found:
        raise ValueError(text)
    return found[0]


def _size(name: str, text: str) -> Size:
    if name.startswith("*"):
        return tuple(int(extent) for extent in text.split("x") if extent)
    return int(text)


def _size_text(size: Size) -> str:
    return "x".join(map(str, size)) if isinstance(size, tuple) else str(size)


def _values(
    rng: np.random.Generator, meaning: str, shape: tuple[int, ...], regime: str
) -> np.ndarray:
    """Float64 values of a meaning (``Argument.values``), such as they are in a regime."""
    return MEANINGS[meaning](rng, shape, regime)


def _normal(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(-3, 4, shape) / 2
    values = np.asarray(rng.standard_normal(shape))
    if regime == "kinks":
        values *= rng.random(shape) < 0.5
    elif regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime == "large":
        values *= 10 ** rng.uniform(0, 2)
    elif regime == "saturated":
        values += 2000 * rng.integers(0, 2, shape) - 1000
    elif regime == OFFSET:
        values = SHIFT + np.round(values * SHIFT) / SHIFT  # exact, with or without the shift
    return values


def _positive(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(1, 4, shape) / 2
    values = np.asarray(np.exp(rng.standard_normal(shape)))
    if regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime in ("large", "saturated"):
        values *= 10 ** rng.uniform(0, 2 if regime == "large" else 3)
    return values


def _nonnegative(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    values = _positive(rng, shape, regime)
    if regime in ("tied", "kinks", "saturated"):
        values *= rng.random(shape) < 0.5
        if values.size and not values.any():
            values.flat[0] = 1.0  # weights may be zero, but not all of them
    return values


def _unit(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(1, 4, shape) / 4
    values = np.asarray(rng.uniform(0.01, 0.99, shape))
    if regime in EXTREME and regime != OFFSET:
        values *= 10 ** rng.uniform(-12, -4) if regime == "tiny" else 10 ** rng.uniform(-5, -2)
        if regime != "tiny":  # next to 1, or to both ends
            upper = rng.random(shape) < (1 if regime == "large" else 0.5)
            values = np.abs(upper - values)
    return values


def _probabilities(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    scale = {"tiny": 1e-6, "large": 3.0, "saturated": 8.0}.get(regime, 1.0)
    values = np.exp(scale * _normal(rng, shape, "tied" if regime == "tied" else "ordinary"))
    values /= values.sum(axis=-1, keepdims=True)
    return values


def _onehot(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def _binary(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return rng.integers(0, 2, shape).astype(float)


MEANINGS = {
    "normal": _normal,
    "positive": _positive,
    "nonnegative": _nonnegative,
    "unit": _unit,
    "probabilities": _probabilities,
    "onehot": _onehot,
    "binary": _binary,
}
