"""Nielsen's four equations, sample by sample and as matrices, on digits that scikit-learn ships.

Michael Nielsen, "Neural Networks and Deep Learning", chapter 2. Quadratic cost, logistic units,
a mini-batch of 10, rate 3. Looping over the samples of a mini-batch and adding up gives what one
matrix product gives; he expects it to be "about a factor of two" slower.
"""

import functools
import time
from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from reference import Layer, activation_jacobians, backpropagate, forward_sweep, sigmoid
from reference import squared_error as quadratic

RATE = 3.0


@functools.cache
def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """1,797 pictures of 8×8 gray pixels, one-hot targets and labels, in random order."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    return X[order] / 16, np.eye(10)[y[order]], y[order]


def first_layers(hidden: int = 30) -> list[Layer]:
    random = np.random.default_rng(1)
    widths = [(64, hidden), (hidden, 10)]
    return [
        Layer(random.normal(size=(D, M)) / np.sqrt(D), random.normal(size=M), sigmoid)
        for D, M in widths
    ]


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
    step = backpropagate(X, T, layers, quadratic, "sum")
    torch = _torch.step(X, T, layers, quadratic, "sum")
    trace = forward_sweep(X, layers)
    slopes = [A * (1 - A) for A in trace.A]
    S1, S2 = activation_jacobians(trace)  # his Σ'(z), the diagonal matrices
    W2 = layers[1].W

    loop_W, loop_b = by_loop(X, T, layers)
    matrix_W, matrix_b = by_matrix(X, T, layers)

    def apart(mine: np.ndarray, other: np.ndarray) -> float:
        return float(np.abs(mine - other).max())

    rows = [
        Row("[1, 2]ᵀ∘[3, 4]ᵀ", np.array([1, 2]) * np.array([3, 4]), "3 8"),
        Row("BP1  δᴸ − (aᴸ − y)∘σ'(zᴸ)", apart(step.dZ[1], (trace.A[1] - T) * slopes[1]), "≤1e-15"),
        Row("BP2  δˡ − (wᵀδ)∘σ'(zˡ)", apart(step.dZ[0], step.dZ[1] @ W2.T * slopes[0]), "≤1e-15"),
        Row("BP3  ∂C/∂b − Σδ", apart(matrix_b[0], step.dZ[0].sum(axis=0)), "≤1e-14"),
        Row("BP4  ∂C/∂w − δaᵀ", apart(step.dW[1], trace.A[0].T @ step.dZ[1]), "≤1e-14"),
        Row(
            "δˡ − Σ'(zˡ)wᵀΣ'(zᴸ)∇C, samples apart",
            max(
                apart(step.dZ[0][n], S1[n] @ W2 @ S2[n] @ (trace.A[1] - T)[n])
                for n in range(len(X))
            ),
            "≤1e-15",
        ),
        Row("cost of the mini-batch", step.L, "", torch.L),
        Row("|∂C/∂w|, both layers", [norm(W) for W in step.dW], "", [norm(W) for W in torch.dW]),
        Row("|∂C/∂b|, both layers", [norm(b) for b in step.db], "", [norm(b) for b in torch.db]),
        Row(
            "loop − matrix, largest",
            max(apart(a, b) for a, b in zip(loop_W + loop_b, matrix_W + matrix_b)),
            "≤1e-12",
        ),
    ]
    # (46): the forward difference, which is right to half of its digits at best.
    eps, nudged = 1e-6, layers[1].W.copy()
    nudged[0, 0] += eps
    cost = backpropagate(X, T, [layers[0], layers[1]._replace(W=nudged)], quadratic, "sum").L
    slope = (cost - step.L) / eps
    rows.append(Row("(46) forward difference − ∂C/∂w", abs(slope - step.dW[1][0, 0]), "≤1e-5"))

    ratio = seconds(by_loop, 10) / seconds(by_matrix, 10)
    epochs = 3 if quick else 20
    return [
        *rows,
        Row(
            "time of loop / matrix, m = 10",
            round(ratio, 1),
            note="published is about a factor of two, for wider layers; the loop is mostly "
            "overhead, so that the ratio grows with m and falls with the width of the layers",
        ),
        Row(f"digits read after {epochs} epochs", training(epochs)[-1], "≥0.85"),
    ]


def norm(G: np.ndarray | None) -> float:
    return float(np.linalg.norm(G)) if G is not None else 0.0


if __name__ == "__main__":
    show("nielsen", run())
