"""Nielsen's four equations, BP1 to BP4, on a mini-batch of digits that scikit-learn ships.

Michael Nielsen, "Neural Networks and Deep Learning", chapter 2: quadratic cost, logistic units.
The program mini_batch trains the network.
"""

import functools

import numpy as np

from examples import _torch
from examples._compare import apart
from examples._table import Row, show
from reference import Layer, activation_jacobians, backpropagate, forward_sweep, sigmoid
from reference import squared_error as quadratic

TRAP = "his sigmoid_prime takes z; a derivative a(1 − a), as others have it, takes the activation"


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


def run(quick: bool = False) -> list[Row]:
    X, T, _ = digits()
    X, T, layers = X[:10], T[:10], first_layers()
    step = backpropagate(X, T, layers, quadratic, "sum")
    torch = _torch.step(X, T, layers, quadratic, "sum")
    trace = forward_sweep(X, layers)
    slopes = [A * (1 - A) for A in trace.A]
    S1, S2 = activation_jacobians(trace)  # his Σ'(z), the diagonal matrices
    W2 = layers[1].W
    trap = step.dZ[1] @ W2.T * sigmoid(trace.A[0])[1](np.ones_like(trace.A[0]))[0]

    rows = [
        Row("[1, 2]ᵀ∘[3, 4]ᵀ", np.array([1, 2]) * np.array([3, 4]), "3 8"),
        Row("BP1  δᴸ − (aᴸ − y)∘σ'(zᴸ)", apart(step.dZ[1], (trace.A[1] - T) * slopes[1]), "≤1e-15"),
        Row("BP2  δˡ − (wᵀδ)∘σ'(zˡ)", apart(step.dZ[0], step.dZ[1] @ W2.T * slopes[0]), "≤1e-15"),
        Row("  σ'(aˡ) for σ'(zˡ)", apart(step.dZ[0], trap), "≤1e-15", mistake=TRAP),
        Row("BP3  ∂C/∂b − Σδ", apart(np.asarray(step.db[0]), step.dZ[0].sum(axis=0)), "≤1e-14"),
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
    ]
    # (46): the forward difference, which is right to half of its digits at best.
    eps, nudged = 1e-6, layers[1].W.copy()
    nudged[0, 0] += eps
    cost = backpropagate(X, T, [layers[0], layers[1]._replace(W=nudged)], quadratic, "sum").L
    slope = (cost - step.L) / eps
    rows.append(Row("(46) forward difference − ∂C/∂w", abs(slope - step.dW[1][0, 0]), "≤1e-5"))
    return rows


def norm(G: np.ndarray | None) -> float:
    return float(np.linalg.norm(G)) if G is not None else 0.0


if __name__ == "__main__":
    show("nielsen", run())
