"""Nielsen's mini-batch, sample by sample and as one matrix, and a network that reads digits.

Michael Nielsen, "Neural Networks and Deep Learning", chapter 2: mini-batches of 10, rate 3. Looping
over the samples of a mini-batch and adding up gives what one matrix product gives; he expects it to
be "about a factor of two" slower.
"""

import functools
import time
from typing import Any

import numpy as np

from examples import _torch
from examples._compare import apart
from examples._table import Row, show
from examples._training import descend
from examples.nielsen import digits, first_layers
from reference import Layer, backpropagate, forward_sweep
from reference import squared_error as quadratic

RATE = 3.0


def by_loop(X: np.ndarray, T: np.ndarray, layers: list[Layer]) -> tuple[list[Any], list[Any]]:
    """Σₓ δˣ(aˣ)ᵀ and Σₓ δˣ, a backpropagation for each sample of the mini-batch."""
    dW: list[Any] = [np.zeros_like(layer.W) for layer in layers]
    db: list[Any] = [np.zeros(layer.W.shape[1]) for layer in layers]
    for n in range(len(X)):
        step = backpropagate(X[n : n + 1], T[n : n + 1], layers, quadratic, "sum")
        dW = [total + one for total, one in zip(dW, step.dW)]
        db = [total + one for total, one in zip(db, step.db)]
    return dW, db


def by_matrix(X: np.ndarray, T: np.ndarray, layers: list[Layer]) -> tuple[list[Any], list[Any]]:
    step = backpropagate(X, T, layers, quadratic, "sum")
    return step.dW, step.db


def seconds(function: Any, N: int) -> float:
    X, T, _ = digits()
    layers, times = first_layers(), []
    for _ in range(5):
        start = time.perf_counter()
        function(X[:N], T[:N], layers)
        times.append(time.perf_counter() - start)
    return min(times)


@functools.cache
def training(epochs: int) -> np.ndarray:
    """The part of the last 297 digits read rightly, after each epoch of mini-batches of 10."""
    X, T, y = digits()
    layers, right = first_layers(), np.empty(epochs)
    for epoch in range(epochs):
        for start in range(0, 1500, 10):
            batch = slice(start, start + 10)
            step = backpropagate(X[batch], T[batch], layers, quadratic)  # (η/m)Σ
            layers = descend(layers, step, RATE)
        P = forward_sweep(X[1500:], layers).A[-1]
        right[epoch] = (P.argmax(axis=1) == y[1500:]).mean()
    return right


def run(quick: bool = False) -> list[Row]:
    X, T, _ = digits()
    X, T, layers = X[:10], T[:10], first_layers()
    loop_W, loop_b = by_loop(X, T, layers)
    matrix_W, matrix_b = by_matrix(X, T, layers)
    torch = _torch.step(X, T, layers, quadratic, "sum")
    ratio = seconds(by_loop, 10) / seconds(by_matrix, 10)
    epochs = 3 if quick else 20
    return [
        Row(
            "loop − matrix, largest",
            max(apart(a, b) for a, b in zip(loop_W + loop_b, matrix_W + matrix_b)),
            "≤1e-12",
        ),
        Row("|∂C/∂w|, both layers", norms(matrix_W), "", norms(torch.dW)),
        Row("  by the loop", norms(loop_W), "", norms(torch.dW)),
        Row(
            "time of loop / matrix, m = 10",
            round(ratio, 1),
            note="published is about a factor of two, for wider layers; the loop is mostly "
            "overhead, so that the ratio grows with m and falls with the width of the layers",
        ),
        Row(f"digits read after {epochs} epochs", training(epochs)[-1], "≥0.85"),
    ]


def norms(gradients: list[Any]) -> list[float]:
    return [float(np.linalg.norm(G)) for G in gradients]


if __name__ == "__main__":
    show("mini_batch", run())
