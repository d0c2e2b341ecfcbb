"""The gradient check of Coursera's exercise 4: what 2.4e-11 says, and at which ε it may say so.

A. Ng, "Machine Learning" (Coursera), exercise 4: a 3-5-3 network with weights sin(k)/10, three
logistic outputs, L2 penalty without the bias. The relative difference ‖num − g‖/‖num + g‖ of
central differences is due below 1e-9. Samples are rows, and a bias is the first row of a W, which
is his Θ transposed.
"""

from typing import Any

import numpy as np
import torch

from examples import _torch
from examples._table import Row, show
from reference import Layer, backpropagate, binary_cross_entropy, l2_penalty, sigmoid

LABELS = np.array([2, 3, 1, 2, 3])
EPSILONS = [10.0**-k for k in range(2, 9)]


def debug_weights(out: int, into: int) -> np.ndarray:
    """sin(1), sin(2), … over 10, column after column of Θ (out, 1 + into); transposed."""
    return (np.sin(np.arange(1, out * (1 + into) + 1)) / 10).reshape(1 + into, out)


X = debug_weights(5, 2).T.copy()  # debugInitializeWeights(m, in − 1): 5 samples of 3
Y = np.eye(3)[LABELS - 1]
WEIGHTS = [debug_weights(5, 3), debug_weights(3, 5)]


def cost(weights: list[np.ndarray], strength: float = 0.0) -> tuple[float, np.ndarray]:
    """J and its gradient, unrolled as Θ1(:), Θ2(:) are: column after column of Θ, rows of W."""
    layers = [Layer(W, None, sigmoid, bias_row=True) for W in weights]
    step = backpropagate(X, Y, layers, binary_cross_entropy)
    J, dW = float(step.L), list(step.dW)
    for k, W in enumerate(weights):
        penalty, pullback = l2_penalty(W, strength / len(X), bias_row=True)
        J, dW[k] = J + float(penalty), dW[k] + pullback(1.0)[0]
    return J, np.concatenate([G.ravel() for G in dW])


def numerical(eps: float, strength: float = 0.0) -> np.ndarray:
    found = []
    for k, W in enumerate(WEIGHTS):
        for place in np.ndindex(W.shape):
            up, down = [V.copy() for V in WEIGHTS], [V.copy() for V in WEIGHTS]
            up[k][place] += eps
            down[k][place] -= eps
            found.append((cost(up, strength)[0] - cost(down, strength)[0]) / (2 * eps))
    return np.array(found)


def relative(num: np.ndarray, g: np.ndarray) -> float:
    return float(np.linalg.norm(num - g) / np.linalg.norm(num + g))


def by_torch(strength: float) -> tuple[float, np.ndarray]:
    def J(*weights: Any) -> Any:
        A = _torch.tensor(X)
        ones = A.new_ones(len(X), 1)
        for W in weights:
            A = (torch.cat([ones, A], dim=1) @ W).sigmoid()
        T = _torch.tensor(Y)
        entropy = -(T * A.log() + (1 - T) * (1 - A).log()).sum() / len(X)
        return entropy + strength / (2 * len(X)) * sum((W[1:] ** 2).sum() for W in weights)

    value, gradients = _torch.gradients(J, *WEIGHTS)
    return value, np.concatenate([G.ravel() for G in gradients])


def run(quick: bool = False) -> list[Row]:
    J, g = cost(WEIGHTS)
    J3, g3 = cost(WEIGHTS, strength=3.0)
    (tJ, tg), (tJ3, tg3) = by_torch(0.0), by_torch(3.0)
    num, norm = numerical(1e-7), np.linalg.norm
    layers = [Layer(W, None, sigmoid, bias_row=True) for W in WEIGHTS]
    other = norm(num - g) / (norm(num) + norm(g))
    dZs = backpropagate(X, Y, layers, binary_cross_entropy).dZ
    by_eps = [relative(numerical(eps), g) for eps in EPSILONS]
    spoilt = g3.copy()
    spoilt[:5] += 3.0 / len(X) * WEIGHTS[0][0]  # the penalty of the bias as well
    slopes = sigmoid(np.array([-1, -0.5, 0, 0.5, 1]))[1](np.ones(5))[0]
    return [
        Row("labels 1 + mod(1:5, 3)", 1 + np.arange(1, 6) % 3, "2 3 1 2 3"),
        Row("parameters", g.size, "38"),
        Row("J, λ = 0", J, "2.1009505699", tJ, note=DATA),
        Row(
            "first gradients",
            g[:10],
            "-9.2783e-3 8.8991e-3 -8.3601e-3 7.6281e-3 -6.7480e-3 "
            "-3.0498e-6 1.4287e-5 -2.5938e-5 3.6988e-5 -4.6876e-5",
            tg[:10],
        ),
        Row("J, λ = 3", J3, "", tJ3),
        Row("  |∂J/∂Θ|", np.linalg.norm(g3), "", np.linalg.norm(tg3)),
        Row("relative difference, ε = 1e-4", by_eps[2], "≤1e-9", note=PRINTED),
        Row("  λ = 3", relative(numerical(1e-4, 3.0), g3), "≤1e-9"),
        Row("  ε = 1e-2 … 1e-8", by_eps),
        Row("  ‖num − g‖/(‖num‖ + ‖g‖), ε = 1e-7", other, "≤1e-7", note=OTHER),
        Row("the sign turned", relative(numerical(1e-4), -g), "≤1e-9", mistake=SIGN),
        Row("bias penalised", relative(numerical(1e-4, 3.0), spoilt), "≤1e-9", mistake=BIAS),
        Row("σ'(−1, −0.5, 0, 0.5, 1)", slopes, "0.196612 0.235004 0.25 0.235004 0.196612"),
        Row("shapes of δ2 and δ3; there is no δ1", [n for dZ in dZs for n in dZ.shape], "5 5 5 3"),
    ]


PRINTED = (
    "solutions print 2.27e-11, 2.34e-11 and 2.41e-11, one run of this had 2.546e-11: all of these "
    "are rounding. The limit 1e-9 makes sense near ε = 1e-4 only: the truncation grows as ε², the "
    "rounding as 1/ε"
)
OTHER = "the deep learning course's: the difference is over the sum of both norms, and ε is 1e-7"
DATA = "the 0.287629, 0.383770 (λ = 1) and 0.576051 (λ = 3) of the exercise need its own digits"
BIAS = "the penalty is for the weights alone"
SIGN = "num + g is nearly 0: a quotient far above 1 is the mark of a wrong sign"


if __name__ == "__main__":
    show("gradient_check", run())
