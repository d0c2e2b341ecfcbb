"""Momentum: three conventions of one rule, and the first step that tells two of them apart.

S. Haykin's generalised delta rule has the whole gradient, as torch.optim.SGD has it by default (and
the rate inside the velocity, which is no difference as long as it stays the same). bulyaki.com,
"Common extensions to Backpropagation" (2013), damps the gradient by 1 − β; so does torch with
dampening β, but for its first step.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from examples._table import Row, show
from reference import momentum_damped, momentum_haykin, momentum_torch


def momentum(rule: Callable[..., Any], **options: float) -> list[float]:
    """f = ½w² from 1, rate 0.1, β = 0.9."""
    W, V, path = np.ones(1), None, []
    for _ in range(5):
        W, V = rule(W, W.copy(), V, rate=0.1, beta=0.9, **options)
        path.append(float(W[0]))
    return path


def sgd(dampening: float) -> list[float]:
    w = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=dampening)
    path = []
    for _ in range(5):
        w.grad = w.detach().clone()
        optimizer.step()
        path.append(w.item())
    return path


def run(quick: bool = False) -> list[Row]:
    return [
        Row(
            "momentum, w: Haykin",
            momentum(momentum_haykin),
            "0.9 0.72 0.486 0.2268 -0.02916",
            sgd(0.0),
            note="Haykin: the smaller η, the smoother the way of the weights, and the slower",
        ),
        Row(
            "momentum, w: damped (bulyaki)",
            momentum(momentum_damped),
            "0.99 0.9711 0.944379 0.91088631 0.8716340259",
        ),
        Row(
            "  momentum, w: torch, dampening 0.9",
            momentum(momentum_torch, dampening=0.9),
            "0.9 0.801 0.70389 … …",
            sgd(0.9),
            rtol=1e-15,
            note="not the same rule: torch's first velocity is the whole gradient",
        ),
    ]


if __name__ == "__main__":
    show("momentum", run())
