"""The true gradients of one case, and the recording of forward and backward behind them."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.judging.verdict import agree
from oracle.subject import Inputs, Path
from oracle.truth.noise import beside_kink
from oracle.truth.recording import Recording, Value
from oracle.truth.recording.trees import rebuild
from oracle.truth.replay import NotReplayable, Plan
from oracle.truth.torch_crossing import finely

KINKED = ("maximum", "minimum", "fmax", "fmin", "absolute", "abs", "fabs", "clip")
AUTOGRAD, DIFFERENCES = "autograd", "finite differences"


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
        """The value, and the gradient of an input, are finite everywhere."""
        return all(bool(np.isfinite(a).all()) for a in (self.gradients[path], *self.value.values()))


# Forward and backward in one recording; and inputs with some of their arrays moved.


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


def moved_by(inputs: Inputs, paths: set[Path], move: Any) -> Inputs:
    """The same inputs with some of their arrays moved."""

    def leaf(thing: Any, path: Path) -> Any:
        return move(np.asarray(thing)) if path in paths else thing

    moved: Inputs = rebuild(copy.copy(inputs), leaf, (0,), {})
    return moved


# Forward and backward of code on torch tensors, recorded call by call of torch's.


def finely_recorded(trial: Any, record: Callable[[], Whole]) -> Whole:
    """The recording of each call of torch's, if it gives what the code and autograd give.

    Otherwise each function of the user's is one call in it: enough for a name and a cure, and not
    for the line that is to blame.
    """
    try:
        with finely():
            whole = record()
        if _is_true(trial, whole):
            return whole
    except NotReplayable:
        pass
    return record()


def _is_true(trial: Any, whole: Whole) -> bool:
    made = {one.of: np.asarray(one.value) for one in trial.candidate()[1]}
    known = whole.gradients()
    if set(known) != set(made) or set(whole.outputs()) != set(trial.upstream):
        return False
    largest_upstream = trial.largest_upstream
    if not all(agree(np.asarray(known[path].array), made[path], largest_upstream) for path in made):
        return False
    truth = trial.truth().gradients
    paths = [path for path in whole.recording.inputs if path[0] == 0]
    run = Plan(whole.recording, whole.outputs().values()).run()
    found = run.gradients(trial.upstream, wrt=paths)
    return all(
        agree(found[path], truth[path[1:]], largest_upstream) for path in paths if path[1:] in truth
    )


def beside_kinks(
    plan: Plan, upstream: Mapping[Path, np.ndarray], path: Path, step: float
) -> list[np.ndarray]:
    """The gradient of an input with all calls that have a kink moved to one side of it."""

    def beside(rule: Any, *args: Any, **kwargs: Any) -> Any:
        return rule(*beside_kink(args, step), **kwargs)

    kinked = [one.note for one in plan.steps if one.note.op in KINKED]
    if not kinked:
        return []
    try:
        run = plan.run(instead=dict.fromkeys(kinked, beside))
        return [run.gradients(upstream, wrt=[path])[path]]
    except NotReplayable:
        return []
