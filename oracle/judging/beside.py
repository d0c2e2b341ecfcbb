"""The arguments of a call that has a kink: moved to one side of it, or each given all of it."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from oracle.truth.torch_compat import TorchFunctionMode

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

    Torch divides it by their number, and by that its share is multiplied here.
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
