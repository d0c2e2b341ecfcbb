"""The truth of one step: the gradient of the loss with respect to every value of its forward.

The forward is what the loss was computed from, back to the parameters as they stood before the
step's updates, and to whatever is older than the step. Torch replays these calls once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.judging.verdict import WRONG_AT, agree
from oracle.tracing.steps import Step, Training
from oracle.tracing.surroundings import Surroundings
from oracle.truth import guards, torch_compat
from oracle.truth.recording import Note, Recording, Value
from oracle.truth.replay import NotReplayable, Plan, Run
from oracle.truth.replay.steps import Step as Replayed

NEARLY = 1e-6  # of the largest gradient: what is farther off is no rounding
MOST_USES = 64  # of one value in a step
FEW_USES = 8  # of one value: of more, those without one are no part that a name is given to


@dataclass(frozen=True)
class Loss:
    """A loss as a function of recorded values, with its derivative by each of them."""

    name: str
    line: int
    values: tuple[Value, ...]
    upstream: tuple[np.ndarray, ...]
    computed: bool = True  # False: the script computes no loss, and these gradients are of this one
    function: Callable[[Sequence[np.ndarray]], float] | None = None  # None: linear in the values

    def of(self, arrays: Sequence[np.ndarray]) -> float:
        if self.function is not None:
            return self.function(arrays)
        return float(sum(np.sum(u * a) for u, a in zip(self.upstream, arrays, strict=True)))


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the calls that use a value."""

    whole: Value
    calls: tuple[Note, ...]


def array(value: Value) -> np.ndarray:
    return np.asarray(value.array, float)


def same_gradient(got: np.ndarray, want: np.ndarray) -> bool:
    """True if they agree, in a shape that may stand for the other one."""
    return agree(in_shape(got, want.shape), want)


def in_shape(got: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """An array in another shape, where NumPy takes it for that: (9,) beside a parameter of (1, 9).

    A single number may have any shape of one entry. (1, 9) beside (9,) makes (1, 9) of it.
    """
    missing = len(shape) - got.ndim
    stands = missing > 0 and shape == (1,) * missing + got.shape
    return got.reshape(shape) if stands or got.size == np.prod(shape) == 1 else got


def without_a_row(of: np.ndarray) -> Iterator[np.ndarray]:
    """An array without its first or last row, or column."""
    for axis, extent in enumerate(of.shape):
        if extent > 1:
            yield np.delete(of, -1, axis)
            yield np.delete(of, 0, axis)


class Forward:
    """The calls that some values were computed by in a step, back to what was there before it."""

    def __init__(self, training: Training, step: Step, values: Sequence[Value]) -> None:
        ends = {id(v) for v in step.parameters}
        self.leaves: dict[int, Value] = {}
        self.values: dict[int, Value] = {}
        queue = list(values)
        while queue:
            value = queue.pop()
            if id(value) in self.values:
                continue
            self.values[id(value)] = value
            note = value.note
            if id(value) in ends or note is None or training.index[id(note)] < step.begin:
                self.leaves[id(value)] = value
                continue
            queue.extend(v for v in note.inputs if v.active)
        found = {id(v.note): v.note for k, v in self.values.items() if k not in self.leaves}
        self.notes: list[Note] = sorted(
            (note for note in found.values() if note is not None),
            key=lambda note: training.index[id(note)],
        )

    def has(self, value: Value) -> bool:
        return id(value) in self.values


class Truth:
    """The gradients of a loss in a step.

    ``guarded=False``: those of the loss without its guards, such as the ε of ``log(p + ε)``.

    Raises:
        NotReplayable: torch cannot replay a call of the forward.
    """

    def __init__(self, training: Training, step: Step, loss: Loss, guarded: bool = True) -> None:
        self.training = training
        self.step = step
        self.loss = loss
        self.guarded = guarded
        self.forward = Forward(training, step, loss.values)
        inputs: dict[Any, Value] = {}
        for leaf in self.forward.leaves.values():
            name = training.name(leaf) or "a constant"
            while (0, name) in inputs:
                name += "'"
            inputs[0, name] = leaf
        outputs: dict[Any, Value] = {("loss", i): v for i, v in enumerate(loss.values)}
        notes = tuple(self.forward.notes)
        self.recording = Recording(None, inputs, outputs, notes, ())
        self.plan = Plan(self.recording)
        if guarded:
            self.run: Run = self.plan.run()
            self.run.check()
        else:  # another value is what this is for
            self.run = self.plan.run(instead=guards.removal(notes))
        upstream = {("loss", i): u for i, u in enumerate(loss.upstream)}
        values = [v for v in self.forward.values.values() if self._is_followed(v)]
        found = self.run.gradients(upstream, wrt=values, retain_graph=True)
        self._gradients = {id(value): np.asarray(found[value]) for value in values}
        self.scale = max((float(np.max(np.abs(g), initial=0.0)) for g in found.values()), default=0)
        self.surroundings = Surroundings(self.plan, upstream, found)
        self.values = values
        self._parts: dict[int, Part] = {}

    def add_parts(self) -> None:
        """Find, once, the terms that the uses of each value add to its gradient.

        In a loop over time a state is used by the next step and by an output: the term of the next
        step alone is what people call ``dhnext``.
        """
        if not self._parts:
            users: dict[int, list[Note]] = {}
            for note in self.forward.notes:
                for key in dict.fromkeys(self.training.inputs[id(note)]):
                    users.setdefault(key, []).append(note)
            for value in list(self.values):
                self._add_parts(value, users.get(id(value), []))

    def _add_parts(self, value: Value, users: Sequence[Note]) -> None:
        """Find the term that each use of a value adds to its gradient, and the sum of all but one.

        Each part stands for the value as those calls got it.
        """
        if not 1 < len(users) <= MOST_USES:
            return
        shares = [self._share(value, note) for note in users]
        if any(share is None for share in shares):
            return
        for note, share in zip(users, shares, strict=True):
            others = tuple(other for other in users if other is not note)
            rest = self.of(value) - share
            some: list[tuple[Any, tuple[Note, ...]]] = [(share, (note,))]
            if 1 < len(others) < FEW_USES and id(value) not in self.forward.leaves:
                some.append((rest, others))
            for gradient, calls in some:
                part = Value(value.array, True)
                self._parts[id(part)] = Part(value, calls)
                self._gradients[id(part)] = gradient
                self.values = [*self.values, part]

    def _share(self, value: Value, note: Note) -> Any:
        """The term that one call adds to the gradient of a value; None if it cannot be replayed."""
        made = [v for v in note.outputs if v.active and id(v) in self._gradients]
        known = {id(v): self.run.tensor(v).detach() for v in note.inputs if v.active}
        own = known[id(value)] = known[id(value)].clone().requires_grad_()
        try:
            Replayed(note).run(known, None)
            found = torch_compat.gradients(
                [known[id(v)] for v in made], [own],
                [torch.from_numpy(np.array(self._gradients[id(v)])) for v in made],
            )  # fmt: skip
        except (NotReplayable, RuntimeError, KeyError):
            return None
        return np.zeros(value.shape) if found[0] is None else found[0].numpy()

    def whole(self, value: Value) -> Value:
        """The value that a part is a part of; any other value itself."""
        return self._parts[id(value)].whole if id(value) in self._parts else value

    def maker(self, value: Value) -> Note | None:
        """The call that made a value; of a part, the first that used it."""
        return self._parts[id(value)].calls[0] if id(value) in self._parts else value.note

    def users(self, value: Value) -> tuple[Note, ...]:
        """The calls that got a part; none of any other value."""
        return self._parts[id(value)].calls if id(value) in self._parts else ()

    def is_part(self, value: Value) -> bool:
        return id(value) in self._parts

    def place(self, value: Value) -> object:
        """The place in the code that makes a value, or uses a part; None of what was given."""
        note = self.maker(value)
        if note is None:
            return None
        part = self._parts.get(id(value))
        if part is None:
            return note.file, note.place.span
        return note.file, note.place.span, len(part.calls), self._argument(part)

    def _argument(self, part: "Part") -> int:
        return self.training.inputs[id(part.calls[0])].index(id(part.whole))

    def _is_followed(self, value: Value) -> bool:
        return np.asarray(value.array).dtype.kind == "f" and self.run.tensor(value).requires_grad

    def without_guards(self) -> "Truth | None":
        """The gradients that ignore the guards of the forward; None if it has none."""
        if not any(map(guards.has_guard, self.forward.notes)):
            return None
        return Truth(self.training, self.step, self.loss, guarded=False)

    def of(self, value: Value) -> np.ndarray:
        return self._gradients[id(value)]

    def agrees(self, got: np.ndarray, value: Value, factor: float = 1.0) -> bool:
        """True if an array is a multiple of a value's gradient, to measured rounding.

        A single number may have any shape of one entry. What is 0 but for rounding agrees.
        """
        want = factor * self.of(value)
        if same_gradient(got, want):
            return True
        got = in_shape(got, want.shape)
        if got.shape != want.shape or not want.size:
            return False
        off = float(np.max(np.abs(got - want)))
        if not off <= NEARLY * abs(factor) * self.scale:
            return False
        return off <= WRONG_AT * abs(factor) * self.unit(value)

    def unit(self, value: Value) -> float:
        """By how much rounding alone moves the gradient of a value."""
        return self.surroundings.unit(self.whole(value))

    def allows(self, got: np.ndarray, value: Value) -> bool:
        """True if an array is a value's gradient but for its choice at a kink."""
        if self.is_part(value) or got.shape != self.of(value).shape:
            return False
        return self.surroundings.allows(value, got)

    def has(self, value: Value) -> bool:
        return id(value) in self._gradients


__all__ = ["Forward", "Loss", "NotReplayable", "Truth", "array", "same_gradient"]
