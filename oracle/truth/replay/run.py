"""One run of a recording by torch, and its gradients."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch

from oracle.truth import torch_compat
from oracle.truth.recording import Path, Recording, Value
from oracle.truth.replay.elementwise import Tensor, tensor
from oracle.truth.replay.steps import (
    DecisionChanged,
    NotReplayable,
    Step,
    constant,
    recorded_tensors,
)
from oracle.truth.work import spend_back

# How far torch's value may be from NumPy's: rounding, and sums in a different order.
_TOLERANCE = {8: 1e-7, 16: 1e-7, 4: 1e-3, 2: 1e-1}


class Run:
    """One run by torch: a tensor for each value that was needed."""

    def __init__(
        self, recording: Recording, leaves: dict[Path, Tensor], tensors: dict[int, Tensor]
    ) -> None:
        self.recording = recording
        self.leaves = leaves
        self._tensors = tensors
        self.again: Callable[[], Run] | None = None
        self.quieted = False  # nan or inf came out, and it had to be run again

    def tensor(self, value: Value) -> Tensor:
        """Torch's tensor for a recorded value."""
        found = self._tensors.get(id(value))
        return tensor(constant(np.asarray(value.array))) if found is None else found

    def outputs(self) -> dict[Path, Tensor]:
        return {path: self.tensor(value) for path, value in self.recording.outputs.items()}

    def gradients(
        self,
        upstream: Any,
        wrt: Iterable[Path | Value] | None = None,
        retain_graph: bool = False,
    ) -> dict[Any, np.ndarray]:
        """The gradients of Σ upstream·output.

        ``upstream`` is an array, if the function returned a single one, or a dict by the outputs'
        paths; outputs that are left out have none. ``wrt``: paths of inputs, or values anywhere in
        the record; all inputs by default. What nothing depends on has the gradient 0.

        ``np.where(x > 0, np.log(x), 0)`` gives autograd 0·∞ at x = 0, though the function is
        constant there. So where nan or inf comes out, the run is repeated ``quiet``.
        """
        keys = list(self.leaves if wrt is None else wrt)
        found = self._gradients(upstream, keys, retain_graph or self.again is not None)
        if self.again is not None and not all(np.isfinite(g).all() for g in found.values()):
            self.quieted = True
            quiet = self.again()
            if all(not isinstance(leaf, Tensor) or leaf.is_leaf for leaf in self.leaves.values()):
                return quiet._gradients(upstream, keys, retain_graph)
        return found

    def _gradients(self, upstream: Any, keys: list[Any], retain_graph: bool) -> dict[Any, Any]:
        spend_back(len(self.recording.notes))
        outputs = self.recording.outputs
        if not isinstance(upstream, Mapping):
            if len(outputs) != 1:
                raise ValueError(
                    f"got one upstream, expected a dict with one for each of {list(outputs)}"
                )
            upstream = {next(iter(outputs)): upstream}
        points = [self.tensor(k) if isinstance(k, Value) else self.leaves[k] for k in keys]
        ends, grads = [], []
        for path, given in upstream.items():
            end = self.tensor(outputs[path])
            if end.requires_grad:
                given = given if isinstance(given, Tensor) else torch.from_numpy(np.array(given))
                ends.append(end)
                grads.append(given.to(end.dtype).broadcast_to(end.shape))
        found: Any = [None] * len(points)
        moving = [i for i, point in enumerate(points) if point.requires_grad]
        if ends and moving:
            try:
                some = torch_compat.gradients(
                    ends, [points[i] for i in moving], grads, retain_graph
                )
            except RuntimeError as error:
                raise NotReplayable(None, f"torch cannot differentiate it: {error}") from error
            for i, gradient in zip(moving, some, strict=True):
                found[i] = gradient
        return {
            key: np.zeros(tuple(point.shape)) if gradient is None else gradient.numpy()
            for key, point, gradient in zip(keys, points, found, strict=True)
        }

    def check_decisions(self) -> None:
        """Raise ``DecisionChanged`` where NumPy would now decide otherwise."""
        for note in self.recording.notes:
            if note.is_decision and note.function is not None:
                values = note.inputs
                if all(not v.active or id(v) in self._tensors for v in values):
                    answer = note.function(
                        *[self._numpy(arg) for arg in note.args],
                        **{name: self._numpy(arg) for name, arg in note.kwargs.items()},
                    )
                    if not same_answer(answer, note.answer):
                        raise DecisionChanged(note)

    def _numpy(self, arg: Any) -> Any:
        if type(arg) is Value:
            if not arg.active:
                return arg.array
            array = self.tensor(arg).detach().numpy()
            return array if isinstance(arg.array, np.ndarray) else array[()]
        if type(arg) is list or type(arg) is tuple:
            return type(arg)([self._numpy(part) for part in arg])
        return arg

    def check(self) -> None:
        """Torch's value must be NumPy's, to rounding: otherwise the call that differs is named."""
        for value in self.recording.outputs.values():
            if not agree(self.tensor(value), value.array):
                break
        else:
            return
        # Rounding may have been magnified on the way: each call on its own must agree.
        for note in self.recording.notes:
            if any(id(value) in self._tensors for value in note.outputs if value.active):
                step = Step(note)
                alone = {id(v): recorded_tensors(v) for v in note.inputs if v.active}
                step.run(alone, None)
                for value in note.outputs:
                    if value.active and not agree(alone[id(value)], value.array):
                        raise NotReplayable(note, "torch gives a different value than NumPy")


def agree(ours: Tensor, recorded: Any) -> bool:
    recorded = np.asarray(recorded)
    array = ours.detach().resolve_conj().numpy()
    if array.shape != recorded.shape:
        return False
    tolerance = _TOLERANCE.get(recorded.dtype.itemsize, 1e-7)
    with np.errstate(all="ignore"):
        finite = np.isfinite(recorded)
        others = recorded[~finite].astype(array.dtype)
        if not np.array_equal(array[~finite], others, equal_nan=True):
            return False
        numbers = recorded[finite]
        scale = np.max(np.abs(numbers), initial=0.0)
        return bool(np.all(np.abs(array[finite] - numbers) <= tolerance * scale))


def same_answer(a: Any, b: Any) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same_answer, a, b))
    return bool(np.array_equal(a, b))
