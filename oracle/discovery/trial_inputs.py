"""Trial inputs: small arrays whose sizes all differ, and a random state that is kept."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle import cases
from oracle.cases import shapes
from oracle.discovery.entropy import entropy_from
from oracle.subject import Argument, size_names

SPARE: list[np.random.MT19937] = []  # generators that are not in use
CHOSEN: list[Callable[[str], shapes.Size]] = []  # who chooses sizes by name; the last one does


@contextlib.contextmanager
def kept_random_state(seed: int) -> Iterator[None]:
    """NumPy's global random numbers from a seed for a while, and then as they were.

    Another generator takes the place of NumPy's own: to copy its state would take a hundred times
    as long. Half a pair of normal numbers that was kept for the next call is lost.
    """
    own = np.random.get_bit_generator()  # type: ignore[attr-defined]
    spare = SPARE.pop() if SPARE else np.random.MT19937()
    np.random.set_bit_generator(spare)  # type: ignore[attr-defined]
    np.random.seed(seed % 2**32)
    try:
        with entropy_from(seed):
            yield
    finally:
        np.random.set_bit_generator(own)  # type: ignore[attr-defined]
        SPARE.append(spare)


@contextlib.contextmanager
def sizes_chosen(choose: Callable[[str], shapes.Size]) -> Iterator[None]:
    """All trial inputs in sizes that someone chooses, for a while."""
    CHOSEN.append(choose)
    try:
        yield
    finally:
        CHOSEN.pop()


def trial_sizes(arguments: Sequence[Argument], first: int = 2) -> dict[str, shapes.Size]:
    """Small sizes that are all different, and from extents such as 2*K as well."""
    found: dict[str, shapes.Size] = {}
    extents: set[int] = set()
    size = first
    for argument in sorted(arguments, key=lambda one: not one.only_size):  # kernels are small
        dims = (*argument.dims, *([argument.classes] if argument.classes else []))
        for name in size_names(dims):
            if CHOSEN:
                found[name] = CHOSEN[-1](name)
            elif name not in found:
                while size in extents:
                    size += 1
                found[name] = (size, size + 1) if name.startswith("*") else size
                extents.add(size)
                size += 1
        with contextlib.suppress(ValueError):  # what is negative at these sizes is met later on
            extents.update(shapes.shape(dims, found))
    return found


def trial_arrays(
    arguments: Sequence[Argument], first: int = 2, seed: int = 0, dtype: str = "float64"
) -> dict[str, np.ndarray]:
    """Small arrays for a trial run."""
    sizes = trial_sizes(arguments, first)
    case = cases.Case(dtype, "ordinary", sizes, {}, seed)
    arrays = cases.draw(_Drawn(tuple(arguments)), case)[0]  # type: ignore[arg-type]
    for argument in arguments if CHOSEN else ():
        if argument.classes and arrays[argument.name].size:  # the top label tells the range
            top = shapes.shape((argument.classes,), sizes)[0] - 1
            arrays[argument.name].flat[0] = top
    return arrays


@dataclass(frozen=True)
class _Drawn:
    arguments: tuple[Argument, ...]
