"""The bias as the weight of a constant 1: recursion, explicit product, and the row that is dropped.

D. Ostwald and F. Usée, arXiv:2107.09384 (its abstract): the affine-linear potential of a layer is
W·[1, a], and the formula is proved by induction from depth L to depth L + 1. On the way back, what
came out of W has no entry for the 1, which nobody computes: W loses its bias.
"""

import numpy as np

from examples import _torch
from examples._compare import relatively_apart
from examples._table import Row, show
from examples.matrix_form import net
from examples.stairs import pictures
from reference import (
    Layer,
    backpropagate,
    sigmoid,
    softmax,
    squared_error,
    weight_gradient,
)
from reference.losses import cross_entropy_with_labels

LIMITS = " ".join(["≤1e-13"] * 6)


def run(quick: bool = False) -> list[Row]:
    return induction() + two_three_two()


def induction() -> list[Row]:
    """Depths 1 to 6, as the induction goes; in the product each D·Wᵀ is without the bias, too."""
    by_recursion, by_product, largest = [], [], []
    for depth in range(1, 7):
        layers = net([3, 4, 4, 4, 4, 4, 4][: depth + 1], bias_row=True, f=sigmoid)
        random = np.random.default_rng(depth)
        X, T = random.normal(size=(5, 3)), random.normal(size=(5, 4))
        step = backpropagate(X, T, layers, squared_error, "sum")
        torch = _torch.step(X, T, layers, squared_error, "sum")
        dA = step.A[-1] - T
        product = [weight_gradient(X, layers, k, dA)[0] for k in range(depth)]
        by_recursion.append(max(relatively_apart(G, R) for G, R in zip(step.dW, torch.dW)))
        by_product.append(max(relatively_apart(G, R) for G, R in zip(product, torch.dW)))
        largest.append(max(relatively_apart(G, R) for G, R in zip(product, step.dW)))
    # The mistake: W^(l+1) with its bias row gives a δ with a column too many.
    undropped = (step.dZ[1] @ layers[1].W.T).shape[1]
    return [
        Row("1 to 6 layers: recursion − torch", by_recursion, LIMITS),
        Row("  explicit product − torch", by_product, LIMITS),
        Row("  explicit product − recursion", largest, LIMITS),
        Row("  ∂L/∂W of the first of 6 layers, its bias", product[0][0], "", torch.dW[0][0]),
        Row("columns of δ, bias row dropped", step.dZ[0].shape[1], "4"),
        Row("  bias row not dropped", undropped, "4", mistake="a column too many"),
    ]


def two_three_two() -> list[Row]:
    """Gorman's layout for 2-3-2 (see the program stairs): X¹ (N, 3), W¹ (3, 3), X² (N, 4)."""
    (X, y), _ = pictures()
    X = X[:20, :2] / 255
    random = np.random.default_rng(0)
    layers = [
        Layer(random.normal(size=(3, 3)), None, sigmoid, bias_row=True),
        Layer(random.normal(size=(4, 2)), None, softmax, bias_row=True),
    ]
    step = backpropagate(X, y[:20], layers, cross_entropy_with_labels)
    torch = _torch.step(X, y[:20], layers, cross_entropy_with_labels)
    # dZ² goes back through W² without its bias row: three columns, as the hidden layer has.
    shapes = [*layers[0].W.shape, *layers[1].W.shape, step.dZ[0].shape[1]]
    return [
        Row("2-3-2: W¹, W², columns of dZ¹", shapes, "3 3 4 2 3"),
        Row("2-3-2: ∂CE/∂W¹", step.dW[0], "", torch.dW[0]),
        Row("2-3-2: ∂CE/∂W²", step.dW[1], "", torch.dW[1]),
    ]


if __name__ == "__main__":
    show("bias_row", run())
