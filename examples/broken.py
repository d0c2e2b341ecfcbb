"""A network that does not learn, repaired step by step, and the verdict on each step.

"Back propagation on matrix of weights" (Data Science Stack Exchange): 2-5-5-1, logistic units,
binary cross-entropy, samples as columns, here on XOR. ``pasted`` is its backward code in few words,
with the mistakes that it has; each is mended by itself.
"""

import functools
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from reference import Layer, backpropagate, binary_cross_entropy, sigmoid
from reference.network import forward_sweep

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
WIDTHS = ((2, 5), (5, 5), (5, 1))


def pasted(
    layers: list[Layer], sums_biases: bool = False, divides_by_m: bool = False
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """His gradients, in columns: δ3 = a(1 − a)·−(Y/a − (1 − Y)/(1 − a)), δ = Wᵀδ∘a(1 − a)."""
    A = [X.T, *(a.T for a in forward_sweep(X, layers).A)]
    a, y, m = A[3], Y.T, len(X)
    delta = a * (1 - a) * -(y / a - (1 - y) / (1 - a))
    dW: list[np.ndarray] = []
    db: list[np.ndarray] = []
    for k in (2, 1, 0):
        bias = delta.sum(axis=1, keepdims=True) if sums_biases else delta
        dW.insert(0, delta @ A[k].T / (m if divides_by_m else 1))
        db.insert(0, bias / (m if divides_by_m else 1))
        delta = layers[k].W @ delta * A[k] * (1 - A[k])
    return dW, db


def judged(dW: list[np.ndarray], db: list[np.ndarray], layers: list[Layer]) -> tuple[str, float]:
    """The verdict on a backward pass by torch's gradients, in words, and its ratio to them."""
    truth = _torch.step(X, Y, layers, binary_cross_entropy)
    for mine, right in zip(db, truth.db):
        if right is not None and mine.shape != (right.size, 1):
            return (
                f"wrong: db has shape {mine.shape}, ({right.size}, 1) is due: Σ over samples",
                0.0,
            )
    ratios = np.concatenate([(G.T / R).ravel() for G, R in zip(dW, truth.dW)])
    if np.ptp(ratios) > 1e-9 * abs(ratios).max():
        return "wrong: no common factor", float(ratios.max())
    if abs(ratios[0] - 1) > 1e-9:
        return f"wrong: {ratios[0]:.1f} times the truth: 1/m is missing", float(ratios.mean())
    return "correct", float(ratios.mean())


def first_layers(kind: str, seed: int) -> list[Layer]:
    """His ``rand`` is U[0, 1), weights and biases; ``randn`` is normal."""
    draw = getattr(np.random.RandomState(seed), kind)
    return [Layer(draw(M, D).T.copy(), draw(M, 1)[:, 0].copy(), sigmoid) for D, M in WIDTHS]


@functools.cache
def training(kind: str, seed: int, falling: bool, epochs: int) -> np.ndarray:
    """The cost before each epoch: rate 1/epoch, gradients m times too large; or 1, right ones."""
    layers, costs = first_layers(kind, seed), np.empty(epochs)
    for epoch in range(epochs):
        step = backpropagate(X, Y, layers, binary_cross_entropy)
        costs[epoch] = step.L
        layers = descend(layers, step, rate=len(X) / (epoch + 1) if falling else 1.0)
    return costs


def run(quick: bool = False) -> list[Row]:
    layers = first_layers("rand", 0)
    step = backpropagate(X, Y, layers, binary_cross_entropy)
    truth = _torch.step(X, Y, layers, binary_cross_entropy)
    verdicts = [
        judged(*pasted(layers, **mended), layers)
        for mended in (
            {},
            {"sums_biases": True},
            {"sums_biases": True, "divides_by_m": True},
        )
    ]
    try:
        np.zeros((5, 1)).__isub__(pasted(layers)[1][0])
        raised = 0
    except ValueError:
        raised = 1
    rows = [
        Row("1  as pasted: bias -= Db raises", raised, "1", note=verdicts[0][0]),
        Row("2  biases summed: gradient / torch", verdicts[1][1], "4", note=verdicts[1][0]),
        Row("3  divided by m: gradient / torch", verdicts[2][1], "1", note=verdicts[2][0]),
        Row("   cost, U[0, 1), seed 0", step.L, "", truth.L),
        Row("   outputs, least and largest", [step.A[2].min(), step.A[2].max()]),
        Row(
            "   |dW| of layers 1, 2, 3",
            [np.linalg.norm(G) for G in step.dW],
            "0.00379 0.0477 0.803",
            [np.linalg.norm(G) for G in truth.dW],
            note="right, and vanishing: all weights positive, all units nearly the same",
        ),
    ]
    return rows + learning(quick) + saturation() + orientation()


def learning(quick: bool) -> list[Row]:
    """The gradients are right, and still it does not learn."""
    travel = np.cumsum(1 / np.arange(1, 10_001))[[99, 999, 9999]]
    rows = [
        Row(
            "4  travel of the rate 1/epoch: Σ1/n, 100 … 10,000",
            travel,
            "5.187 7.485 9.788",
            note="the reason why it has not learnt; no check of gradients can see it",
        )
    ]
    seeds = range(1 if quick else 2)
    epochs, limit = (3000, "≤0.01") if quick else (10_000, "≤0.001")
    for kind in ("randn",) if quick else ("rand", "randn"):
        stuck = [training(kind, seed, True, epochs)[-1] for seed in seeds]
        learnt = [training(kind, seed, False, epochs)[-1] for seed in seeds]
        rows += [
            Row(f"   {kind}: least cost after {epochs:,}, rate 1/epoch", min(stuck), "≥0.6"),
            Row("   rate 1, the largest", max(learnt), limit),
        ]
    return rows


def saturation() -> list[Row]:
    """δ3 as a product of a(1 − a) and a quotient, where a is rounded to 1; and torch's two ways."""

    def product(z: float, y: float) -> float:
        a = 1 / (1 + np.exp(-z))
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(a * (1 - a) * -(y / a - np.divide(1 - y, 1 - a)))

    def slope(loss: Any, z: float) -> float:
        Z = torch.tensor([z], dtype=torch.float64, requires_grad=True)
        loss(Z, torch.zeros(1, dtype=torch.float64)).backward()
        assert Z.grad is not None
        return Z.grad.item()

    def clamped(Z: Any, T: Any) -> Any:
        return F.binary_cross_entropy(Z.sigmoid(), T)

    one = [Layer(np.ones((1, 1)), None, sigmoid)]
    fused = backpropagate(np.array([[40.0]]), np.zeros((1, 1)), one, binary_cross_entropy)
    return [
        Row("5  δ3 as a product, z = 36, y = 0", product(36.0, 0.0), "1"),
        Row("   z = 40: is NaN", int(np.isnan(product(40.0, 0.0))), "1"),
        Row(
            "   A − Y, z = 40",
            fused.dZ[0][0],
            "1",
            slope(F.binary_cross_entropy_with_logits, 40.0),
        ),
        Row(
            "   torch's binary_cross_entropy there",
            slope(clamped, 40.0),
            "1",
            wrong="torch clamps: the gradient is 0 where the sigmoid is rounded to 1",
        ),
    ]


def orientation() -> list[Row]:
    """The prose has samples as rows, the code as columns: 1×2 into W1 5×2 does not go."""
    try:
        np.zeros((5, 2)) @ X[:1]
        fits = 1
    except ValueError:
        fits = 0
    wide = Y[:, 0] - np.zeros((1, 4))
    tall = Y - np.zeros((1, 4))
    return [
        Row("6  a sample 1×2 fits the code", fits, "0"),
        Row("   labels (m,), (m, 1) − (1, m): elements", [wide.size, tall.size], "4 16"),
    ]


def plot(axes: Any) -> None:
    epochs = np.arange(1, 10_001)
    axes.loglog(
        epochs,
        training("randn", 0, True, 10_000),
        label="rate 1/epoch, gradients m times too large",
    )
    axes.loglog(epochs, training("randn", 0, False, 10_000), "--", label="rate 1, right gradients")
    axes.set(xlabel="epoch", ylabel="binary cross-entropy of a sample, nats")
    axes.set_title("XOR: the same network, with the rate that falls and without")


if __name__ == "__main__":
    show("broken", run())
