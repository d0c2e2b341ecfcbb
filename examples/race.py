"""A race on the stairs pictures: RProp's four variants, and gradient descent.

The pictures, which are not scaled, and the first weights are those of the program stairs. Each
weight has a step of its own, so that RProp does not mind; its first step is 0.01.
"""

import functools

import numpy as np
import torch

from examples._table import Row, show
from examples._training import descend, rprop, rprop_states
from examples.rprop import VARIANTS
from examples.stairs import RATE, first_weights, pictures
from reference import backpropagate
from reference.losses import cross_entropy_with_labels
from reference.rprop import Variant


@functools.cache
def race(variant: Variant, epochs: int) -> tuple[np.ndarray, float]:
    """The loss on the stairs before each epoch, and how far the weights are from torch's RProp."""
    (X, y), _ = pictures()
    layers = first_weights()
    states = rprop_states(layers)
    twins = [torch.tensor(layer.W, requires_grad=True) for layer in layers]
    optimizer = torch.optim.Rprop(twins, lr=0.01)
    losses, apart = np.empty(epochs), 0.0
    for epoch in range(epochs):
        step = backpropagate(X, y, layers, cross_entropy_with_labels)
        losses[epoch] = step.L
        layers, states = rprop(layers, states, step, variant)
        if variant == "irprop-":
            for twin, dW in zip(twins, step.dW):
                twin.grad = torch.tensor(dW)
            optimizer.step()
            apart = max(
                apart,
                *(np.abs(t.detach().numpy() - i.W).max() for t, i in zip(twins, layers)),
            )
    return losses, apart


def descent(epochs: int) -> np.ndarray:
    (X, y), _ = pictures()
    layers, losses = first_weights(), np.empty(epochs)
    for epoch in range(epochs):
        step = backpropagate(X, y, layers, cross_entropy_with_labels)
        losses[epoch] = step.L
        layers = descend(layers, step, RATE)
    return losses


def run(quick: bool = False) -> list[Row]:
    rows = []
    epochs = 100 if quick else 500
    for variant in VARIANTS:
        losses, apart = race(variant, epochs)
        rows.append(Row(f"stairs, {variant}: loss after {epochs}", losses[-1], "≤0.35"))
        if variant == "irprop-":
            rows.append(Row("  weights − torch.optim.Rprop, all epochs", apart, "≤0"))
    return [*rows, Row("  gradient descent: loss after as many", descent(epochs)[-1])]


if __name__ == "__main__":
    show("race", run())
