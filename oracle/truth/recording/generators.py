"""Random generators: their state, and those methods of NumPy's that move data."""

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording import calls
from oracle.truth.recording.kinds import plain

__warningregistry__ = None  # see calls.py

RANDOM = (np.random.Generator, np.random.RandomState)


def keeps_state(thing: Any) -> bool:
    """A random generator whose state can be read and set: NumPy's, or one of ``random``."""
    plain = isinstance(thing, random.Random) and not isinstance(thing, random.SystemRandom)
    return plain or isinstance(thing, RANDOM)


def get_state(generator: Any) -> Any:
    if isinstance(generator, random.Random):
        return generator.getstate()
    if isinstance(generator, np.random.RandomState):
        return generator.get_state(legacy=False)
    return generator.bit_generator.state


def set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, random.Random):
        generator.setstate(state)
    elif isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


def _shuffle(generator: Any, real: Callable[..., Any]) -> Callable[..., None]:
    """``rng.shuffle(x)``, whose permutation is had by shuffling 0, 1, 2, ... the same way.

    The numbers are shuffled second, by ``_write``; the generator is set back in between, so that
    its stream is what it would be without us.
    """

    def shuffle(x: Any, *args: Any, **kwargs: Any) -> None:
        if type(x) is list:  # its entries change places, whatever they are
            real(x, *args, **kwargs)
            return

        def run(array: Any, *rest: Any, **named: Any) -> None:
            if array is plain(x):
                real(array, *rest, **named)
                return
            before = get_state(generator)
            real(array, *rest, **named)
            set_state(generator, before)

        calls.call("shuffle", run, (x, *args), kwargs)

    return shuffle


def _rearranging(generator: Any, real: Callable[..., Any]) -> Callable[..., Any]:
    """``rng.permutation(x)``: what is noted is a function that draws the same each time."""

    def rearranging(*args: Any, **kwargs: Any) -> Any:
        before = get_state(generator)
        calls_made = 0

        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls_made
            calls_made += 1
            if calls_made == 1:
                return real(*args, **kwargs)
            now = get_state(generator)
            set_state(generator, before)
            try:
                return real(*args, **kwargs)
            finally:
                set_state(generator, now)

        return calls.call(f"random.{real.__name__}", run, args, kwargs)

    return rearranging


# Methods of generators that move data, rather than make them.
ON_DATA: dict[str, Callable[..., Any]] = {
    "shuffle": _shuffle,
    "permutation": _rearranging,
    "permuted": _rearranging,
    "choice": _rearranging,
}
