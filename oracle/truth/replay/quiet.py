"""Ufuncs whose derivative may be infinite where nothing is sent to them: 0·∞ is taken for 0."""

from collections.abc import Callable
from typing import Any

import torch

from oracle.truth import torch_compat
from oracle.truth.replay.elementwise import Tensor


class _Quiet(torch.autograd.Function):
    """A ufunc whose derivative, however large, times an upstream of 0 is 0."""

    @staticmethod
    def forward(ctx: Any, rule: Callable[[Any], Tensor], *args: Tensor) -> Tensor:
        with torch.enable_grad():
            ctx.args = [x.detach().requires_grad_(x.is_floating_point()) for x in args]
            ctx.made = rule(ctx.args)
        return ctx.made.detach()

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        points = [x for x in ctx.args if x.requires_grad]
        found = iter(torch_compat.gradients([ctx.made], points, upstream, retain_graph=True))
        nothing = upstream[0] == 0
        gradients = []
        for x in ctx.args:
            gradient = next(found) if x.requires_grad else None
            gradients.append(None if gradient is None else gradient.masked_fill(nothing, 0.0))
        return (None, *gradients)


def quietly(rule: Callable[..., Tensor], args: list[Any], kwargs: dict[str, Any]) -> Tensor:
    """Run a ufunc's rule by ``_Quiet``, its tensors broadcast beforehand."""
    where = [i for i, arg in enumerate(args) if isinstance(arg, Tensor)]
    same = torch.broadcast_tensors(*[args[i] for i in where])

    def on(tensors: list[Tensor]) -> Tensor:
        filled = list(args)
        for i, x in zip(where, tensors, strict=True):
            filled[i] = x
        return rule(*filled, **kwargs)

    made = on([x.detach() for x in same])
    if any(x.is_complex() for x in same) or made.shape != same[0].shape:
        return rule(*args, **kwargs)
    return _Quiet.apply(on, *same)
