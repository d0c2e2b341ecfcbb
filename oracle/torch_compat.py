"""The less public parts of torch that the oracle uses, all in this one place.

Tested on the oldest and on the newest supported release.
"""

from collections.abc import Sequence

import torch


def backward(
    value: torch.Tensor, upstream: torch.Tensor, leaves: Sequence[torch.Tensor]
) -> tuple[torch.Tensor | None, ...]:
    """``torch.autograd.grad(value, leaves, upstream, allow_unused=True)``, straight to the engine.

    The public function looks at its arguments through the symbolic-shape machinery, which takes
    longer than the backward pass of a small layer, and imports sympy at its first call.
    """
    try:
        engine = torch.autograd.Variable._execution_engine
        run = engine.run_backward
    except AttributeError:
        return torch.autograd.grad(value, tuple(leaves), upstream, allow_unused=True)
    if upstream.shape != value.shape:
        raise ValueError(f"upstream of shape {upstream.shape} for a value of {value.shape}")
    found: tuple[torch.Tensor | None, ...] = run(
        (value,), (upstream,), False, False, tuple(leaves), True, accumulate_grad=False
    )
    return found
