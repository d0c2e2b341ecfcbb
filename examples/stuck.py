"""Why the network of the program broken does not learn: a rate of 1/epoch, which goes nowhere.

Its gradients are right by now, and no check of gradients can see it. XOR, ten seeds each of
``rand``, which is its own and U[0, 1), and of ``randn``. The twenty networks are trained as one:
their weights are blocks along the diagonal of large matrices, and gradients beside the blocks are
dropped, so that no network knows of another.
"""

import functools

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from examples.broken import X, Y, first_layers
from reference import backpropagate, binary_cross_entropy

RUNS = [(kind, seed) for kind in ("rand", "randn") for seed in range(10)]
BLIND = "the reason why it has not learnt; the gradients are right, no check of them can see it"


def along_the_diagonal(blocks: list[np.ndarray]) -> np.ndarray:
    n, (D, M) = len(blocks), blocks[0].shape
    whole = np.zeros((n, D, n, M))
    whole[range(n), :, range(n)] = blocks
    return whole.reshape(n * D, n * M)


@functools.cache
def training(falling: bool, epochs: int) -> np.ndarray:
    """The costs before each epoch: rate 1/epoch, gradients m times too large; or 1, right ones."""
    m, layers, masks = len(X), [], []
    for same in zip(*(first_layers(*run) for run in RUNS)):
        W = along_the_diagonal([layer.W for layer in same])
        layers.append(same[0]._replace(W=W, b=np.concatenate([layer.b for layer in same])))
        masks.append(along_the_diagonal([np.ones_like(layer.W) for layer in same]))
    inputs, targets = np.tile(X, len(RUNS)), np.tile(Y, len(RUNS))
    costs = np.empty((epochs, len(RUNS)))
    for epoch in range(epochs):
        step = backpropagate(inputs, targets, layers, binary_cross_entropy)
        losses, _ = binary_cross_entropy(step.A[-1].reshape(-1, 1), targets.reshape(-1, 1))
        costs[epoch] = losses.reshape(m, -1).mean(axis=0)
        step = step._replace(dW=[dW * mask for dW, mask in zip(step.dW, masks)])
        layers = descend(layers, step, rate=m / (epoch + 1) if falling else 1.0)
    return costs


def run(quick: bool = False) -> list[Row]:
    travel = [sum(1 / n for n in range(1, last + 1)) for last in (100, 1000, 10_000)]
    by_torch = _torch.train(X, Y, first_layers("randn", 0), binary_cross_entropy, 1.0, 100)
    loss = _torch.step(X, Y, by_torch, binary_cross_entropy).L
    rows = [
        Row("Σ 1/epoch, 100 … 10,000: the travel", travel, "5.187 7.485 9.788", note=BLIND),
        Row("randn, seed 0, after 100 epochs at rate 1", training(False, 101)[-1, 10], "", loss),
    ]
    epochs = 1000 if quick else 10_000
    due = ("≥0.69 ≤0.70", "≥0.6 ≤0.70", "≥0 ≤0.70", "≥0 ≤0.05") if quick else DUE
    for falling, rate in ((True, "1/epoch"), (False, "1")):
        ends = training(falling, epochs)[-1].reshape(2, 10)
        for kind, costs in zip(("rand", "randn"), ends):
            what = f"{kind}, {epochs:,} epochs, rate {rate}: costs"
            rows.append(Row(what, [costs.min(), costs.max()], due[len(rows) - 2]))
    return rows


# The least and the largest of ten seeds.
DUE = ("0.6928 0.6934", "0.6276 0.6960", "≥0.0001 ≤0.0006", "≥0.0001 ≤0.0006")

if __name__ == "__main__":
    show("stuck", run())
