"""RProp in matrix form: four variants, their traces and a race on the stairs pictures.

bulyaki.com, "The matrix form of the RProp algorithm" (2013); Riedmiller and Braun (1993); Igel and
Hüsken (2003). The traces are those of f = ½(w1² + 4w2²) from (1, −0.25), the first step being 0.1.
"""

import functools
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import torch

from examples._table import Row, show
from examples.stairs import RATE, first_weights, pictures
from reference import (
    Layer,
    backpropagate,
    momentum_damped,
    momentum_torch,
    rprop_matrix_form,
    rprop_state,
    rprop_step,
)
from reference.losses import cross_entropy_with_labels
from reference.rprop import Variant

VARIANTS: tuple[Variant, ...] = get_args(Variant)
CURVATURE = np.array([1.0, 4.0])
START = np.array([1.0, -0.25])
# w after steps 3, 4, 5 and 7.
TRACES: dict[Variant, str] = {
    "rprop-": "0.636 0.114 0.4632 0.042 0.25584 -0.0444 -0.2915904 0.05064",
    "irprop-": "0.636 0.114 0.4632 0.114 0.25584 0.042 -0.2915904 -0.0444",
    "rprop+": "0.636 0.114 0.4632 -0.03 0.25584 0.042 -0.2915904 0.006",
    "irprop+": "0.636 0.114 0.4632 0.114 0.25584 0.042 -0.2915904 -0.0444",
}


def trace(variant: Variant, steps: int = 7) -> np.ndarray:
    W, state = START, rprop_state(START, 0.1)
    path = [W]
    for _ in range(steps):
        error = float((CURVATURE * W * W).sum() / 2)
        W, state = rprop_step(W, CURVATURE * W, state, variant, error)
        path.append(W)
    return np.array(path)


def trace_of_torch(steps: int = 7) -> np.ndarray:
    w = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.Rprop([w], lr=0.1)
    path = [START]
    for _ in range(steps):
        w.grad = torch.tensor(CURVATURE) * w.detach()
        optimizer.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


@functools.cache
def race(variant: Variant, epochs: int) -> tuple[np.ndarray, float]:
    """The loss on the stairs before each epoch, and how far the weights are from torch's RProp."""
    (X, y), _ = pictures()
    layers = first_weights()
    states = [rprop_state(layer.W, 0.01) for layer in layers]
    twins = [torch.tensor(layer.W, requires_grad=True) for layer in layers]
    optimizer = torch.optim.Rprop(twins, lr=0.01)
    losses, apart = np.empty(epochs), 0.0
    for epoch in range(epochs):
        step = backpropagate(X, y, layers, cross_entropy_with_labels)
        losses[epoch] = step.L
        for k, (layer, dW) in enumerate(zip(layers, step.dW)):
            W, states[k] = rprop_step(layer.W, dW, states[k], variant, float(step.L))
            layers[k] = layer._replace(W=W)
            twins[k].grad = torch.tensor(dW)
        if variant == "irprop-":
            optimizer.step()
            apart = max(
                apart,
                *(np.abs(t.detach().numpy() - i.W).max() for t, i in zip(twins, layers)),
            )
    return losses, apart


def descent(epochs: int) -> np.ndarray:
    (X, y), _ = pictures()
    layers: list[Layer] = first_weights()
    losses = np.empty(epochs)
    for epoch in range(epochs):
        step = backpropagate(X, y, layers, cross_entropy_with_labels)
        losses[epoch] = step.L
        layers = [i._replace(W=i.W - RATE * dW) for i, dW in zip(layers, step.dW)]
    return losses


def matrix_form_differs(steps: int = 200) -> float:
    random = np.random.default_rng(0)
    W = V = random.normal(size=(4, 3))
    state = other = rprop_state(W)
    for _ in range(steps):
        dW = random.normal(size=W.shape)
        W, state = rprop_step(W, dW, state)
        V, other = rprop_matrix_form(V, dW, other)
    return float(np.abs(W - V).max())


def underflow(product_of: Any) -> list[float]:
    """float32, and a gradient of 1e-25: the product of two of them is 0."""
    W, dW = np.ones(1, np.float32), np.full(1, 1e-25, np.float32)
    state, path = rprop_state(W, 0.1), []
    for _ in range(4):
        W, state = rprop_step(W, dW, state, product_of=product_of)
        path.append(float(W[0]))
    return path


def momentum(rule: Callable[..., Any], **options: float) -> list[float]:
    """f = ½w² from 1, rate 0.1, β = 0.9."""
    W, V, path = np.ones(1), None, []
    for _ in range(5):
        W, V = rule(W, W.copy(), V, rate=0.1, beta=0.9, **options)
        path.append(float(W[0]))
    return path


def run(quick: bool = False) -> list[Row]:
    rows = []
    torchs = trace_of_torch()[[3, 4, 5, 7]]
    for variant, figures in TRACES.items():
        path = trace(variant)[[3, 4, 5, 7]]
        twin = torchs if variant == "irprop-" else None
        rows.append(Row(f"{variant}: w after steps 3, 4, 5, 7", path, figures, twin, rtol=0))
    rows += [
        Row("matrix form − irprop-, 200 steps", matrix_form_differs(), "≤0"),
        Row("float32, gradient 1e-25: w", underflow("gradients"), "0.9 0.8 0.7 0.6"),
        Row("  with the product of the signs", underflow("signs")),
    ]
    epochs = 100 if quick else 500
    for variant in VARIANTS:
        losses, apart = race(variant, epochs)
        rows.append(Row(f"stairs, {variant}: loss after {epochs}", losses[-1], "≤0.35"))
        if variant == "irprop-":
            rows.append(Row("  weights − torch.optim.Rprop, all epochs", apart, "≤0"))
    rows += [
        Row("  gradient descent: loss after as many", descent(epochs)[-1]),
        Row(
            "momentum, w: damped (bulyaki)",
            momentum(momentum_damped),
            "0.99 0.9711 0.944379 0.91088631 0.8716340259",
        ),
        Row(
            "  momentum, w: torch, dampening 0.9",
            momentum(momentum_torch, dampening=0.9),
            "0.9 0.801 0.70389 … …",
            sgd(),
            rtol=1e-15,
            note="not the same rule: torch's first velocity is the whole gradient",
        ),
    ]
    return rows


def sgd() -> list[float]:
    w = torch.ones(1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.9)
    path = []
    for _ in range(5):
        w.grad = w.detach().clone()
        optimizer.step()
        path.append(w.item())
    return path


if __name__ == "__main__":
    show("rprop", run())
