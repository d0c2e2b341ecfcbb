"""Six lines for one hidden layer, samples as columns: dZ2 dW2 db2 dZ1 dW1 db1.

A. Ng's deep learning course, the L-layer formulas. dZ is a sample's own, the 1/m is in dW and db.
"""

from typing import Any

import numpy as np
import torch.nn.functional as F

from examples import _torch
from examples._compare import apart
from examples._table import Row, show
from reference import affine_columns, binary_cross_entropy, reduce, sigmoid, tanh


def run(quick: bool = False) -> list[Row]:
    """dZ2 dW2 db2 dZ1 dW1 db1, samples as columns, mean cross-entropy, tanh then sigmoid."""
    random, m = np.random.default_rng(0), 6
    X, Y = random.normal(size=(3, m)), random.integers(0, 2, (1, m)).astype(np.float64)
    W1, b1 = random.normal(size=(4, 3)), random.normal(size=(4, 1))
    W2, b2 = random.normal(size=(1, 4)), random.normal(size=(1, 1))
    # reference/, step after step
    Z1, affine1 = affine_columns(X, W1, b1)
    A1, tanh1 = tanh(Z1)
    Z2, affine2 = affine_columns(A1, W2, b2)
    A2, sigmoid2 = sigmoid(Z2)
    losses, entropy = binary_cross_entropy(A2.T.copy(), Y.T.copy())
    L, mean = reduce(losses)
    dP: Any = entropy(mean(1.0)[0])[0]
    dA2 = dP.T
    (D2,) = sigmoid2(dA2)
    dA1, gW2, gb2 = affine2(D2)
    (D1,) = tanh1(dA1)
    _, gW1, gb1 = affine1(D1)
    stepwise: Any = (D2, gW2, gb2, D1, gW1, gb1)
    # the six lines: dZ is a sample's own, the 1/m is in dW and db
    dZ2 = A2 - Y
    dW2 = dZ2 @ A1.T / m
    db2 = dZ2.sum(axis=1, keepdims=True) / m
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = dZ1 @ X.T / m
    db1 = dZ1.sum(axis=1, keepdims=True) / m

    quotients = Y / A2 - (1 - Y) / (1 - A2)

    def by_torch(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        P = (W2 @ (W1 @ _torch.tensor(X) + b1).tanh() + b2).sigmoid()
        return F.binary_cross_entropy(P, _torch.tensor(Y))

    loss, (tW1, tb1, tW2, tb2) = _torch.gradients(by_torch, W1, b1, W2, b2)
    _, (tA2,) = _torch.gradients(lambda A: F.binary_cross_entropy(A, _torch.tensor(Y)), A2)
    return [
        Row("cost of the batch", L, "", loss),
        Row("dW2 of the six lines", dW2, "", tW2),
        Row("db2", db2, "", tb2),
        Row("dW1", dW1, "", tW1),
        Row("db1", db1, "", tb1),
        Row(
            "six lines − reference/, all",
            max(
                apart(six, ref)
                for six, ref in zip((dZ2 / m, dW2, db2, dZ1 / m, dW1, db1), stepwise)
            ),
            "≤1e-15",
            note="dZ is without the 1/m that dW has: m times the gradient of the mean",
        ),
        Row("shape of db1", db1.shape, "4 1"),
        Row("dA2 of the mean", dA2, "", tA2),
        Row("  − (−(Y/A − (1 − Y)/(1 − A))/m)", apart(dA2, -quotients / m), "≤1e-14"),
        Row(
            "  with its sign turned, over dA2",
            (quotients / m / dA2)[0],
            "1 1 1 1 1 1",
            mistake="so one summary prints it: every gradient is turned, and the cost goes up",
        ),
    ]


if __name__ == "__main__":
    show("six_lines", run())
