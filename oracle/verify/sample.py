"""One case with its arrays, its truth and what the candidate makes of it."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from oracle import cases
from oracle.cases import Case
from oracle.judging.verdict import EPS, largest, within_one_sided
from oracle.truth.noise import Noise, Nudge, Tape, change, nudged_truth
from oracle.verify.derivations import Derivation

Twin = Callable[..., torch.Tensor]

HAIR = 2.0**-26  # a hair's breadth, on either side of a kink
DIRECTIONS = 16


class Sample:
    """A case, drawn: ``inputs`` and ``upstream`` are never handed out, only copies of them."""

    def __init__(self, derivation: Derivation, twin: Twin, case: Case) -> None:
        self.derivation = derivation
        self.twin = twin
        self.case = case
        self.regime = f"{case.dtype}/{case.regime}"
        self.inputs, self.rng = cases.draw(derivation, case)
        tape = self.tape(self.inputs)
        self.upstream = cases.draw_upstream(self.rng, tuple(tape.value.shape), case.dtype)
        self.truth = tape.truth(self.upstream)
        self.loudest = largest(self.upstream)  # of the upstream's entries
        self._noise = Noise(self.eps)

    def tape(
        self,
        inputs: Mapping[str, np.ndarray],
        twin: Twin | None = None,
        dtype: torch.dtype = torch.float64,
    ) -> Tape:
        """The forward pass of the twin, or of something in its place."""
        differentiated = self.derivation.differentiated
        return Tape(twin or self.twin, inputs, differentiated, self.case.options, dtype)

    def arguments(self) -> tuple[dict[str, np.ndarray], Any]:
        """Arrays and upstream for the candidate to work on, laid out as the regime asks."""
        scalar = self.upstream.ndim == 0
        if self.case.regime != "layout":
            upstream = self.upstream.copy()
            copies = {name: array.copy() for name, array in self.inputs.items()}
        else:
            upstream = cases.laid_out(self.upstream, self.rng)
            copies = {n: cases.laid_out(array, self.rng) for n, array in self.inputs.items()}
        return copies, upstream[()] if scalar else upstream

    def forward(self, inputs: Mapping[str, np.ndarray]) -> tuple[Any, Callable[[Any], Any]]:
        """The candidate's value and pullback."""
        return self.derivation.function(**inputs, **self.case.options)

    def noise(self, name: str, enough: float = math.inf) -> float:
        """The measured noise of a gradient, or of the value, which is called ""."""

        def around(nudged: Nudge) -> dict[str, float]:
            given = self.inputs, self.derivation.differentiated, self.case.options, self.upstream
            return change(self.truth, nudged_truth(self.twin, *given, nudged))

        return self._noise.of(name, around, enough)

    @property
    def eps(self) -> float:
        """The unit in the last place of what the candidate computes in."""
        return EPS[self.case.dtype]

    def is_legal_at_kink(self, name: str, got: Any) -> bool:
        """Whether a gradient lies between the true ones a hair's breadth to all sides."""
        near = self._around(name, HAIR / 1024, got)
        far = self._around(name, HAIR, got)
        want = self.truth.gradients[name]
        allowance = 100 * (self.eps * self.loudest + self.noise(name))
        return within_one_sided(np.asarray(got), want, near, far, allowance)

    def _around(self, name: str, breadth: float, got: Any) -> list[np.ndarray]:
        """True gradients where all inputs are more, all less, and some more and some less.

        Then those where of equal inputs the first is more, or the last, or those are that the
        candidate took for winners: chance would seldom single out these among many.
        """
        rng = np.random.default_rng(0)
        chosen = np.asarray(got) != 0

        def signs(way: str, n: str, shape: tuple[int, ...]) -> Any:
            if way == "mixed":
                return 2.0 * rng.integers(0, 2, shape) - 1
            if way == "last":
                return np.arange(1.0, 1 + math.prod(shape)).reshape(shape) / math.prod(shape)
            return chosen if way == "chosen" and n == name else float(way == "all")

        found = []
        for way in ("all", "last", "chosen", *["mixed"] * (DIRECTIONS // 2)):
            for step in (breadth, -breadth):
                moved = {}
                for n, a in self.inputs.items():
                    if a.dtype.kind == "f":
                        size = np.maximum(np.abs(a.astype(float)), 1)
                        moved[n] = np.asarray(a + step * signs(way, n, a.shape) * size)
                    else:
                        moved[n] = a
                found.append(self.tape(moved).truth(self.upstream).gradients[name])
        return found
