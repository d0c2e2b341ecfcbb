"""Shamdasani's 2-3-1 network for marks from hours of study; the sigmoids that were printed wrong.

Samay Shamdasani, "Build a Flexible Neural Network with Backpropagation in Python" (enlight.nyc,
dev.to). No bias, and no learning rate: "+=" of the deltas is gradient descent with rate 1 on
½Σ(y − o)², while the loss that it prints is their mean square. Its text has the first weights
between 0 and 1, its code draws them from randn, as the training here does.
"""

import functools

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend
from reference import Layer, backpropagate, forward_sweep, sigmoid, squared_error

HOURS = np.array([[2.0, 9.0], [1.0, 5.0], [3.0, 6.0]])  # studied, slept
X = HOURS / HOURS.max(axis=0)
T = np.array([[92.0], [86.0], [89.0]]) / 100
CUT = "some copies print the sum below: sigmoids cut to four digits, and 1.000 for the wrong one"


@functools.cache
def training(steps: int = 1000) -> tuple[list[Layer], np.ndarray]:
    random = np.random.default_rng(0)
    layers = [Layer(random.normal(size=shape), None, sigmoid) for shape in ((2, 3), (3, 1))]
    losses = np.empty(steps)
    for n in range(steps):
        step = backpropagate(X, T, layers, squared_error, "sum")
        losses[n] = 2 * step.L / len(X)  # the mean square that is printed
        layers = descend(layers, step, rate=1.0)
    return layers, losses


def run(quick: bool = False) -> list[Row]:
    # The worked arithmetic of the forward pass, for 2 hours of study and 9 of sleep.
    x = HOURS[:1]
    W1 = np.array([[0.2, 0.6, 0.1], [0.8, 0.3, 0.7]])
    W2 = np.array([[0.4], [0.5], [0.9]])
    layers = [Layer(W1, None, sigmoid), Layer(W2, None, sigmoid)]
    trace = forward_sweep(x, layers)
    z, s = trace.Z[0][0], trace.A[0][0]
    torch = _torch.step(x, T[:1], layers, squared_error, "sum")
    t = torch.A[0][0]
    cut = np.array([0.9994, 1.000, 0.9984]) @ W2[:, 0]
    forgotten = "it is 1 + e⁻⁷·⁵, the reciprocal forgotten; no sigmoid is above 1. Of 3.9 it is"
    rows = [
        Row("X scaled, first column", X[:, 0], "0.6667 0.3333 1"),
        Row("X scaled, second column", X[:, 1], "1 0.5556 0.6667"),
        Row("(2·0.2) + (9·0.8)", z[0], "7.6"),
        Row("(2·0.6) + (9·0.3)", z[1], "7.5", wrong="a slip of addition; copies have it right"),
        Row("(2·0.1) + (9·0.7)", z[2], "6.5"),
        Row("S(7.6)", s[0], "0.999499799", t[0]),
        Row("S(7.5)", at(7.5), "1.000553084", wrong=f"{forgotten} {at(3.9):.7f}"),
        Row("  1 + e⁻⁷·⁵", 1 + np.exp(-7.5), "1.000553084"),
        Row("S(3.9), which was due", s[1], "", t[1]),
        Row("S(6.5)", s[2], "0.998498818", t[2]),
        Row("z of the output", trace.Z[1][0], "1.79832", wrong=CUT),
        Row("  (0.9994·0.4) + (1.000·0.5) + (0.9984·0.9)", cut, "1.79832"),
        Row("  with 1.000553 in the middle", s @ W2[:, 0] + (1 + np.exp(-7.5) - s[1]) * 0.5),
        Row("output", trace.A[1][0], "0.8579443067", torch.A[1][0], wrong="likewise"),
        Row("  S(1.79832)", at(1.79832), "0.8579443067"),
    ]
    # Its "+=" of the deltas, against autograd on the loss that they belong to.
    step = backpropagate(X, T, layers, squared_error, "sum")
    torch = _torch.step(X, T, layers, squared_error, "sum")
    _, (printed, _) = _torch.gradients(
        lambda W1, W2: (
            (_torch.tensor(T) - ((_torch.tensor(X) @ W1).sigmoid() @ W2).sigmoid()).square().mean()
        ),
        W1,
        W2,
    )
    ratio = step.dW[0] / printed
    trained, losses = training()
    marks = forward_sweep(X, trained).A[-1] * 100
    rows += [
        Row("∂(½Σ(y − o)²)/∂W1", step.dW[0], "", torch.dW[0]),
        Row("∂(½Σ(y − o)²)/∂W2", step.dW[1], "", torch.dW[1]),
        Row("  over that of the printed mean", [ratio.min(), ratio.max()], "1.5 1.5"),
        Row("mean square, steps 1 and 1,000", losses[[0, -1]]),
        Row("marks after 1,000 steps (92 86 89)", marks),
        Row("  4 and 8 hours, scaled by their own largest", mark(trained, [0.5, 1.0])),
        Row(
            "  4 and 8 hours, scaled as the training was",
            mark(trained, [4 / 3, 8 / 9]),
            note="scaled by its own largest number, as the article does it, a new sample says "
            "nothing of hours any more",
        ),
    ]
    return rows


def at(z: float) -> float:
    return float(sigmoid(np.array(z))[0])


def mark(layers: list[Layer], hours: list[float]) -> np.ndarray:
    return forward_sweep(np.array([hours]), layers).A[-1][0] * 100


if __name__ == "__main__":
    show("hours_studied", run())
