"""What a mistake on each class costs on the average: Kukar and Kononenko's cost vectors.

M. Kukar and I. Kononenko, "Cost-sensitive learning with neural networks" (ECAI 1998), with the
cost matrices of the program joshi. The program dermatology trains with them. In the fourth way a
unit k of a sample of class i costs C[i, k]; a later paper has C[i, the class chosen], which nothing
can be derived from. Which of the two the original means is not confirmed here.
"""

from typing import Any

import numpy as np
import torch.nn.functional as F

from examples import _torch
from examples._table import Row, show
from examples.joshi import MATRICES
from reference import (
    class_weights,
    cost_factors,
    cost_vector,
    misclassification_costs,
    rate_factors,
    softmax_cross_entropy_with_labels,
    squared_error,
    weighted_reduce,
    weighted_squared_error,
)

COUNTS = np.array([112, 61, 72, 49, 52, 20.0])  # of all 366; without an age missing:
COUNTS_358 = np.array([111, 60, 71, 48, 48, 20.0])
ZHOU = {"symmetric": "4.5 3.3 2.7 2.7 3.3 4.5", "asymmetric": "3.9 4.2 3.6 4.0 4.1 3.4"}
E_DUE = {
    "symmetric": "0.77952756 0.50950820 0.50816327 0.58864353 0.80636943 1.01445087",
    "asymmetric": "0.64724409 0.79081967 0.61972789 0.77760252 0.96656051 0.64421965",
}
RATES_DUE = {
    "symmetric": "0.76842318 0.50225025 0.50092447 0.58025830 0.79488268 1",
    "asymmetric": "0.66963639 0.81817917 0.64116823 0.80450475 1 0.66650732",
}
E_358_DUE = {
    "symmetric": "0.77489879 0.50536913 0.50801394 0.59225806 0.80709677 1.02248521",
    "asymmetric": "0.64493927 0.78120805 0.61846690 0.76967742 0.96709677 0.64585799",
}
SUM = "torch's cross_entropy with weights divides by the sum of w[y], not by N"


def run(quick: bool = False) -> list[Row]:
    """E[i], what a mistake on class i costs on the average, and the rates of the third way."""
    rows = []
    for kind, C in MATRICES.items():
        E = cost_vector(C, COUNTS)
        rows += [
            Row(f"E, {kind}", E, E_DUE[kind]),
            Row("  rate factors", rate_factors(E)[:, 0], RATES_DUE[kind]),
            Row("  Zhou and Liu: C.sum(1)", C.sum(axis=1), ZHOU[kind]),
            Row("  E of the 358", cost_vector(C, COUNTS_358), E_358_DUE[kind]),
        ]
    return rows + uniform_costs() + weights_in_torch()


def uniform_costs() -> list[Row]:
    """All mistakes cost the same, 3: each way is ordinary backpropagation."""
    C = misclassification_costs(3 * (1 - np.eye(6)))
    E = cost_vector(C, COUNTS)
    K2 = cost_factors(C / C.max(), E / C.max())
    random = np.random.default_rng(0)
    A, y = random.random((4, 6)), random.integers(0, 6, 4)
    weighted, plain = weighted_squared_error(A, y, K2), squared_error(A, np.eye(6)[y])
    dA: Any = [pullback(np.ones(4))[0] for _, pullback in (weighted, plain)]

    def by_torch(A: Any) -> Any:
        return ((A - _torch.tensor(np.eye(6)[y])) ** 2).sum() / 2

    _, (truth,) = _torch.gradients(by_torch, A)
    return [
        Row("E where all mistakes cost 3", E, "3 3 3 3 3 3"),
        Row("  rate factors, third way", rate_factors(E)[:, 0], "1 1 1 1 1 1"),
        Row("  factors, fourth way: − 1", np.abs(K2 - 1).max(), "≤1e-15"),
        Row("  ∂E/∂a − that of plain squared error", np.abs(dA[0] - dA[1]).max(), "≤1e-15"),
        Row("  ∂E/∂a of a sample", dA[0][0], "", truth[0]),
    ]


def weights_in_torch() -> list[Row]:
    """Weights of the classes under the cross-entropy: the mean over N, or over Σ w[y]."""
    random = np.random.default_rng(1)
    Z, y, w = random.normal(size=(5, 3)), np.array([0, 0, 1, 2, 2]), np.array([1.0, 2.0, 4.0])
    losses, _ = softmax_cross_entropy_with_labels(Z, y)
    weights, _ = class_weights(w, y)
    by_torch = _torch.gradients(
        lambda Z: F.cross_entropy(Z, _torch.tensor(y), _torch.tensor(w)), Z
    )[0]
    return [
        Row("Σ w[y]·ℓ / N", (weights * losses).mean(), "", by_torch, torch_differs=SUM),
        Row("Σ w[y]·ℓ / Σ w[y]", weighted_reduce(losses, weights)[0], "", by_torch),
    ]


if __name__ == "__main__":
    show("costs", run())
