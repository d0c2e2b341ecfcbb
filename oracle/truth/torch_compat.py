"""The less public parts of torch that the oracle uses, all in this one place.

Tested on the oldest and on the newest supported release.
"""

import functools
from collections.abc import Sequence
from inspect import signature
from typing import Any

import torch
import torch.func
import torch.library
from torch.autograd.graph import saved_tensors_hooks
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = [
    "Counted",
    "NotSolvable",
    "TorchDispatchMode",
    "TorchFunctionMode",
    "function_of_op",
    "functionalize",
    "gradients",
    "is_functional",
    "rprop",
    "saved_tensors_hooks",
    "sgd",
]

# What torch.linalg raises where a matrix cannot be inverted or factored.
NotSolvable: type[RuntimeError] = torch._C._LinAlgError  # type: ignore[attr-defined]


class Counted(TorchFunctionMode):
    """While it is entered, calls of torch's functions are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.calls += 1
        return func(*args, **(kwargs or {}))


def gradients(
    values: Sequence[torch.Tensor],
    leaves: Sequence[torch.Tensor],
    upstreams: Sequence[torch.Tensor],
    retain_graph: bool = False,
    create_graph: bool = False,
) -> tuple[torch.Tensor | None, ...]:
    """``torch.autograd.grad(..., allow_unused=True)``, straight to the engine.

    The public function looks at its arguments through the symbolic-shape machinery, which takes
    longer than the backward pass of a small layer, and imports sympy at its first call: a second.
    """
    values, leaves, upstreams = tuple(values), tuple(leaves), tuple(upstreams)
    try:
        engine = torch.autograd.Variable._execution_engine
        run = engine.run_backward
    except AttributeError:
        return torch.autograd.grad(
            values, leaves, upstreams, retain_graph, create_graph, allow_unused=True
        )
    for value, upstream in zip(values, upstreams, strict=True):
        if upstream.shape != value.shape:
            raise ValueError(f"upstream of shape {upstream.shape} for a value of {value.shape}")
    found: tuple[torch.Tensor | None, ...] = run(
        values, upstreams, retain_graph or create_graph, create_graph, leaves, True,
        accumulate_grad=False,
    )  # fmt: skip
    return found


def unseen_by_modes() -> Any:
    """A context in which calls are not told to modes and to subclasses of tensors."""
    return torch._C.DisableTorchFunction()


def function_of_op(op: Any) -> Any:
    """The user's function below an operator made by ``torch.library.custom_op``.

    Raises:
        AttributeError: torch keeps it elsewhere.
    """
    return op._init_fn


def is_functional(tensor: torch.Tensor) -> bool:
    """A tensor inside ``functionalize``: a nudge of it would lose what is written to its views."""
    return bool(torch._C._functorch.is_functionaltensor(tensor))


def functionalize(function: Any) -> Any:
    """``torch.func.functionalize``: the function with each step in place as a new tensor."""
    _copy_is_differentiable()
    return torch.func.functionalize(function)


@functools.cache
def _copy_is_differentiable() -> torch.library.Library:
    """``x[:, 0] = y`` becomes ``aten::copy`` there, which has no derivative in torch."""

    def copy(target: torch.Tensor, source: torch.Tensor, non_blocking: bool = False) -> Any:
        return source.to(target.dtype).expand(target.shape).clone()

    library = torch.library.Library("aten", "IMPL")
    library.impl("copy", copy, "AutogradCPU")
    return library


def rprop(
    W: torch.Tensor, G: torch.Tensor, prev: torch.Tensor, step_size: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """One step of ``torch.optim.Rprop`` with its own η and bounds: W, prev and step_size after it.

    It is the function behind the class, whose constructor imports torch's compiler, which takes
    longer than all the steps of a check.
    """
    from torch.optim.rprop import rprop as step

    W, prev, step_size = W.clone(), prev.clone(), step_size.clone()
    counted: Any = {"state_steps": [torch.tensor(0.0)]} if _counts_steps() else {}
    with torch.no_grad():
        step(
            [W], [G.clone()], [prev], [step_size], foreach=False, step_size_min=1e-6,
            step_size_max=50.0, etaminus=0.5, etaplus=1.2, **counted,
        )  # fmt: skip
    return W, prev, step_size


@functools.cache
def _counts_steps() -> bool:
    """Since torch 2.4 or so."""
    from torch.optim.rprop import rprop as step

    return "state_steps" in signature(step).parameters


def sgd(
    W: torch.Tensor, G: torch.Tensor, V: torch.Tensor | None, lr: float, momentum: float = 0.0,
    dampening: float = 0.0,
) -> tuple[torch.Tensor, torch.Tensor | None]:  # fmt: skip
    """One step of ``torch.optim.SGD``: W and the momentum's buffer after it. See ``rprop``."""
    from torch.optim.sgd import sgd as step

    W, buffers = W.clone(), [V if V is None else V.clone()]
    with torch.no_grad():
        step(
            [W], [G.clone()], buffers, has_sparse_grad=False, foreach=False, fused=False,
            weight_decay=0.0, momentum=momentum, lr=lr, dampening=dampening, nesterov=False,
            maximize=False,
        )  # fmt: skip
    return W, buffers[0]
