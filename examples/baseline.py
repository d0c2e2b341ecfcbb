"""Looney's linear baseline: 72 % if the training has not converged, 81 % if it has.

The points and the training are those of the program looney, without a hidden layer.
"""

import numpy as np
import torch
import torch.nn.functional as F
from torch.optim import LBFGS

from examples import _torch
from examples._table import Row, show
from examples.looney import EPOCHS, figures, first_layers, points, training
from reference import backpropagate, binary_cross_entropy


def run(quick: bool = False) -> list[Row]:
    """Without a hidden layer, as published and then until it has converged."""
    from sklearn.linear_model import LogisticRegression

    X, T = points()
    lowest, by_torch = converged_by_torch(X, T)
    train, test, _, auc = figures(training((), 1.0, 0)[0])
    losses = training((), 1.0, 0)[1]
    slow, slow_losses = training((), 0.1, 0)
    best = figures(slow)
    other = LogisticRegression(C=1e12, tol=1e-10, max_iter=10_000).fit(X[:4000], T[:4000, 0])
    scores = [other.score(X[part], T[part, 0]) for part in (slice(0, 4000), slice(4000, 5000))]
    artefact = (
        "an artefact of the rate 1: the loss does not converge but jumps between two values, and "
        "where it is stopped is chance. It is not what a linear boundary can do: see below"
    )
    rows = [
        Row("linear, rate 1: train accuracy", train, "0.71925", within=0.02, note=artefact),
        Row("  test accuracy", test, "0.717", within=0.02),
        Row("  test AUC", auc, "0.7866", within=0.02),
        Row("  its last losses", losses[-4:]),
        Row("linear, converged: loss", slow_losses[-1], "0.42771843", lowest, rtol=1e-9),
        Row(
            "  train, test accuracy",
            best[:2],
            "0.71925 0.717",
            by_torch[:2],
            wrong="a linear boundary reaches this, as torch's LBFGS finds, and scikit-learn",
            rtol=1e-3,
        ),
        Row("    of scikit-learn's logistic regression", scores, "0.8135 0.791", within=1e-3),
        Row("  test AUC", best[3], "0.7866", by_torch[3], wrong="as above", rtol=1e-4),
    ]
    if not quick:
        layers = first_layers([], seed=0)
        layers = _torch.train(X[:4000], T[:4000], layers, binary_cross_entropy, 0.1, EPOCHS)
        loss = _torch.step(X[:4000], T[:4000], layers, binary_cross_entropy).L
        mine = backpropagate(X[:4000], T[:4000], slow, binary_cross_entropy).L
        rows.append(Row("  loss after the last epoch", mine, "", loss, rtol=1e-9))
    return rows


def converged_by_torch(X: np.ndarray, T: np.ndarray) -> tuple[float, list[float]]:
    """The least loss, by torch's LBFGS, and the figures of these weights."""
    start, inputs, targets = first_layers([], seed=0)[0], torch.tensor(X), torch.tensor(T)
    W = torch.tensor(start.W, requires_grad=True)
    optimizer = LBFGS([W], max_iter=100, tolerance_grad=1e-10, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        Z = W[0] + inputs[:4000] @ W[1:]
        value = F.binary_cross_entropy_with_logits(Z, targets[:4000])
        value.backward()
        return value

    optimizer.step(loss)
    return loss().item(), figures([start._replace(W=W.detach().numpy())])


if __name__ == "__main__":
    show("baseline", run())
