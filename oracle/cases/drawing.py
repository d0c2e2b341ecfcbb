"""The arrays of a case, drawn by a NumPy Generator from its seed, and how they lie in memory."""

import hashlib
from typing import Any

import numpy as np
from numpy.random.bit_generator import ISeedSequence

from oracle.cases import shapes
from oracle.cases.case import Case, Drawable
from oracle.cases.values import values_of


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
