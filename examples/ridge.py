"""A regression by three fuzzy rules, trained with RProp: correlated inputs need a full Γ.

The target is a ridge across both axes. With diagonal Γ, each rule has a width along x₁ and one
along x₂; with full ones it has a direction as well.
"""

import functools

import numpy as np
import torch

from examples._table import Row, show
from examples.fuzzy import RULES, Layer, first_layer
from oracle.truth.twins import fuzzy as twins
from reference import fuzzy, reduce, rprop_state, rprop_step, squared_error


def ridge(X: np.ndarray) -> np.ndarray:
    """Across both axes, on a slope: no width along x₁ or x₂ describes it."""
    return np.exp(-4 * (X[:, 0] - X[:, 1]) ** 2) + X[:, 0] / 2


def data() -> tuple[np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).uniform(-2, 2, (200, 2))
    return X, ridge(X)


@functools.cache
def train(epochs: int, correlated: bool = True) -> tuple[np.ndarray, float, Layer]:
    """RProp: the error before each epoch, how far torch's is away after 20, and the layer."""
    X, T = data()
    layer = list(first_layer())
    states = [rprop_state(p, 0.01) for p in layer]
    theirs = [torch.tensor(p, requires_grad=True) for p in layer]
    optimizer = torch.optim.Rprop(theirs, lr=0.01)
    errors, apart = np.empty(epochs), 0.0
    for epoch in range(epochs):
        y, pullback = fuzzy(X, *layer)
        losses, loss_pullback = squared_error(y, T)
        L, mean_pullback = reduce(losses)
        errors[epoch] = np.sqrt(2 * L)
        (dlosses,) = mean_pullback(1.0)
        dy, _ = loss_pullback(dlosses)
        gradients = [np.asarray(g) for g in pullback(dy)[1:]]
        if not correlated:
            gradients[1] = gradients[1] * np.eye(2)  # each rule keeps to the axes of x
        for k, gradient in enumerate(gradients):
            layer[k], states[k] = rprop_step(layer[k], gradient, states[k])
        if correlated and epoch < 20:
            optimizer.zero_grad()
            error = torch.square(twins.fuzzy(torch.tensor(X), *theirs) - torch.tensor(T))
            (error.mean() / 2).backward()
            optimizer.step()
            apart = max(
                np.abs(t.detach().numpy() - p).max() for t, p in zip(theirs, layer, strict=True)
            )
    return errors, float(apart), tuple(layer)


def run(quick: bool = False) -> list[Row]:
    epochs = 200 if quick else 400
    full, apart, _ = train(epochs)
    along_axes, *_ = train(epochs, correlated=False)
    return [
        Row("ridge, 200 points: spread of the targets", np.std(data()[1])),
        Row(f"  {RULES} rules, {epochs} epochs of RProp: error", full[-1], "≤0.1"),
        Row("  the same with diagonal Γ", along_axes[-1]),
        Row("  so many times as much", along_axes[-1] / full[-1], "≥3"),
        Row("  20 epochs: weights − torch.optim.Rprop", apart, "≤1e-9"),
    ]


if __name__ == "__main__":
    show("ridge", run())
