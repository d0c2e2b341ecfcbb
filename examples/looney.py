"""Looney's [8, 3] network on 5,000 made-up points, from ten seeds.

Oran Looney, "ML From Scratch, Part 3: Backpropagation". All layers are logistic, the loss is the
mean binary cross-entropy, gradient descent takes all data at once with rate 1, for 2,000 epochs.
The bias is the first row of a W. Its data are scikit-learn's; the seed of the first weights is not
given in the article, hence bands over ten seeds. Its code is right; its maths has four errors:

- J is without its minus sign;
- ∂J/∂a of the output is (y − ŷ)/N, without the minus sign and without 1/(ŷ(1 − ŷ));
- the recursion has ∘ where the product with the matrix W is meant;
- its last line has z^(L−2) for every i.
"""

import functools
import itertools

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from reference import Layer, backpropagate, binary_cross_entropy, forward_sweep, sigmoid

EPOCHS = 2000


@functools.cache
def points() -> tuple[np.ndarray, np.ndarray]:
    """5,000 points with 20 features, 4,000 of them to train on."""
    from sklearn.datasets import make_classification

    X, y = make_classification(
        n_samples=5000,
        n_features=20,
        n_informative=15,
        n_redundant=3,
        n_repeated=0,
        n_classes=2,
        flip_y=0.05,
        class_sep=1.0,
        shuffle=True,
        random_state=42,
    )
    return X, y[:, None].astype(np.float64)


def first_layers(hidden: list[int], seed: int) -> list[Layer]:
    random, widths = np.random.RandomState(seed), [20, *hidden, 1]
    return [
        Layer(random.normal(0, 0.1, size=(M, 1 + D)).T.copy(), None, sigmoid, bias_row=True)
        for D, M in itertools.pairwise(widths)
    ]


@functools.cache
def training(
    hidden: tuple[int, ...], rate: float, seed: int, epochs: int = EPOCHS
) -> tuple[list[Layer], np.ndarray]:
    """The layers, and the loss before each epoch."""
    X, T = points()
    layers, losses = first_layers(list(hidden), seed), np.empty(epochs)
    for epoch in range(epochs):
        step = backpropagate(X[:4000], T[:4000], layers, binary_cross_entropy)
        losses[epoch] = step.L
        layers = descend(layers, step, rate)
    return layers, losses


def figures(layers: list[Layer]) -> list[float]:
    """Accuracy and area under the ROC curve, train and test."""
    from sklearn.metrics import roc_auc_score

    X, T = points()
    P = forward_sweep(X, layers).A[-1]
    right = (P > 0.5) == T
    parts = (slice(0, 4000), slice(4000, 5000))
    return [float(right[part].mean()) for part in parts] + [
        float(roc_auc_score(T[part, 0], P[part, 0])) for part in parts
    ]


def run(quick: bool = False) -> list[Row]:
    X, T = points()
    rank = np.linalg.matrix_rank(np.column_stack([np.ones(len(X)), X]))
    rows = [
        Row("labels 1 of 5,000", int(T.sum()), "2492"),
        Row("sum of all features", X.sum(), "-9347.33166"),
        Row("rank of the 21 columns, 1 and X: three are redundant", rank, "18"),
    ]
    layers = first_layers([8, 3], seed=0)
    step = backpropagate(X[:4000], T[:4000], layers, binary_cross_entropy)
    torch = _torch.step(X[:4000], T[:4000], layers, binary_cross_entropy)
    rows += [
        Row("parameters of [8, 3]", sum(layer.W.size for layer in layers), "199"),
        Row("  layer after layer", [layer.W.size for layer in layers], "168 27 4"),
        Row("its first loss", step.L, "", torch.L),
        Row("  ∂J/∂W3", step.dW[2], "", torch.dW[2]),
        Row("  ∂J/∂W1, largest", np.abs(step.dW[0]).max(), "", np.abs(torch.dW[0]).max()),
    ]

    seeds, epochs = (range(1), EPOCHS // 2) if quick else (range(10), EPOCHS)
    runs = np.array([figures(training((8, 3), 1.0, seed, epochs)[0]) for seed in seeds])
    for k, (name, published, least) in enumerate(
        [
            ("train accuracy", "0.95", "≥0.94"),
            ("test accuracy", "0.91", "≥0.90"),
            ("train AUC", "", "≥0.97"),
            ("test AUC", "0.96", "≥0.95"),
        ]
    ):
        rows.append(Row(f"[8, 3], seed 0: {name}", runs[0, k], published, within=0.015))
        if not quick:
            rows.append(Row(f"  the least of {len(runs)} seeds", runs[:, k].min(), least))
    return rows


if __name__ == "__main__":
    show("looney", run())
