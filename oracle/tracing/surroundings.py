"""The gradients of a step beside what they are: by rounding, and on either side of a kink.

As in a check, a difference is judged in units of measured noise, and at a kink every value between
the one-sided derivatives is right.
"""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from oracle.judging.ground_truth import KINKED
from oracle.judging.kinks import FAR, NEAR
from oracle.judging.verdict import WRONG_AT, within_one_sided
from oracle.truth.noise import NUDGES, Nudging, beside_kink, distance, given_in_full, nudger
from oracle.truth.recording import Value
from oracle.truth.replay import NotReplayable, Plan
from oracle.truth.torch_compat import saved_tensors_hooks

TIED = ("amax", "amin", "max", "min", "maximum.reduce", "minimum.reduce", "sort", "median", "ptp")
SCATTERED = 8  # runs with every input moved by a random amount
EPS = 2.0**-52

Gradients = Mapping[Value, np.ndarray]


class Surroundings:
    """The changes of the gradients of a step under small changes of its forward."""

    def __init__(self, plan: Plan, upstream: Mapping[Any, np.ndarray], true: Gradients) -> None:
        self.plan = plan
        self.upstream = upstream
        self.true = true
        self.values = list(true)
        self._units: dict[Value, float] | None = None
        self._beside: dict[Value, tuple[list[np.ndarray], list[np.ndarray]]] = {}

    def unit(self, value: Value) -> float:
        """By how much rounding alone moves a gradient."""
        if self._units is None:
            self._units = self._measured()
        return self._units[value]

    def allows(self, value: Value, got: np.ndarray) -> bool:
        """True if a gradient differs from the true one only by its choice at a kink."""
        if not self._has_kinks:
            return False
        if value not in self._beside:  # kept for one value at a time, to spare memory
            self._beside[value] = self._near(value, NEAR), self._near(value, FAR)
        near, far = self._beside[value]
        if not near or not far:
            return False
        allowance = WRONG_AT * self.unit(value)
        return within_one_sided(got, self.true[value], near, far, allowance)

    @functools.cached_property
    def _has_kinks(self) -> bool:
        """True if a call of the forward is not smooth everywhere."""
        return any(one.note.op in (*KINKED, *TIED) for one in self.plan.steps)

    def _measured(self) -> dict[Value, float]:
        found = {v: EPS * float(np.max(np.abs(g), initial=0.0)) for v, g in self.true.items()}
        for _ in range(NUDGES):
            nudged = nudger(EPS)
            leaves = {
                path: nudged(torch.from_numpy(np.array(value.array, float))).requires_grad_()
                for path, value in self.plan.recording.inputs.items()
            }
            sent = {p: nudged(torch.from_numpy(np.array(u))) for p, u in self.upstream.items()}
            try:
                with saved_tensors_hooks(lambda t: nudged(t.detach()), lambda t: t):  # noqa: B023
                    with Nudging(nudged):
                        run = self.plan.run(leaves)
                    moved = run.gradients(sent, wrt=self.values)
            except (NotReplayable, RuntimeError):
                continue
            for value, gradient in moved.items():
                found[value] = max(found[value], distance(gradient, self.true[value]))
        return found

    def _near(self, value: Value, breadth: float) -> list[np.ndarray]:
        """A gradient beside the step: at every kink to the same side, and all scattered.

        Of equal entries of a maximum each gets the whole gradient, too: after a relu they are 0
        whatever its inputs are.
        """
        found = []
        kinked = [one.note for one in self.plan.steps if one.note.op in KINKED]
        for step in (breadth, -breadth) if kinked else ():

            def beside(rule: Any, *args: Any, step: float = step, **kwargs: Any) -> Any:
                return rule(*beside_kink(args, step), **kwargs)

            found.append(self._run(value, None, dict.fromkeys(kinked, beside)))
        rng, torch_rng = np.random.default_rng(0), torch.Generator().manual_seed(0)
        tied = [one.note for one in self.plan.steps if one.note.op in TIED]
        if tied:
            found.append(self._run(value, None, dict.fromkeys(tied, given_in_full)))

        def scattered(rule: Any, *args: Any, **kwargs: Any) -> Any:
            return rule(*[_scattered(arg, breadth, torch_rng) for arg in args], **kwargs)

        for _ in range(SCATTERED):
            leaves = {}
            for path, leaf in self.plan.recording.inputs.items():
                array = np.asarray(leaf.array, float)
                by = breadth * rng.uniform(-1, 1, array.shape) * np.maximum(np.abs(array), 1)
                leaves[path] = array + by
            found.append(self._run(value, leaves, dict.fromkeys(tied, scattered)))
        return [one for one in found if one is not None]

    def _run(self, value: Value, leaves: Any, instead: Any) -> np.ndarray | None:
        try:
            run = self.plan.run(leaves, instead=instead)
            return run.gradients(self.upstream, wrt=[value])[value]
        except (NotReplayable, RuntimeError):
            return None


def _scattered(arg: Any, breadth: float, rng: torch.Generator) -> Any:
    """An argument of a maximum, each entry moved a little by itself."""
    if not isinstance(arg, torch.Tensor) or not arg.requires_grad:
        return arg
    by = 2 * torch.rand(arg.shape, generator=rng, dtype=arg.dtype) - 1
    return arg + breadth * by * torch.clamp(arg.detach().abs(), min=1.0)
