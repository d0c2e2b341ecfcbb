"""Gradients by differences of the user's own forward: the fallback, and a second opinion.

They need neither torch nor the record. Where the replay refuses, ``finite_differences`` is the
truth, with a unit of its own. Where it does not, ``directional_witness`` compares one directional
derivative of the replay with the forward itself. Where the two disagree, the replay's gradient is
not that of this forward, for whatever reason, and must not be used.

The forward may be random, as long as it draws from NumPy's and Python's global generators or from
generators among its arguments or its module's names: all are set back before each call.
"""

import copy
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from oracle.truth.recording import Names, Path
from oracle.truth.recording.generators import get_state, set_state
from oracle.truth.recording.trees import number_paths, rebuild

# Balances the rounding ε/h against the error h² at about 1e-11.
STEP = 2.0**-17
DISAGREES_AT = 100.0  # units
NUDGES = 3


@dataclass(frozen=True)
class Differences:
    """Gradients by central differences, and their units: how far two step sizes are apart."""

    gradients: dict[Path, np.ndarray]
    units: dict[Path, float]


@dataclass(frozen=True)
class Witness:
    """A directional derivative by the gradients (``said``) and by differences (``seen``)."""

    said: float
    seen: float
    unit: float

    @property
    def agrees(self) -> bool:
        return self.agrees_within(0.0)

    def agrees_within(self, rounding: float) -> bool:
        """The same, where rounding moves the forward by more than by its own size."""
        # The gradients are rounded themselves.
        unit = self.unit + 1e-9 * max(abs(self.said), abs(self.seen)) + rounding / STEP
        return bool(abs(self.said - self.seen) <= DISAGREES_AT * unit)


class Summed(Protocol):
    """Σ upstream·output of a forward, as a function of its floating-point inputs by path."""

    inputs: dict[Path, np.ndarray]
    upstream: Any

    def __call__(self, inputs: Mapping[Path, np.ndarray]) -> float: ...


class Forward:
    """A user's function as a function of its floating-point inputs, by path; always on copies."""

    def __init__(
        self,
        function: Callable[..., Any],
        args: Any,
        kwargs: Mapping[str, Any] | None = None,
        upstream: Any = None,
        differentiate: Callable[[Path], bool] | None = None,
    ) -> None:
        self.function = function
        self.args = list(args)
        self.kwargs = dict(kwargs or {})
        self.upstream = upstream
        names = Names(function, *args)
        self._random = [(g, get_state(g)) for g in names.generators()]
        self._global = np.random.get_state(), random.getstate()
        owner = getattr(function, "__self__", None)
        self._owner = None if isinstance(owner, type) else owner
        self.inputs = self._numbers(differentiate)

    def _numbers(self, differentiate: Callable[[Path], bool] | None) -> dict[Path, np.ndarray]:
        found: dict[Path, np.ndarray] = {}

        def leaf(thing: Any, path: Path) -> Any:
            array = isinstance(thing, (np.ndarray, np.floating)) and thing.dtype.kind == "f"
            if differentiate is None:
                wanted = array
            else:
                wanted = (array or type(thing) is float) and differentiate(path)
            if wanted:
                found[path] = np.array(thing)
            return thing

        seen: dict[int, Any] = {}
        for path, thing in self._roots():
            rebuild(thing, leaf, path, seen)
        return found

    def _roots(self) -> list[tuple[Path, Any]]:
        roots: list[tuple[Path, Any]] = [((i,), arg) for i, arg in enumerate(self.args)]
        roots += [((name,), arg) for name, arg in self.kwargs.items()]
        return roots if self._owner is None else [*roots, (("self",), self._owner)]

    def __call__(self, inputs: Mapping[Path, np.ndarray]) -> float:
        """Σ upstream·output at these inputs."""
        args, kwargs, owner = copy.deepcopy((self.args, self.kwargs, self._owner))

        def leaf(thing: Any, path: Path) -> Any:
            if path not in inputs:
                return thing
            given = np.array(inputs[path], dtype=getattr(thing, "dtype", float))
            return given if isinstance(thing, np.ndarray) else type(thing)(given)

        seen: dict[int, Any] = {}
        args = [rebuild(arg, leaf, (i,), seen) for i, arg in enumerate(args)]
        kwargs = {name: rebuild(arg, leaf, (name,), seen) for name, arg in kwargs.items()}
        function = self.function
        if owner is not None:
            rebuild(owner, leaf, ("self",), seen)
            function = function.__func__.__get__(owner)  # type: ignore[attr-defined]
        for generator, state in self._random:
            set_state(generator, state)
        np.random.set_state(self._global[0])
        random.setstate(self._global[1])
        result = function(*args, **kwargs)
        outputs = number_paths(result)
        total = 0.0
        for path, given in upstream_of(self, outputs).items():
            total += float(np.sum(np.real(np.asarray(given) * outputs[path])))
        return total


def upstream_of(forward: Summed, outputs: Mapping[Path, Any]) -> Mapping[Path, Any]:
    """The upstream of each output."""
    if isinstance(forward.upstream, Mapping):
        return forward.upstream
    return dict.fromkeys(outputs, forward.upstream) if len(outputs) == 1 else {}


def finite_differences(forward: Summed, only: Path | None = None) -> Differences:
    """The gradient of every input, or of one, by central differences at two steps.

    The unit of a gradient is the difference between the two steps, plus what rounding may do to the
    forward. It is never 0: a forward may give 0 twice as the difference of two large numbers.
    """
    gradients: dict[Path, np.ndarray] = {}
    units: dict[Path, float] = {}
    wanted = {p: a for p, a in forward.inputs.items() if only is None or p == only}
    for path, array in wanted.items():
        fine, coarse = np.zeros(array.shape), np.zeros(array.shape)
        size = _largest_upstream(forward)
        for index in np.ndindex(array.shape):
            direction = np.zeros(array.shape)
            direction[index] = 1.0
            fine[index], coarse[index], largest = _along(forward, {path: direction})
            size = max(size, largest)
        gradients[path] = fine
        apart = float(np.max(np.abs(fine - coarse), initial=0.0))
        rounding = max(float(np.finfo(float).eps) * size, _rounding(forward, path))
        units[path] = apart + rounding / _step(forward, (path,))
    return Differences(gradients, units)


def directional_witness(
    forward: Summed, gradients: Mapping[Path, np.ndarray], seed: int = 0
) -> Witness:
    """Compare gradients with a central difference of the forward in one random direction."""
    rng = np.random.default_rng(seed)
    directions = {
        path: np.asarray(rng.standard_normal(array.shape))
        for path, array in forward.inputs.items()
        if path in gradients
    }
    said = sum(float(np.sum(gradients[path] * d)) for path, d in directions.items())
    fine, coarse, size = _along(forward, directions)
    size = max(size, _largest_upstream(forward))
    return Witness(said, fine, abs(fine - coarse) + np.finfo(float).eps * size / STEP)


def _largest_upstream(forward: Summed) -> float:
    sent = forward.upstream
    sent = list(sent.values()) if isinstance(sent, Mapping) else [0.0 if sent is None else sent]
    return max((float(np.max(np.abs(u), initial=0.0)) for u in sent), default=0.0)


def _rounding(forward: Summed, path: Path) -> float:
    """The change of the forward when one input moves by about one unit in the last place."""
    array = forward.inputs[path]
    rng = np.random.default_rng(0)
    here = forward({})
    changes = []
    for _ in range(NUDGES):
        factors = 1 + np.finfo(array.dtype).eps * rng.choice([-1.0, 1.0], array.shape)
        changes.append(abs(forward({path: array * factors}) - here))
    return max((change for change in changes if np.isfinite(change)), default=0.0)


def _step(forward: Summed, paths: Iterable[Path]) -> float:
    wide = all(forward.inputs[path].dtype.itemsize >= 8 for path in paths)
    return STEP if wide else STEP * 2**10  # float32


def _along(forward: Summed, directions: Mapping[Path, np.ndarray]) -> tuple[float, float, float]:
    """The directional derivative at two step sizes, and the size of what was subtracted."""
    steps = []
    size = 0.0
    small = _step(forward, directions)
    for step in (small, 2 * small):
        up, down = (
            forward({path: forward.inputs[path] + s * d for path, d in directions.items()})
            for s in (step, -step)
        )
        size = max(size, abs(up), abs(down))
        steps.append((up - down) / (2 * step))
    return steps[0], steps[1], size
