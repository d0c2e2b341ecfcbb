"""The truth: values and gradients by torch.autograd in float64, and how noisy they are.

A twin is torch's own version of a derivation (``oracle.truth.twins``). Its noise is measured, not
assumed: everything is nudged by one unit in the last place and the truth's change is noted.
"""

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.truth import torch_compat
from oracle.truth.torch_compat import TorchFunctionMode, saved_tensors_hooks

NUDGES = 3
Nudge = Callable[[torch.Tensor], torch.Tensor]
FACTORS = 2**16
NUMPYS = {getattr(torch, name): np.dtype(name) for name in ("float64", "float32", "int64")}
# On the way back these find the entry that was the largest by comparing what they saved: nudged,
# none would equal it, and the gradient would be 0/0.
COMPARE = {
    getattr(where, f) for where in (torch, torch.Tensor) for f in ("amax", "amin", "max", "min")
}


@dataclass(frozen=True)
class Truth:
    """Torch's value, and torch's gradient of each differentiated argument."""

    value: np.ndarray
    gradients: dict[str, np.ndarray]


class Tape:
    """A twin's forward pass, ready to go back: the upstream can wait for the value's shape."""

    def __init__(
        self,
        twin: Callable[..., torch.Tensor],
        inputs: Mapping[str, np.ndarray],
        differentiated: tuple[str, ...],
        options: Mapping[str, Any],
        dtype: torch.dtype = torch.float64,
    ) -> None:
        tensors = {name: _tensor(array, dtype) for name, array in inputs.items()}
        self.leaves = {name: tensors[name].requires_grad_() for name in differentiated}
        self.value = twin(**tensors, **options)

    def truth(self, upstream: np.ndarray) -> Truth:
        """Go back, once."""
        value = self.value.detach().numpy()
        if not self.value.requires_grad:
            zeros = {name: np.zeros(leaf.shape) for name, leaf in self.leaves.items()}
            return Truth(value, zeros)
        sent = _tensor(np.asarray(upstream), self.value.dtype)
        found = torch_compat.gradients([self.value], list(self.leaves.values()), [sent])
        gradients = {
            name: np.zeros(leaf.shape) if gradient is None else gradient.numpy()
            for (name, leaf), gradient in zip(self.leaves.items(), found)
        }
        return Truth(value, gradients)


class Nudging(torch_compat.TorchFunctionMode):
    """While it is entered, every tensor that a torch function returns is nudged, and later on,
    on the way back, its gradient."""

    def __init__(self, nudged: Nudge) -> None:
        super().__init__()
        self.nudged = nudged

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        unnudged = saved_tensors_hooks(_same, _same) if func in COMPARE else nullcontext()
        with unnudged:
            result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and not torch_compat.is_functional(result):
            if not _is_view(result, args):  # what is written to a copy would be lost
                result = self.nudged(result)
            if result.requires_grad:
                result.register_hook(self.nudged)
        return result


class NudgingBelow(torch_compat.TorchDispatchMode):
    """The same below autograd: every tensor that torch's kernels return is nudged.

    For functions that are run out of place: there is no memory that a nudge could miss.
    """

    def __init__(self, nudged: Nudge) -> None:
        super().__init__()
        self.nudged = nudged

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        fresh = isinstance(result, torch.Tensor) and result.is_floating_point()
        return self.nudged(result) if fresh and not _is_view(result, args) else result


def _is_view(result: torch.Tensor, args: Any) -> bool:
    """True if a result shares the memory of an argument; then it has no rounding of its own."""
    memory = {a.untyped_storage().data_ptr() for a in args if isinstance(a, torch.Tensor)}
    return result.untyped_storage().data_ptr() in memory


def _same(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


class Noise:
    """The largest change of some arrays by rounding alone, measured in rounds of nudging.

    Each round nudges everything by about one unit in the last place, at random, and notes by how
    much each array changes; the largest of ``NUDGES`` rounds is the noise. As many are done as it
    takes to account for a difference: further ones could only account for more.
    """

    def __init__(self, eps: float) -> None:
        self.nudged = nudger(eps)
        self._worst: dict[Any, float] = {}
        self._left = NUDGES

    def of(
        self, name: Any, around: Callable[[Nudge], Mapping[Any, float]], enough: float = math.inf
    ) -> float:
        """The noise of one array; the measurement stops as soon as it is enough.

        ``around`` measures once: given a nudge, it returns the change of each array.
        """
        while self._left and self._worst.get(name, 0.0) < enough:
            self._left -= 1
            for key, moved in around(self.nudged).items():
                self._worst[key] = max(self._worst.get(key, 0.0), moved)
        return self._worst.get(name, 0.0)


def nudged_truth(
    twin: Callable[..., torch.Tensor],
    inputs: Mapping[str, np.ndarray],
    differentiated: tuple[str, ...],
    options: Mapping[str, Any],
    upstream: np.ndarray,
    nudged: Nudge,
) -> Truth:
    """The truth, with rounding to spare.

    The inputs, the upstream, every intermediate result, its gradient and every tensor that autograd
    saved are multiplied by about 1 ± eps. Intermediate results are nudged on the way forward, so
    that the value's noise is known too; the saved ones besides, because a fused operation saves
    what no result shows; the gradients, because two of them that cancel exactly in torch's order
    need not cancel in a different order.
    """

    def nudged_twin(**arguments: Any) -> torch.Tensor:
        with Nudging(nudged):
            return twin(**arguments)

    moved = {name: nudged(_tensor(array, torch.float64)).numpy() for name, array in inputs.items()}
    with saved_tensors_hooks(lambda t: nudged(t.detach()), lambda t: t):
        tape = Tape(nudged_twin, moved, differentiated, options)
        return tape.truth(nudged(torch.as_tensor(upstream, dtype=torch.float64)).numpy())


def change(truth: Truth, other: Truth) -> dict[str, float]:
    """The largest difference of the value (its name is "") and of each gradient between two."""
    found = {n: distance(other.gradients[n], g) for n, g in truth.gradients.items()}
    return {"": distance(other.value, truth.value), **found}


def nudger(eps: float) -> Nudge:
    """A function that multiplies each entry of a tensor by about 1 ± eps, at random."""
    factors = _factors(eps)
    taken = 0

    def nudged(tensor: torch.Tensor) -> torch.Tensor:
        nonlocal taken
        if not tensor.is_floating_point():
            return tensor
        count = tensor.numel()
        start = taken if taken + count <= FACTORS else 0
        taken = start + count
        drawn = factors[start:taken]
        if count > FACTORS:
            drawn = factors.repeat(-(-count // FACTORS))[:count]
        if tensor.dtype != torch.float64:
            drawn = drawn.to(tensor.dtype)
        return tensor * drawn.view(tensor.shape)

    return nudged


@functools.cache
def _factors(eps: float) -> torch.Tensor:
    """Many numbers of about 1 ± eps, drawn once: a nudge of a small tensor is to be quick."""
    rng = torch.Generator().manual_seed(0)
    units = torch.rand(FACTORS, generator=rng, dtype=torch.float64) * 2 - 1
    # ±½ to 1½ units: by exactly one each, two nudges could cancel in a sum of equal terms.
    return 1 + eps * (units + 0.5 * units.sign())


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """The largest difference among the entries that are finite in both."""
    with np.errstate(invalid="ignore"):
        difference = np.abs(a - b)
    return float(np.max(difference, initial=0.0, where=np.isfinite(difference)))


def _tensor(array: np.ndarray, dtype: torch.dtype) -> torch.Tensor:
    """A tensor, in the array's own memory if the dtype allows; torch indexes by int64."""
    wanted = NUMPYS[dtype] if array.dtype.kind == "f" else NUMPYS[torch.int64]
    return torch.from_numpy(array if array.dtype == wanted else array.astype(wanted))


# The arguments of a call that has a kink: moved to one side of it, or each given all of it.

KINKED = ("maximum", "minimum", "abs", "absolute", "clamp", "clip", "relu", "hardtanh", "clamp_min")


def beside_kink(args: Sequence[Any], breadth: float) -> list[Any]:
    """The arguments of a call, the first that is differentiated moved by a step."""
    moved = list(args)
    for i, arg in enumerate(args):
        if isinstance(arg, torch.Tensor) and arg.requires_grad:
            moved[i] = arg + breadth * torch.clamp(arg.detach().abs(), min=1.0)
            break
    return moved


def given_in_full(rule: Callable[..., torch.Tensor], *args: Any, **kwargs: Any) -> torch.Tensor:
    """A call of max or min in which each of several equal entries gets the whole derivative.

    Torch divides it by their number; here each share is multiplied by that number again.
    """
    shared = list(args)
    for i, arg in enumerate(args):
        if isinstance(arg, torch.Tensor) and arg.requires_grad:
            plain = arg.detach()
            alone = plain.clone().requires_grad_()
            value = rule(*args[:i], alone, *args[i + 1 :], **kwargs)
            (share,) = torch.autograd.grad(value.sum(), alone)
            times = torch.where(share != 0, 1 / share, torch.ones_like(share))
            shared[i] = plain + (arg - plain) * times
    return rule(*shared, **kwargs)


class BesideKinks(TorchFunctionMode):
    """While it is entered, what goes into functions with a kink at 0 or at a tie is moved."""

    def __init__(self, breadth: float) -> None:
        super().__init__()
        self.breadth = breadth

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(func, "__name__", "") in KINKED:
            args = beside_kink(args, self.breadth)
        return func(*args, **(kwargs or {}))
