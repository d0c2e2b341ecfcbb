"""The Jacobian of a whole network, its product with a vector, and why fitting shapes prove nothing.

C. Bishop, "Pattern Recognition and Machine Learning", 5.3.4, and three sets of slides on it: those
of S. Srihari, of a "Backpropagation" section at Stanford, and of CMSC 35246, lecture 4 (S. Trivedi
and R. Kondor, 2017).
"""

from typing import Any

import numpy as np
import torch

from examples._compare import apart, relatively_apart
from examples._table import Row, show
from examples.matrix_form import by_torch, net
from reference import (
    activation_jacobians,
    affine,
    forward_sweep,
    network_jacobian,
    sigmoid,
    softmax,
    vector_jacobian_product,
)


def run(quick: bool = False) -> list[Row]:
    """J = ∂a_K/∂x, Jᵀv, and why fitting shapes prove nothing."""
    layers, random = net([3, 4, 2]), np.random.default_rng(7)
    X, v = random.normal(size=(5, 3)), random.normal(size=(5, 2))
    J, vJ = network_jacobian(X, layers), vector_jacobian_product(X, layers, v)
    (dX, _) = by_torch(X, layers, v)
    weights = [torch.tensor(layer.W) for layer in layers]

    def f(x: torch.Tensor) -> torch.Tensor:
        return torch.tanh(torch.tanh(x @ weights[0]) @ weights[1])

    truth = [torch.autograd.functional.jacobian(f, torch.tensor(x)).numpy() for x in X]
    square, dZ = random.normal(size=(3, 3)), random.normal(size=(5, 3))
    dX_square: Any = affine(dZ, square, np.zeros(3))[1](dZ)[0]
    sigmoids, softmaxes = (
        forward_sweep(X, [layers[0], layers[1]._replace(activation=f)]) for f in (sigmoid, softmax)
    )
    D, P = activation_jacobians(sigmoids), activation_jacobians(softmaxes)[1]
    a, y = sigmoids.A[1], softmaxes.A[1]
    diagonal, eye = (a * (1 - a))[:, :, None] * np.eye(2), np.eye(2)
    off = (y[:, :, None] * eye) - y[:, :, None] * y[:, None, :]
    return [
        Row(
            "entry by entry: ∂a/∂z beside its diagonal", np.abs(D[0] * (1 - np.eye(4))).max(), "≤0"
        ),
        Row("sigmoid outputs: ∂y/∂a − δ_kl σ'(a_l)", apart(D[1], diagonal), "≤1e-15"),
        Row("softmax outputs: ∂y/∂a − (δ_kl y_k − y_k y_l)", apart(P, off), "≤1e-15"),
        Row("Bishop: ∂a/∂x − torch's jacobian", relatively_apart(J, np.array(truth)), "≤1e-14"),
        Row(
            "  vᵀJ − y.backward(v)",
            relatively_apart(vJ, dX),
            "≤1e-14",
        ),
        Row(
            "square W: shapes of dZ·Wᵀ and dZ·W",
            [*(dZ @ square.T).shape, *(dZ @ square).shape],
            "5 3 5 3",
            note="dimension balancing takes one as well as the other; only the first is right",
        ),
        Row("  dZ·Wᵀ − dX", relatively_apart(dZ @ square.T, dX_square), "≤1e-15"),
        Row(
            "  dZ·W − dX",
            relatively_apart(dZ @ square, dX_square),
            "≤1e-14",
            mistake="of the right shape, and another",
        ),
    ]


if __name__ == "__main__":
    show("network_jacobian", run())
