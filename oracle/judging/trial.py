"""One case of a user's derivation: his forward recorded and replayed, his backward run.

The truth is torch's derivative of the user's *own* forward. Where the replay refuses, or does not
agree with the forward's own central difference, finite differences take its place and say so.
"""

import contextlib
import copy
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks

from oracle import cases
from oracle.cases import EXTREME, Case
from oracle.judging.verdict import EPS, largest, within_one_sided
from oracle.subject import Inputs, Made, Path, Subject, is_number
from oracle.truth import torch_compat
from oracle.truth.differences import Forward, directional_witness, finite_differences
from oracle.truth.noise import Noise, Nudge, Nudging, distance
from oracle.truth.recording import Names, Recording, Value, record
from oracle.truth.recording.stand_ins import get_state, set_state
from oracle.truth.recording.trees import rebuild
from oracle.truth.replay import NotReplayable, Plan

AUTOGRAD, DIFFERENCES = "autograd", "finite differences"
HAIR = 2.0**-26
DIRECTIONS = 8
MORE = 64  # directions, where many ties at once are not told by a few
ALONE = 12  # entries that are moved alone
KINKED = ("maximum", "minimum", "fmax", "fmin", "absolute", "abs", "fabs", "clip")
SETTLED = 40  # runs of a user's code without a random number: it draws none


@dataclass
class Truth:
    """Gradients by path of the input, the function's value, and where they come from."""

    value: dict[Path, np.ndarray]
    gradients: dict[Path, np.ndarray]
    kind: str = AUTOGRAD
    units: dict[Path, float] = field(default_factory=dict)  # of finite differences
    why: str = ""  # why it is not autograd's
    quieted: bool = False  # autograd's own would be nan: 0·∞ is taken for 0

    def is_finite(self, path: Path) -> bool:
        """Whether the value, and the gradient of an input, are finite everywhere."""
        return all(bool(np.isfinite(a).all()) for a in (self.gradients[path], *self.value.values()))


class Session(Names):
    """The user's modules while they are checked, and whether their code draws random numbers."""

    untouched = 0  # runs in a row that drew none

    @contextlib.contextmanager
    def random_state(self, seed: int) -> Iterator[None]:
        """All generators that the user's code can reach, seeded, and as they were afterwards."""
        state = np.random.get_state(), random.getstate()
        generators = [(g, get_state(g)) for g in self.generators()]
        np.random.seed(seed % 2**32)
        random.seed(seed)
        begun = _states(generators)
        try:
            yield
        finally:
            self.untouched = self.untouched + 1 if _states(generators) == begun else -(10**9)
            np.random.set_state(state[0])
            random.setstate(state[1])
            for generator, kept in generators:
                set_state(generator, kept)


def _states(generators: list[tuple[Any, Any]]) -> tuple[Any, ...]:
    state: Any = np.random.get_state()
    _, words, at, *rest = state
    own = tuple(str(get_state(generator)) for generator, _ in generators)
    return (words[:8].tobytes(), at, *rest, random.getstate(), own)


class Trial:
    """A case, drawn, with its truth. Arrays are handed out as copies, in new containers."""

    def __init__(self, subject: Subject, case: Case, names: Session) -> None:
        self.subject = subject
        self.case = case
        self.names = names
        self.arrays, self.rng = cases.draw(subject, case)
        self._noise = Noise(self.eps)
        self.recording, self.plan, self.refused = self._recorded(self.inputs())
        self.upstream = self._drawn_upstream()
        self.loudest = max(largest(u) for u in self.upstream.values())

    @property
    def value_is_finite(self) -> bool:
        """Whether the user's own forward gave finite numbers, in the dtype of the case."""
        values = (v.array for v in self.recording.outputs.values())
        return all(bool(np.isfinite(np.asarray(value)).all()) for value in values)

    @property
    def calls(self) -> int:
        """How many calls of the user's were recorded: what a case costs, whatever the machine."""
        return len(self.recording.notes)

    @property
    def eps(self) -> float:
        return EPS[self.case.dtype]

    # -- the user's code --------------------------------------------------------------------------

    def inputs(self, arrays: Mapping[str, np.ndarray] | None = None) -> Inputs:
        """What the forward takes, made anew."""
        drawn = self.arrays if arrays is None else arrays
        with np.errstate(all="ignore"):
            return self.subject.prepare({n: a.copy() for n, a in drawn.items()}, self.case.seed)

    @contextlib.contextmanager
    def seeded(self) -> Iterator[None]:
        """The same random numbers for each run, and the caller's own state afterwards."""
        with np.errstate(all="ignore"):
            if self.names.untouched >= SETTLED:
                yield
                return
            with self.names.random_state(self.case.seed):
                yield

    def candidate(self) -> tuple[Any, list[Made], Inputs]:
        """The value and the gradients, by the user's code, and what it was given."""
        inputs = self.inputs()
        with self.seeded():
            value, kept = self.subject.forward(inputs)
            return value, self.subject.backward(inputs, value, kept, self.sent(value)), inputs

    def sent(self, value: Any) -> Any:
        """The upstream, in the shape of the value: an array, a number, or a tuple of them."""

        def of(path: Path, part: Any) -> Any:
            given = self.upstream[path]
            return given.copy() if isinstance(part, np.ndarray) else given[()]

        if isinstance(value, tuple | list):
            return tuple(of((0, i), p) for i, p in enumerate(value) if is_number(p))
        return of((0,), value)

    # -- the truth --------------------------------------------------------------------------------

    def _recorded(self, inputs: Inputs) -> tuple[Recording, Plan | None, str]:
        def differentiate(path: Path) -> bool:
            return self.subject.differentiable(path[1:])

        def forward(given: Inputs) -> tuple[Any, Any]:
            return self.subject.forward(given)[0], None

        with self.seeded():
            found = record(forward, (inputs,), names=self.names, differentiate=differentiate)
        outputs = {path: value for path, value in found.outputs.items() if path[:1] == (0,)}
        found = Recording(found.value, found.inputs, outputs, found.notes, found.cuts)
        try:
            return found, Plan(found), ""
        except NotReplayable as error:
            return found, None, str(error)

    def _drawn_upstream(self) -> dict[Path, np.ndarray]:
        """Random with zero mean, for each output; 1 where the backward takes none."""
        drawn = {}
        for path, value in self.recording.outputs.items():
            if not self.subject.has_upstream:
                drawn[path] = np.ones(value.shape, self.case.dtype)
            else:
                drawn[path] = cases.draw_upstream(self.rng, value.shape, self.case.dtype)
        if not drawn:
            raise ValueError("the forward returns no floating-point array or number")
        return drawn

    def truth(self) -> Truth:
        """The gradients of Σ upstream∘value."""
        if self.plan is None:
            return self.differences(self.refused)
        try:
            run = self.plan.run()
            run.check()
            if self.case.regime in EXTREME:
                run.again = None  # where 0·∞ comes up, autograd has no say
            found = run.gradients(self.upstream)
        except NotReplayable as error:
            return self.differences(str(error))
        outputs = self.recording.outputs
        value = {p: run.tensor(v).detach().numpy() for p, v in outputs.items()}
        gradients = {path[1:]: gradient for path, gradient in found.items()}
        return Truth(value, gradients, quieted=run.quieted)

    def widened(self) -> Truth | None:
        """The truth of a float32 case from the same numbers, recorded as float64.

        ``np.float64(2) * x`` is lost to the record where x is a single float32: NumPy's own scalar
        takes it for one of its kind. In float64 it is not.
        """
        wide = {n: a.astype(float) if a.dtype.kind == "f" else a for n, a in self.arrays.items()}
        recording, plan, _ = self._recorded(self.inputs(wide))
        if plan is None or {p: v.shape for p, v in recording.outputs.items()} != {
            p: sent.shape for p, sent in self.upstream.items()
        }:
            return None
        try:
            found = plan.run().gradients(self.upstream)
        except NotReplayable:
            return None
        value = {p: np.asarray(v.array, float) for p, v in recording.outputs.items()}
        return Truth(value, {path[1:]: gradient for path, gradient in found.items()})

    def differences(self, why: str) -> Truth:
        """The truth by central differences of the forward."""
        found = finite_differences(self._function())
        gradients = {path[1:]: gradient for path, gradient in found.gradients.items()}
        units = {path[1:]: unit for path, unit in found.units.items()}
        return Truth(self._own_value(), gradients, DIFFERENCES, units, why)

    def _own_value(self) -> dict[Path, np.ndarray]:
        """What the user's own forward gave."""
        return {p: np.asarray(v.array, float) for p, v in self.recording.outputs.items()}

    def witness_agrees(self, truth: Truth) -> tuple[bool, str]:
        """Whether a central difference of the forward, in one direction, has the same to say."""
        with self.seeded():
            gradients = {(0, *path): gradient for path, gradient in truth.gradients.items()}
            seen = directional_witness(self._function(), gradients, self.case.seed)
        return seen.agrees, f"{seen.seen:.6g} by differences, {seen.said:.6g} by the replay"

    def sides_with_truth(self, truth: Truth, path: Path, got: np.ndarray) -> bool:
        """Whether the forward's own differences are nearer to the truth than to what came."""
        with self.seeded():
            seen = [
                directional_witness(self._function(), {(0, *path): gradient}, self.case.seed)
                for gradient in (truth.gradients[path], got)
            ]
        off = [abs(witness.said - witness.seen) for witness in seen]
        return bool(off[0] < off[1]) or not np.isfinite(off[1])

    def is_singular(self, path: Path) -> bool:
        """Whether autograd has no number either, at the very numbers the user's forward came to.

        Two float32 that round to the same have the distance 0, where a root has no derivative,
        though those of the truth are not quite the same.
        """
        if self.plan is None:
            return False

        def as_recorded(value: Value) -> Any:
            recorded = torch.from_numpy(np.array(value.array, float))
            return lambda of, made: recorded + (made - made.detach())

        try:
            values = [v for step in self.plan.steps for v in step.outputs if v.active]
            if not all(np.isfinite(np.asarray(v.array)).all() for v in values):
                return False  # it has overflowed on the way, which is a matter of its own
            run = self.plan.run(after={value: as_recorded(value) for value in values})
            run.again = None
            found = run.gradients(self.upstream, wrt=[(0, *path)])
        except NotReplayable:
            return False
        return not bool(np.isfinite(found[0, *path]).all())

    def drowned(self, truth: Truth, path: Path, got: np.ndarray) -> bool:
        """Whether what a gradient is off by is less than a rounding on the way to it.

        Where a sigmoid or a softmax saturates, its gradient is little beside what it is the
        difference of: s(1 − s), p(g − Σgp). Torch's own formulas lose these digits as well.
        """
        if self.plan is None:
            return False
        run = self.plan.run()
        leaf = run.leaves[(0, *path)]
        points = [v for step in self.plan.steps for v in step.outputs if v.active]
        points = [v for v in points if run.tensor(v).requires_grad]
        try:
            above = run.gradients(self.upstream, wrt=points, retain_graph=True)
        except NotReplayable:
            return False
        loudest = max((largest(g) for g in above.values()), default=0.0)
        size = largest(got - truth.gradients[path])
        gain = 1.0
        for value in points:
            if size <= 4 * self.eps * loudest * gain:
                return True
            end = run.tensor(value)
            signs = torch.where(torch.arange(end.numel()).reshape(end.shape) % 2 == 0, 1.0, -1.0)
            (found,) = torch_compat.gradients(
                [end], [leaf], [signs.to(end.dtype)], retain_graph=True
            )
            gain = max(gain, 0.0 if found is None else float(found.abs().max().nan_to_num(0)))
        return size <= 4 * self.eps * loudest * gain

    def _function(self) -> Forward:
        def forward(given: Inputs) -> Any:
            with self.seeded():
                return (self.subject.forward(given)[0],)

        recorded = set(self.recording.inputs)
        return Forward(forward, (self.inputs(),), None, self.upstream, lambda p: p in recorded)

    def noise(self, truth: Truth, path: Path, enough: float = math.inf) -> float:
        """By how much rounding alone may move a gradient; of the value, path is ()."""
        if truth.kind == DIFFERENCES:
            return truth.units.get(path, 0.0)
        return self._noise.of(path, partial(self._around, truth), enough)

    def _around(self, truth: Truth, nudged: Nudge) -> dict[Path, float]:
        """See ``truth.Noise``: one round of nudging a user's forward."""
        try:
            gradients, value = self._nudged_run(nudged)
        except NotReplayable:
            return {}
        except RuntimeError:  # of a matrix that is singular but for a rounding, say
            return dict.fromkeys([(), *truth.gradients], math.inf)
        found = {path: distance(g, truth.gradients[path]) for path, g in gradients.items()}
        moved = (distance(array, truth.value[path]) for path, array in value.items())
        return {(): max(moved, default=0.0), **found}

    def _nudged_run(self, nudged: Nudge) -> tuple[dict[Path, np.ndarray], dict[Path, np.ndarray]]:
        """Gradients and value where inputs, upstream and all in between are nudged."""
        assert self.plan is not None
        leaves = {
            path: nudged(torch.from_numpy(np.array(value.array, np.float64))).requires_grad_()
            for path, value in self.recording.inputs.items()
        }
        sent = {p: nudged(torch.from_numpy(np.array(u, float))) for p, u in self.upstream.items()}
        with saved_tensors_hooks(lambda t: nudged(t.detach()), lambda t: t):
            with Nudging(nudged):
                run = self.plan.run(leaves)
            gradients = run.gradients(sent)
        value = {path: tensor.detach().numpy() for path, tensor in run.outputs().items()}
        return {path[1:]: gradient for path, gradient in gradients.items()}, value

    # -- kinks ------------------------------------------------------------------------------------

    def legal_at_kink(self, truth: Truth, path: Path, got: np.ndarray) -> str:
        """Whether a gradient is another legal choice at a kink: "legal", "spread" or "" if not.

        It must lie between the true ones a hair's breadth to all sides. And where the function is
        smooth in a direction, though it has kinks in each of its coordinates (the maximum, when all
        tied entries move together), it must have that derivative: else it is "spread", given in
        full to each of several that share it.
        """
        near, far = (self._beside(path, breadth) for breadth in (HAIR / 1024, HAIR))
        # Where the entries that it gives something to are ahead of the others, or behind them.
        given = np.where(got != 0, 1.0, -1.0)
        ahead = self._gradients_at(path, [HAIR / 1024, -HAIR / 1024], direction=given)
        if near is None or far is None or ahead is None:
            return ""
        near += ahead
        for breadth in (HAIR / 1024, -HAIR / 1024):  # of every kink inside the same side
            near += self._gradients_beside_kinks(path, breadth)
            far += self._gradients_beside_kinks(path, breadth * 1024)
        for turned in (*_turns(got.shape), *_alone(got - truth.gradients[path])):
            # Each of several equal entries ahead of the others, once.
            near += self._gradients_at(path, [HAIR / 1024], direction=turned) or []
        allowance = 100 * (self.eps * self.loudest + self.noise(truth, path))
        if not within_one_sided(got, truth.gradients[path], near, far, allowance):
            # Of many windows with ties each entry must have been ahead of its own window once.
            near += self._gradients_at(path, [0.0] * MORE, breadth=HAIR / 1024) or []
            if not within_one_sided(got, truth.gradients[path], near, far, allowance):
                return ""
        both = self._gradients_at(path, [HAIR / 1024, -HAIR / 1024], direction=np.ones(got.shape))
        if both is None:
            return "legal"
        direction = np.maximum(np.abs(self._input(path)), 1)
        up, down = (float(np.sum(gradient * direction)) for gradient in both)
        said = float(np.sum(got * direction))
        size = float(np.sum(np.abs(got) * direction)) * 1e-6 + allowance
        return "spread" if abs(up - down) <= size < abs(said - up) else "legal"

    def _input(self, path: Path) -> np.ndarray:
        return np.asarray(self.recording.inputs[(0, *path)].array)

    def _beside(self, path: Path, breadth: float) -> list[np.ndarray] | None:
        return self._gradients_at(path, [breadth, -breadth, *(0.0,) * DIRECTIONS], breadth=breadth)

    def _gradients_at(
        self,
        path: Path,
        steps: list[float],
        direction: np.ndarray | None = None,
        breadth: float = 0.0,
    ) -> list[np.ndarray] | None:
        """True gradients next to the inputs: all moved by a step, or each to a side of its own.

        With a direction, this input alone is moved.
        """
        rng = np.random.default_rng(0)
        found = []
        along = 1.0 if direction is None else direction
        for step in steps:

            def moved(value: np.ndarray, step: float = step) -> np.ndarray:
                signs = step * along if step else breadth * rng.uniform(-1, 1, np.shape(value))
                return np.asarray(value + signs * np.maximum(np.abs(value), 1), float)

            gradients = self._gradients_of_moved(moved, None if direction is None else path)
            if gradients is None:
                return None
            found.append(gradients[path])
        return found

    def _gradients_beside_kinks(self, path: Path, breadth: float) -> list[np.ndarray]:
        """The true gradient where what goes into max, min, abs and clip is moved by a hair.

        Code makes one choice for all entries of such a call; where many of them are at the kink at
        once, moving the inputs would hardly ever move all of these to the same side.
        """
        assert self.plan is not None

        def beside(rule: Any, *args: Any, **kwargs: Any) -> Any:
            return rule(*beside_kink(args, breadth), **kwargs)

        kinked = [step.note for step in self.plan.steps if step.note.op in KINKED]
        if not kinked:
            return []
        try:
            run = self.plan.run(instead=dict.fromkeys(kinked, beside))
            return [run.gradients(self.upstream, wrt=[(0, *path)])[0, *path]]
        except NotReplayable:
            return []

    def _gradients_of_moved(
        self, moved: Callable[[np.ndarray], np.ndarray], only: Path | None
    ) -> dict[Path, np.ndarray] | None:
        """The true gradients where the inputs, or only one of them, are moved.

        The forward is recorded anew each time, for its decisions may be others there.
        """
        paths = set(self.recording.inputs) if only is None else {(0, *only)}
        recording, plan, _ = self._recorded(moved_by(self.inputs(), paths, moved))
        shapes = ((recording.outputs[p].shape, sent.shape) for p, sent in self.upstream.items())
        if plan is None or any(made != due for made, due in shapes):
            return None
        try:
            gradients = plan.run().gradients(self.upstream)
        except NotReplayable:
            return None
        return {path[1:]: gradient for path, gradient in gradients.items()}

    # -- the whole of it, for a diagnosis ---------------------------------------------------------

    def whole(self) -> "Whole":
        """Forward and backward in one recording, with the upstream as one more input."""
        inputs = self.inputs()
        value, kept = None, None

        def both(given: Inputs, upstream: dict[Path, Any]) -> Any:
            nonlocal value, kept
            value, kept = self.subject.forward(given)
            if not self.subject.has_upstream:
                sent: Any = self.sent(value)
            elif isinstance(value, tuple | list):
                sent = tuple(upstream[(0, i)] for i, p in enumerate(value) if (0, i) in upstream)
            else:
                sent = upstream[(0,)]
            made = self.subject.backward(given, value, kept, sent)
            return value, [m.value for m in made], made

        sent = {p: u.copy() if u.ndim else u[()] for p, u in self.upstream.items()}

        def differentiate(path: Path) -> bool:
            return path[0] == 1 or self.subject.differentiable(path[1:])

        with self.seeded():
            recording = record(both, (inputs, sent), names=self.names, differentiate=differentiate)
        return Whole(recording, [m.of for m in recording.value[2]])


@dataclass(frozen=True)
class Whole:
    """A recording of forward and backward together."""

    recording: Recording
    order: list[Path]  # of which input each gradient in the recording is

    def outputs(self) -> dict[Path, Value]:
        return {p: v for p, v in self.recording.outputs.items() if p[0] == 0}

    def gradients(self) -> dict[Path, Value]:
        """The user's gradients by path of the input."""
        found = {p: v for p, v in self.recording.outputs.items() if p[0] == 1 and len(p) == 2}
        return {self.order[path[1]]: value for path, value in found.items()}


def beside_kink(args: Sequence[Any], breadth: float) -> list[Any]:
    """The arguments of a call, the first that is differentiated moved by a hair."""
    moved = list(args)
    for i, arg in enumerate(args):
        if isinstance(arg, torch.Tensor) and arg.requires_grad:
            moved[i] = arg + breadth * torch.clamp(arg.detach().abs(), min=1.0)
            break
    return moved


def moved_by(inputs: Inputs, paths: set[Path], move: Any) -> Inputs:
    """The same inputs with some of their arrays moved."""

    def leaf(thing: Any, path: Path) -> Any:
        return move(np.asarray(thing)) if path in paths else thing

    moved: Inputs = rebuild(copy.copy(inputs), leaf, (0,), {})
    return moved


def _alone(off: np.ndarray) -> Iterator[np.ndarray]:
    """Directions in which one entry alone is ahead of all others, for some that are off."""
    for at in np.argwhere(off != 0)[:ALONE]:
        direction = np.full(off.shape, -1.0)
        direction[tuple(at)] = 1.0
        yield direction


def _turns(shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """Directions in which the first or the last of any entries is the largest, and others.

    First and last as memory has them, by rows and by columns, which is how argmax breaks a tie in a
    window; then those in which, along some axis, each entry in turn is the largest.
    """
    count = math.prod(shape)
    ramp = np.arange(1.0, count + 1) / max(1, count)
    for one in (ramp, ramp[::-1]):
        yield one.reshape(shape)
        if len(shape) > 1:
            yield one.reshape(shape, order="F")
    for axis, extent in enumerate(shape):
        for shift in range(extent if extent > 1 else 0):
            order = (np.arange(extent) + shift) % extent
            at = [1] * len(shape)
            at[axis] = extent
            yield np.broadcast_to(((1.0 + order) / extent).reshape(at), shape)
