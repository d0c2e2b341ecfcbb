"""A case: its sizes, options and seed; its arrays, and how they lie in memory."""

import hashlib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from oracle import cases
from oracle.cases import shapes
from oracle.cases.shapes import Size
from oracle.cases.values import values_of
from oracle.subject import Argument, Inputs, Option

DTYPES = ("float64", "float32")


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


# Arrays as a caller may lay them out in memory: read-only, by columns, strided, backwards.


class Layout:
    """A way of laying out the arrays of a case, drawn from a generator.

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
        laid = cases.laid_out(thing, self._rng)
        laid.flags.writeable = self._writeable
        return laid
