"""A case: its sizes, options and seed, also read back from text; its arrays, and how they lie."""

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from oracle.cases import shapes
from oracle.cases.shapes import Size
from oracle.cases.values import values_of
from oracle.subject import Argument, Inputs, Option

DTYPES = ("float64", "float32")

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


class Drawable(Protocol):
    """A derivation that cases are drawn for: one of reference/, or a user's."""

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


def _size_text(size: Size) -> str:
    return "x".join(map(str, size)) if isinstance(size, tuple) else str(size)


# The arrays of a case, drawn by a NumPy Generator from its seed, and how they lie in memory.


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
            inputs[argument.name] = _mask(rng, shape)
        else:
            values = values_of(rng, argument.values, shape, case.regime, case.dtype)
            if argument.fixed and argument.values == "unit" and case.regime == "kinks":
                values = np.round(values)  # targets of exactly 0 and 1
            inputs[argument.name] = values
    return inputs, rng


def _mask(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """A random mask that leaves something of each row: of nothing there is no mean or softmax."""
    mask: np.ndarray = rng.random(shape) < 0.5
    if mask.ndim and mask.shape[-1]:
        mask[..., 0] |= ~mask.any(axis=-1)
    return mask


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


class Layout:
    """A way of laying out the arrays of a case: read-only, by columns, strided, backwards.

    The arrays that the caller owns are laid out, in dicts too; those of an object are its own,
    which it may update.
    """

    def __init__(self, rng: np.random.Generator, writeable: bool) -> None:
        self._rng = rng
        self._writeable = writeable

    def of_inputs(self, inputs: Inputs) -> Inputs:
        """The same inputs, each array of the caller's laid out."""
        return {name: self._of(thing) for name, thing in inputs.items()}

    def of_upstream(self, sent: Any) -> Any:
        """The same upstream, or tuple of upstreams."""
        return tuple(map(self._of, sent)) if isinstance(sent, tuple) else self._of(sent)

    def _of(self, thing: Any) -> Any:
        if type(thing) is dict:
            return {key: self._of(part) for key, part in thing.items()}
        if type(thing) is not np.ndarray:
            return thing
        laid = laid_out(thing, self._rng)
        laid.flags.writeable = self._writeable
        return laid


def parse(text: str, derivation: Drawable) -> Case:
    """The case that ``str(case)`` wrote.

    Raises:
        ValueError: the text is no case of this derivation; the message says what is wrong.
    """
    form = "DTYPE/REGIME/SIZE=N,.../SEED"
    parts = text.split("/")
    if len(parts) != 4 or parts[0] not in DTYPES or parts[1] not in REGIMES:
        raise ValueError(f"{text!r} is no case; expected {form}, as a failure prints it")
    given = dict(pair.partition("=")[::2] for pair in parts[2].split(",") if pair)
    try:
        sizes = {name: _size(name, given.pop(name.lstrip("*"))) for name in derivation.sizes}
        options = {o.name: _option(o, given.pop(o.name)) for o in derivation.options}
        seed = int(parts[3])
    except KeyError as missing:
        raise ValueError(f"{text!r} does not say {missing}, which {derivation.name} has") from None
    except ValueError:
        raise ValueError(f"{text!r} has something else where a number is expected") from None
    if given:
        raise ValueError(f"{text!r} says {', '.join(given)}, which {derivation.name} has not")
    return Case(parts[0], parts[1], sizes, options, seed)


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
