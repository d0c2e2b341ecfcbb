"""One case of a ``torch.autograd.Function``: torch runs its forward itself, nothing is recorded."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks

from oracle import cases
from oracle.cases import Case
from oracle.judging.ground_truth import Truth, Whole
from oracle.judging.session import Session
from oracle.judging.trial import Trial
from oracle.judging.verdict import EPS, WRONG_AT, agree, judge, largest
from oracle.subject import Inputs, Made, Path, Subject, Unusable, as_array, is_number
from oracle.truth import torch_compat, torch_recording
from oracle.truth.differences import Forward as Differences
from oracle.truth.differences import Summed
from oracle.truth.noise import BesideKinks, Noise, Nudge, Nudging, NudgingBelow
from oracle.truth.recording import Note
from oracle.truth.replay import NotReplayable, Plan
from oracle.truth.torch_forward import Forward, world


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
        counted = torch_compat.Counted()
        with torch.no_grad(), counted:
            value = self._through(self._tensors(self.arrays))
        self._counted = counted.calls
        self.upstream = {
            path: self._drawn(tuple(part.shape), getattr(part, "has_no_derivative", False))
            for path, part in _parts(value).items()
        }
        self.largest_upstream = max(largest(u) for u in self.upstream.values())

    def _drawn(self, shape: tuple[int, ...], constant: bool) -> np.ndarray:
        """The upstream of an output; 0 where the code says that it has no derivative."""
        drawn: np.ndarray = cases.draw_upstream(self.rng, shape, self.case.dtype)
        return 0 * drawn if constant else drawn

    @property
    def value_is_finite(self) -> bool:
        return True  # of the truth's value that is asked

    @property
    def in_float32(self) -> bool:
        return self.case.dtype == "float64" and self.own_eps > self.eps

    @property
    def own_eps(self) -> float:
        return self.forward.precision.eps(self.case.dtype)

    @property
    def forward(self) -> Forward:
        """The forward as autograd goes through it."""
        forward: Forward = self.subject.torch_function
        return forward

    @contextlib.contextmanager
    def seeded(self) -> Iterator[None]:
        """The same random numbers for each run, torch's too, and its dtype; all set back."""
        with super().seeded(), world(self.case.seed, self.case.dtype, self.forward.precision):
            yield

    def candidate(self) -> tuple[Any, list[Made], Inputs]:
        return self.plain_candidate()  # tensors are made of copies, whatever the layout

    @property
    def calls(self) -> int:
        """The number of torch's functions that the forward calls."""
        return self._counted

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
            if isinstance(thing, np.ndarray | np.floating):
                real = thing.dtype.kind == "f"
                made[name] = torch.from_numpy(np.array(thing, np.float64 if real else None))
                if real and self.forward.precision.only is not None:
                    made[name] = made[name].to(self.forward.precision.only)
                made[name].requires_grad_(real and self.subject.differentiable((name,)))
            else:
                made[name] = thing
        return made

    def _through(self, tensors: Mapping[str, Any]) -> Any:
        with self._wide():
            return self.forward(tensors)

    @contextlib.contextmanager
    def _wide(self) -> Iterator[None]:
        """The truth is computed in float64, of float32 arrays too."""
        precision = self.forward.precision
        with super().seeded(), world(self.case.seed, "float64", precision):
            yield

    def _gradients_of(
        self, tensors: dict[str, torch.Tensor], sent: Mapping[Path, Any]
    ) -> tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]]:
        """Gradients and value.

        Raises:
            NotReplayable: autograd cannot go through the forward.
        """
        return self.forward.differentiated(lambda: self._gone_through(tensors, sent))

    def _gone_through(
        self,
        tensors: dict[str, torch.Tensor],
        sent: Mapping[Path, Any],
        meanwhile: AbstractContextManager[Any] | None = None,
    ) -> tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]]:
        with meanwhile or contextlib.nullcontext():
            value = self._through(tensors)
        leaves = {n: t for n, t in tensors.items() if getattr(t, "requires_grad", False)}
        ends = [(part, sent[path]) for path, part in _parts(value).items() if part.requires_grad]
        found: Sequence[torch.Tensor | None] = [None] * len(leaves)
        if ends:
            found = torch_compat.gradients(
                [end for end, _ in ends],
                list(leaves.values()),
                [torch.as_tensor(np.array(s), dtype=end.dtype) for end, s in ends],
            )
        gradients = {
            (name,): np.zeros(tuple(leaf.shape)) if g is None else _array(g)
            for (name, leaf), g in zip(leaves.items(), found, strict=True)
        }
        return gradients, {path: _array(part) for path, part in _parts(value).items()}

    def truth(self) -> Truth:
        try:
            gradients, value = self._gradients_of(self._tensors(self.arrays), self.upstream)
        except NotReplayable as error:
            return self.differences(str(error))
        return Truth(value, gradients)

    def own_forward(self) -> Summed:
        def forward(given: Inputs) -> Any:
            with torch.no_grad():
                parts = _parts(self._through(self._as_tensors(given)))
            value = {path: _array(part) for path, part in parts.items()}
            return (value[(0,)] if (0,) in value else tuple(value[path] for path in value),)

        inputs = self.inputs({n: a.astype(float) if a.dtype.kind == "f" else a
                              for n, a in self.arrays.items()})  # fmt: skip
        return Differences(
            forward, (inputs,), None, self.upstream,
            lambda path: self.subject.differentiable(path[1:]),
        )  # fmt: skip

    def _own_value(self) -> dict[Path, np.ndarray]:
        with torch.no_grad():
            value = self._through(self._tensors(self.arrays))
        return {path: _array(part) for path, part in _parts(value).items()}

    def whole(self) -> Whole:
        """Forward and backward, run by hand under a recorder; both must be what torch makes them.

        Raises:
            NotReplayable: they are not, or cannot be followed.
        """
        tensors = self._as_tensors(self.inputs())
        wanted = frozenset(n for n, t in tensors.items() if getattr(t, "requires_grad", False))
        with self._wide():
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
                agree(np.asarray(known[path].array), made[path], self.largest_upstream)
                for path in made
            )
        ):
            raise NotReplayable(None, "run by hand, the Function gives other gradients")
        truth = self.truth().gradients
        paths = [path for path in recording.inputs if path[0] == 0]
        run = Plan(recording, whole.outputs().values()).run()
        for path, gradient in run.gradients(self.upstream, wrt=paths).items():
            if not agree(gradient, truth[path[1:]], self.largest_upstream):
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
        # What is written to through views cannot be nudged where it is written.
        mode = NudgingBelow(nudged) if self.forward.out_of_place else Nudging(nudged)
        with saved_tensors_hooks(lambda t: nudged(t.detach()), lambda t: t):
            return self._gone_through(leaves, self.upstream, mode)

    def gradients_beside_kinks(self, path: Path, step: float) -> list[np.ndarray]:
        try:
            with BesideKinks(step):
                found = self._gradients_of(self._tensors(self.arrays), self.upstream)[0]
        except NotReplayable:
            return []
        return [found[path]]

    def gradient_of_moved(
        self, moved: Callable[[np.ndarray], np.ndarray], path: Path, alone: bool = False
    ) -> np.ndarray | None:
        arrays = {
            name: moved(a) if a.dtype.kind == "f" and (not alone or (name,) == path) else a
            for name, a in self.arrays.items()
        }
        try:
            return self._gradients_of(self._tensors(arrays), self.upstream)[0][path]
        except NotReplayable:
            return None

    def input_at(self, path: Path) -> np.ndarray:
        return self.arrays[path[0]]


def _parts(value: Any) -> dict[Path, torch.Tensor]:
    """The floating-point outputs by path."""
    if isinstance(value, torch.Tensor):
        return {(0,): value}
    return {
        (0, i): part
        for i, part in enumerate(value)
        if isinstance(part, torch.Tensor) and part.is_floating_point()
    }


def _array(tensor: torch.Tensor) -> np.ndarray:
    array: np.ndarray = tensor.detach().to(torch.float64).numpy()
    return array


# One case that is judged against a torch function which the user has named.


class AgainstTrial(TorchTrial):
    """The truth is autograd's through the function that was named.

    Raises:
        Unusable: the user's forward gives other values than it.
    """

    def __init__(self, subject: Subject, case: Case, names: Session) -> None:
        self.single = False  # the forward computes in float32, whatever it is given
        super().__init__(subject, case, names)
        with self.seeded():
            value = subject.forward(self.inputs())[0]
        parts = value if isinstance(value, tuple | list) else (value,)
        arrays = [np.asarray(as_array(part)) for part in parts if is_number(part)]
        self.single = any(array.dtype == np.float32 for array in arrays)
        if (case.dtype, case.regime) == ("float64", "ordinary"):
            self._compare(arrays)

    @property
    def own_eps(self) -> float:
        return max(super().own_eps, EPS["float32"] if self.single else 0.0)

    def _compare(self, arrays: list[np.ndarray]) -> None:
        truth = self.truth()
        wanted = list(truth.value.values())
        text = self.subject.against
        if len(arrays) != len(wanted):
            raise Unusable(
                f"forward-mismatch: the forward returns {len(arrays)} arrays, {text} {len(wanted)}"
            )
        for got, want in zip(arrays, wanted):
            floor = self.own_eps * largest(want)

            def noise(enough: float, floor: float = floor, truth: Truth = truth) -> float:
                ratio = self.own_eps / self.eps
                return floor + ratio * self.noise(truth, (), enough / ratio)

            found = judge(got.astype(float), want, "float64", 0.0, noise)
            if found.units > WRONG_AT:
                what = found.message or f"is off by {largest(got - want):.3g}"
                raise Unusable(
                    f"forward-mismatch: the value of the forward is not that of {text}: it {what} "
                    f"at {', '.join(f'{n} = {s}' for n, s in self.case.sizes.items())}; "
                    "nothing is judged against a different function"
                )

    def whole(self) -> Whole:
        raise NotReplayable(None, "it is judged against a different function: nothing is recorded")
