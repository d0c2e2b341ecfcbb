"""Arrays as a caller may lay them out in memory: read-only, by columns, strided, backwards."""

from typing import Any

import numpy as np

from oracle import cases
from oracle.subject import Inputs


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
