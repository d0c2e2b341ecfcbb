"""Mazur's 2-2-2 network, step by step: all values, gradients and updates of one step.

Matt Mazur, "A Step by Step Backpropagation Example": one sample, logistic units, E = ½Σ(t − o)²,
rate ½. A layer shares one bias, which is never updated. Samples are rows here, so a W is the
transpose of his.
"""

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from reference import Layer, backpropagate, forward_sweep, sigmoid, squared_error

X, T = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
LAYERS = [
    Layer(np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([0.35, 0.35]), sigmoid),
    Layer(np.array([[0.40, 0.50], [0.45, 0.55]]), np.array([0.60, 0.60]), sigmoid),
]
RATE = 0.5


def run(quick: bool = False) -> list[Row]:
    # The forward pass, the error, and the backwards pass.
    step = backpropagate(X, T, LAYERS, squared_error, "sum")
    torch = _torch.step(X, T, LAYERS, squared_error, "sum")
    h, o = step.A
    rows = [
        Row("net_h", step.Z[0], "0.3775 0.3925"),
        Row("out_h", h, "0.593269992 0.596884378", torch.A[0]),
        Row("net_o", step.Z[1], "1.105905967 1.224921404"),
        Row("out_o", o, "0.75136507 0.772928465", torch.A[1]),
        Row("E_o1, E_o2", (o - T) ** 2 / 2, "0.274811083 0.023560026"),
        Row("E_total", step.L, "0.298371109", torch.L),
        Row("∂E/∂out_o", step.dA[1], "0.74136507 -0.217071535"),
        Row("out_o(1 − out_o)", slope(step.Z[1]), "0.186815602 0.17551005"),
        Row("δ_o = ∂E/∂net_o", step.dZ[1], "0.138498562 -0.038098236", torch.dZ[1]),
        Row("∂E/∂w5 … w8", of(step.dW[1]), "0.082167041 … … …", of(torch.dW[1])),
        Row("∂E/∂out_h", step.dA[0], "0.036350306 …"),
        Row("out_h(1 − out_h)", slope(step.Z[0]), "0.241300709 0.24061342"),
        Row("δ_h = ∂E/∂net_h", step.dZ[0], "", torch.dZ[0]),
        Row("∂E/∂w1 … w4", of(step.dW[0]), "0.000438568 … … …", of(torch.dW[0])),
        Row(
            "∂E/∂b1, ∂E/∂b2, shared",
            [np.sum(db) for db in step.db if db is not None],
            "",
            [np.sum(db) for db in torch.db if db is not None],
        ),
    ]

    # The weights after one step.
    after = descend(LAYERS, step, RATE, biases_learn=False)
    by_torch = _torch.train(X, T, LAYERS, squared_error, RATE, 1, "sum", biases_learn=False)
    rows += [
        Row(
            "w5⁺ … w8⁺",
            of(after[1].W),
            "0.35891648 0.408666186 0.511301270 0.561370121",
            of(by_torch[1].W),
        ),
        Row(
            "w1⁺ … w4⁺",
            of(after[0].W),
            "0.149780716 0.19956143 0.24975114 0.29950229",
            of(by_torch[0].W),
        ),
        Row("out_o after one step", forward_sweep(X, after).A[-1]),
    ]
    return rows


def of(W: np.ndarray) -> np.ndarray:
    """w1 w2 w3 w4 of a W, in his order: neuron after neuron, here column after column."""
    return W.T.ravel()


def slope(Z: np.ndarray) -> np.ndarray:
    (dZ,) = sigmoid(Z)[1](np.ones_like(Z))
    assert dZ is not None
    return dZ


if __name__ == "__main__":
    show("mazur", run())
