"""The arguments of a call that has a kink, moved a little to one side of it."""

from collections.abc import Sequence
from typing import Any

import torch


def beside_kink(args: Sequence[Any], breadth: float) -> list[Any]:
    """The arguments of a call, the first that is differentiated moved by a step."""
    moved = list(args)
    for i, arg in enumerate(args):
        if isinstance(arg, torch.Tensor) and arg.requires_grad:
            moved[i] = arg + breadth * torch.clamp(arg.detach().abs(), min=1.0)
            break
    return moved
