"""Gorman's 1,500 epochs on the stairs, and what chaos leaves of them: no last digit.

The pictures, the first weights and the rate are those of the program stairs.
"""

import functools

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from examples.stairs import RATE, accuracy, first_weights, pictures
from reference import Layer, backpropagate, forward_sweep
from reference.losses import cross_entropy_with_labels

EPOCHS = 1500


@functools.cache
def training(nudge: int = 0) -> tuple[list[Layer], np.ndarray]:
    """The layers, and the loss and the accuracy before each epoch; one weight is 1 ulp larger."""
    (X, y), _ = pictures()
    layers, course = first_weights(), np.empty((EPOCHS, 2))
    if nudge:
        pixel_weights = layers[0].W[1:].reshape(-1)
        pixel_weights[nudge] = np.nextafter(pixel_weights[nudge], 1)
    for epoch in range(EPOCHS):
        step = backpropagate(X, y, layers, cross_entropy_with_labels)
        course[epoch] = step.L, accuracy(step.A[-1], y)
        layers = descend(layers, step, RATE)
    return layers, course


EPOCHS_SHOWN = [102, 502, 1002, 1402]
BANDS = [(0.36, 0.52), (0.27, 0.43), (0.24, 0.38), (0.22, 0.4)]
ONE_RUN = (
    "one run had 0.40742329 0.30802013 0.28009047 0.32217589 at these epochs, a loss of 0.2689 and "
    "an accuracy of 0.91 at the end, and 0.3318 in the test: digits that no other machine need have"
)


def run(quick: bool = False) -> list[Row]:
    """1,500 epochs, from the same weights but for one unit in the last place of one of them.

    The bands are those of eighty such runs, and then some room, as other machines round otherwise.
    """
    (X, y), (X_test, y_test) = pictures()
    runs = 2 if quick else 8
    ends, courses = zip(*(training(nudge) for nudge in range(runs)))
    losses = np.array(courses)[:, :, 0]
    train, test = (np.array([figures(layers, *of) for layers in ends]) for of in pictures())
    torch = None
    if not quick:
        trained = _torch.train(X, y, first_weights(), cross_entropy_with_labels, RATE, EPOCHS)
        torch = figures(trained, X_test, y_test)[1]
    apart = np.abs(losses[1] - losses[0])
    chaos = (
        "a number inside the spread, and no more: raw pixels make the training chaotic. A nudge of "
        "one weight by one unit in the last place moves the loss by 0.001 at epoch "
        f"{np.argmax(apart > 1e-3) + 1}"
    )
    rows = [
        Row(
            "test accuracy after 1,500 epochs",
            test[0, 1],
            "0.87",
            torch,
            note=chaos,
            within=0.12,
            rtol=0.25,
        ),
        Row(f"  least, largest of {runs} runs", extremes(test[:, 1]), "≥0.75 ≤0.95"),
        Row("  test loss", extremes(test[:, 0]), "≥0.22 ≤0.50"),
        Row("train accuracy, least, largest", extremes(train[:, 1]), "≥0.84 ≤0.95"),
        Row("  train loss", extremes(train[:, 0]), "≥0.22 ≤0.40"),
    ]
    for epoch, (low, high) in zip(EPOCHS_SHOWN, BANDS):
        note = ONE_RUN if epoch == EPOCHS_SHOWN[-1] else ""
        band, at = f"≥{low} ≤{high}", extremes(losses[:, epoch - 1])
        rows.append(Row(f"  loss at epoch {epoch:,}", at, band, note=note))
    return [
        *rows,
        Row("the loss goes up, part of all epochs", (np.diff(losses[0]) > 0).mean(), "≥0.1"),
    ]


def extremes(figures: np.ndarray) -> list[float]:
    return [figures.min(), figures.max()]


def figures(layers: list[Layer], X: np.ndarray, y: np.ndarray) -> list[float]:
    P = forward_sweep(X, layers).A[-1]
    return [float(cross_entropy_with_labels(P, y)[0].mean()), accuracy(P, y)]


if __name__ == "__main__":
    show("chaos", run())
