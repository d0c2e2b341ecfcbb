"""One case of a ``torch.autograd.Function``: torch runs its forward itself, nothing is recorded."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode

from oracle import cases
from oracle.cases import Case
from oracle.judging.beside import beside_kink
from oracle.judging.session import Session
from oracle.judging.trial import Trial, Truth, Whole
from oracle.judging.verdict import agree, largest
from oracle.subject import Inputs, Made, Path, Subject
from oracle.truth import torch_compat, torch_recording
from oracle.truth.differences import Forward, Summed
from oracle.truth.noise import Noise, Nudge, Nudging
from oracle.truth.recording import Note
from oracle.truth.replay import NotReplayable, Plan

KINKED = ("maximum", "minimum", "abs", "absolute", "clamp", "clip", "relu", "hardtanh", "clamp_min")


class TorchTrial(Trial):
    """The truth is autograd's through the forward, as if the Function had no backward."""

    def __init__(self, subject: Subject, case: Case, names: Session) -> None:
        self.subject = subject
        self.case = case
        self.names = names
        self.arrays, self.rng = cases.draw(subject, case)
        self._noise = Noise(self.eps)
        self.writes = False
        self.plan = None  # nothing is replayed: torch runs it itself
        value = self._through(self._tensors(self.arrays))
        self.upstream = {
            path: cases.draw_upstream(self.rng, tuple(part.shape), case.dtype)
            for path, part in _parts(value).items()
        }
        self.loudest = max(largest(u) for u in self.upstream.values())

    @property
    def value_is_finite(self) -> bool:
        return True  # of the truth's value that is asked

    def candidate(self) -> tuple[Any, list[Made], Inputs]:
        return self.plain_candidate()  # tensors are made of copies, whatever the layout

    @property
    def notes(self) -> Sequence[Note]:
        return ()  # torch is asked for whole functions

    def widened(self) -> Truth | None:
        return None  # nothing is recorded that could be lost

    def _tensors(self, arrays: Mapping[str, np.ndarray]) -> dict[str, torch.Tensor]:
        return self._as_tensors(self.inputs(arrays))

    def _as_tensors(self, inputs: Inputs) -> dict[str, torch.Tensor]:
        made: dict[str, torch.Tensor] = {}
        for name, thing in inputs.items():
            if isinstance(thing, np.ndarray):
                real = thing.dtype.kind == "f"
                made[name] = torch.from_numpy(np.array(thing, np.float64 if real else None))
                made[name].requires_grad_(real and self.subject.differentiable((name,)))
            else:
                made[name] = thing
        return made

    def _through(self, tensors: Mapping[str, Any]) -> Any:
        with self.seeded(), torch.random.fork_rng():
            torch.manual_seed(self.case.seed % 2**32)
            return self.subject.torch_function(tensors)

    def _gradients_of(
        self, tensors: dict[str, torch.Tensor], sent: Mapping[Path, Any], value: Any = None
    ) -> tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]]:
        value = self._through(tensors) if value is None else value
        leaves = {n: t for n, t in tensors.items() if getattr(t, "requires_grad", False)}
        ends = [(part, sent[path]) for path, part in _parts(value).items() if part.requires_grad]
        found = torch_compat.gradients(
            [end for end, _ in ends],
            list(leaves.values()),
            [torch.as_tensor(np.array(s), dtype=end.dtype) for end, s in ends],
        )
        gradients = {
            (name,): np.zeros(tuple(leaf.shape)) if g is None else g.numpy()
            for (name, leaf), g in zip(leaves.items(), found, strict=True)
        }
        return gradients, {path: part.detach().numpy() for path, part in _parts(value).items()}

    def truth(self) -> Truth:
        gradients, value = self._gradients_of(self._tensors(self.arrays), self.upstream)
        return Truth(value, gradients)

    def _function(self) -> Summed:
        def forward(given: Inputs) -> Any:
            parts = _parts(self._through(self._as_tensors(given)))
            value = {path: part.detach().numpy() for path, part in parts.items()}
            return (value[(0,)] if (0,) in value else tuple(value[path] for path in value),)

        inputs = self.inputs({n: a.astype(float) if a.dtype.kind == "f" else a
                              for n, a in self.arrays.items()})  # fmt: skip
        return Forward(
            forward, (inputs,), None, self.upstream,
            lambda path: self.subject.differentiable(path[1:]),
        )  # fmt: skip

    def _own_value(self) -> dict[Path, np.ndarray]:
        return self.truth().value

    def whole(self) -> Whole:
        """Forward and backward, run by hand under a recorder; both must be what torch makes them.

        Raises:
            NotReplayable: they are not, or cannot be followed.
        """
        tensors = self._as_tensors(self.inputs())
        wanted = frozenset(n for n, t in tensors.items() if getattr(t, "requires_grad", False))
        with self.seeded(), torch.random.fork_rng():
            torch.manual_seed(self.case.seed % 2**32)
            recording, order = torch_recording.record(
                self.subject.torch_both, tensors, wanted, self.upstream
            )
        whole = Whole(recording, [(name,) for name in order])
        made = {m.of: np.asarray(m.value) for m in self.candidate()[1]}
        known = whole.gradients()
        if (
            set(whole.outputs()) != set(self.upstream)
            or set(known) != set(made)
            or not all(
                agree(np.asarray(known[path].array), made[path], self.loudest) for path in made
            )
        ):
            raise NotReplayable(None, "run by hand, the Function gives other gradients")
        truth = self.truth().gradients
        paths = [path for path in recording.inputs if path[0] == 0]
        run = Plan(recording, whole.outputs().values()).run()
        for path, gradient in run.gradients(self.upstream, wrt=paths).items():
            if not agree(gradient, truth[path[1:]], self.loudest):
                raise NotReplayable(None, "run by hand, the forward has another derivative")
        return whole

    def differences_prefer_truth(self, truth: Truth, path: Path, got: np.ndarray) -> bool:
        return True

    def _nudged_run(self, nudged: Nudge) -> tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]]:
        leaves = {
            n: nudged(t.detach()).requires_grad_(t.requires_grad)
            if isinstance(t, torch.Tensor)
            else t
            for n, t in self._tensors(self.arrays).items()
        }
        with saved_tensors_hooks(lambda t: nudged(t.detach()), lambda t: t):
            with Nudging(nudged):
                value = self._through(leaves)
            return self._gradients_of(leaves, self.upstream, value)

    def gradients_beside_kinks(self, path: Path, step: float) -> list[np.ndarray]:
        with BesideKinks(step):
            found = self._gradients_of(self._tensors(self.arrays), self.upstream)[0]
        return [found[path]]

    def gradient_of_moved(
        self, moved: Callable[[np.ndarray], np.ndarray], path: Path, alone: bool = False
    ) -> np.ndarray | None:
        arrays = {
            name: moved(a) if a.dtype.kind == "f" and (not alone or (name,) == path) else a
            for name, a in self.arrays.items()
        }
        return self._gradients_of(self._tensors(arrays), self.upstream)[0][path]

    def input_at(self, path: Path) -> np.ndarray:
        return self.arrays[path[0]]


class BesideKinks(TorchFunctionMode):
    """While it is entered, what goes into functions with a kink at 0 or at a tie is moved."""

    def __init__(self, breadth: float) -> None:
        super().__init__()
        self.breadth = breadth

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in KINKED:
            args = beside_kink(args, self.breadth)
        return func(*args, **(kwargs or {}))


def _parts(value: Any) -> dict[Path, torch.Tensor]:
    """The floating-point outputs by path."""
    if isinstance(value, torch.Tensor):
        return {(0,): value}
    return {
        (0, i): part
        for i, part in enumerate(value)
        if isinstance(part, torch.Tensor) and part.is_floating_point()
    }
