"""Gorman's 1,500 epochs on the stairs, and what chaos leaves of them: no last digit.

The pictures, the first weights and the rate are those of the program stairs.
"""

import functools

import numpy as np

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


def run(quick: bool = False) -> list[Row]:
    """1,500 epochs, from the same weights but for one unit in the last place of one of them."""
    (X, y), (X_test, y_test) = pictures()
    runs = 2 if quick else 6
    courses, results = [], []
    for nudge in range(runs):
        layers, course = training(nudge)
        courses.append(course[:, 0])
        results.append(figures(layers, X, y) + figures(layers, X_test, y_test))
    apart = np.abs(courses[1] - courses[0])
    low, high = np.min(results, axis=0), np.max(results, axis=0)
    chaos = (
        f"no last digit of it can be reproduced, or has a meaning: raw pixels make the training "
        f"chaotic. A nudge of one weight by one unit in the last place moves the loss by 0.001 at "
        f"epoch {np.argmax(apart > 1e-3)}. The row has the least and the largest of {runs} runs"
    )
    return [
        Row("test accuracy after 1,500 epochs", results[0][3], "0.87", within=0.02, note=chaos),
        Row("  least, largest", [low[3], high[3]], "≥0.84 ≤0.90"),
        Row("train accuracy, least, largest", [low[1], high[1]], "≥0.87 ≤0.94"),
        Row("train loss, least, largest", [low[0], high[0]], "≥0.22 ≤0.36"),
        Row("test loss, least, largest", [low[2], high[2]]),
        Row("the loss goes up, part of all epochs", (np.diff(courses[0]) > 0).mean(), "≥0.1"),
    ]


def figures(layers: list[Layer], X: np.ndarray, y: np.ndarray) -> list[float]:
    P = forward_sweep(X, layers).A[-1]
    return [float(cross_entropy_with_labels(P, y)[0].mean()), accuracy(P, y)]


if __name__ == "__main__":
    show("chaos", run())
