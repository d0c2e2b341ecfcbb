"""Linearity of a backward: it is linear in its upstream, and in hardly anything else.

So an upstream is recognised by what the code does, whatever its name and wherever it stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from oracle import cases
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.subject import Argument, Inputs, Made, Path, Subject, Way, as_array

ROUNDING = 1e4 * 2.0**-52  # relative
DRAWS = 3  # of the upstream


class Runs(Protocol):
    """A forward and a backward that can be called: a subject, an object, a pair of functions."""

    @property
    def arguments(self) -> Sequence[Argument]: ...

    def prepare(self, arrays: Mapping[str, np.ndarray], seed: int) -> Inputs: ...

    def forward(self, inputs: Inputs) -> tuple[Any, Any]: ...

    def backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]: ...


def is_linear(one: Runs, seed: int = 0, first: int = 2) -> bool:
    """b(2g) = 2·b(g), and b(0) = 0. Code that draws random numbers passes: it gives no answer."""
    arrays = trial_arrays(one.arguments, first, seed=seed)
    rng = np.random.default_rng(seed)
    drawn: list[np.ndarray] = []

    def of(times: float) -> dict[Path, np.ndarray]:
        inputs = one.prepare({n: a.copy() for n, a in arrays.items()}, seed)
        with kept_random_state(seed), np.errstate(all="ignore"):
            value, kept = one.forward(inputs)
            parts = value if isinstance(value, tuple | list) else (value,)
            if not drawn:
                drawn.extend(cases.draw_upstream(rng, np.shape(p), "float64") for p in parts)
            sent = [times * d if np.ndim(p) else (times * d)[()] for p, d in zip(parts, drawn)]
            whole = tuple(sent) if isinstance(value, tuple | list) else sent[0]
            return _numbers(one.backward(inputs, value, kept, whole))

    once, twice, none, again = of(1.0), of(2.0), of(0.0), of(1.0)
    if not all(np.array_equal(once[p], again[p], equal_nan=True) for p in once):
        return True
    finite = [p for p, g in once.items() if np.isfinite(g).all() and np.isfinite(twice[p]).all()]
    return all(_agree(twice[p], 2 * once[p]) and not np.any(np.nan_to_num(none[p])) for p in finite)


def is_gradient_map(one: Runs) -> bool:
    """True if a backward is linear in its upstream and returns arrays, in trials of two sizes.

    It must also depend on the upstream, and give each gradient the shape of its input.
    """
    try:
        return all(
            is_linear(one, seed, first) and _fits(one, seed, first)
            for seed, first in ((0, 2), (1, 3), (2, 5))
        )
    except (Exception, SystemExit):
        return False


def fits(one: Subject) -> bool:
    """True if the backward of a subject behaves as a backward, with an upstream or without."""
    if one.has_upstream:
        return is_gradient_map(one)
    try:
        single = one.way == Way.VALUE_AND_GRADIENT
        return all(_fits(one, seed, first, single) for seed, first in ((0, 2), (1, 3), (2, 5)))
    except (Exception, SystemExit):
        return False


def _fits(one: Runs, seed: int, first: int, single: bool = False) -> bool:
    """True if a gradient has the shape of its input and is not 0; otherwise it may be a mistake.

    ``single``: the value is to be one number.
    """
    inputs = one.prepare(trial_arrays(one.arguments, first, seed=seed), seed)
    with kept_random_state(seed), np.errstate(all="ignore"):
        value, kept = one.forward(inputs)
        if single and np.size(value) != 1:
            return False
        shapes: dict[Path, Any] = {}
        sent = np.random.default_rng(seed).standard_normal(np.shape(value))
        made = one.backward(inputs, value, kept, sent)
        shapes = {m.of: np.shape(value_at(inputs, m.of)) for m in made}
    values = _numbers(made)
    return any(value.shape == shapes[path] and np.any(value) for path, value in values.items())


def _numbers(made: Sequence[Made]) -> dict[Path, np.ndarray]:
    return {one.of: np.array(as_array(one.value), float) for one in made}


def _agree(a: np.ndarray, b: np.ndarray) -> bool:
    """The same shape, and the same numbers to rounding."""
    if a.shape != b.shape:
        return False
    if a.size == 0:
        return True
    off, size = float(np.abs(a - b).max()), float(np.abs(b).max())
    return bool(np.isfinite(off)) and off <= ROUNDING * size
