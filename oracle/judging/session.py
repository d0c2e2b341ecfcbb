"""The user's modules while they are checked, with the random numbers that their code draws."""

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.discovery.trial_inputs import Entropy, entropy_from
from oracle.judging.budget import SETTLED
from oracle.truth.recording import Names
from oracle.truth.recording.stand_ins import get_state, set_state


class Session(Names):
    """The user's modules while they are checked, and whether their code draws random numbers."""

    untouched = 0  # runs in a row that drew none
    _entropy: Entropy | None = None  # of the run that goes on, or of the last one

    @property
    def settled(self) -> bool:
        """After many runs without a random number, the code is known to draw none."""
        return self.untouched >= SETTLED

    @property
    def random(self) -> bool:
        """At least one run drew a random number."""
        return self.untouched < 0

    def other_entropy(self) -> None:
        """Generators that are made without a seed from here on draw other numbers."""
        if self._entropy is not None:
            self._entropy.seed(self._entropy.asked + 1)

    @contextlib.contextmanager
    def random_state(self, seed: int) -> Iterator[None]:
        """Seed all generators that the user's code can reach, and restore them afterwards."""
        state = np.random.get_state(), random.getstate()
        generators = [(g, get_state(g)) for g in self.generators()]
        np.random.seed(seed % 2**32)
        random.seed(seed)
        begun = _states(generators)
        with entropy_from(seed) as entropy:
            self._entropy = entropy
            try:
                yield
            finally:
                drawn = entropy.asked > 0 or _states(generators) != begun
                self.untouched = -(10**9) if drawn else self.untouched + 1
                np.random.set_state(state[0])
                random.setstate(state[1])
                for generator, kept in generators:
                    set_state(generator, kept)


def _states(generators: list[tuple[Any, Any]]) -> tuple[Any, ...]:
    state: Any = np.random.get_state()
    _, words, at, *rest = state
    own = tuple(str(get_state(generator)) for generator, _ in generators)
    return (words[:8].tobytes(), at, *rest, random.getstate(), own)
