"""Gorman's stairs: 2×2 pictures, bias columns, softmax; why the Keras listing has other weights.

Ben Gorman, "Neural Networks - A Worked Example" (gormananalysis.com, 2017). A picture has stairs if
one of the upper pixels is dark and the three others are light. Pixels are 0..255, not scaled. The
bias is the first row of a W and meets a column of ones. Nothing is downloaded: the 500 pictures
and the first weights come out of R's own generator again.
"""

import functools

import numpy as np

from examples import _torch
from examples._r_random import R
from examples._table import Row, show
from examples._training import descend, descend_in_turn
from reference import Layer, backpropagate, sigmoid, softmax
from reference.losses import cross_entropy_with_labels

RATE = 0.1
# What the listing's comment says that Keras has after one step: W1, its biases, W2, its biases.
LISTING = (
    "-0.002025512 0.0087154731 0.002760389 0.0032557009 "
    "0.003623125 0.0003690708 -0.010618099 -0.0107602663",
    "-0.004693955 0.007963512",
    "-0.00490462780 0.003832591 0.00003715511 0.003657288",
    "-0.004931618 -0.003266816",
)
FLOAT32 = 5e-9
KERAS = (
    "a comment, said to be by Keras: it is the sequential update, W2 first, the hidden layer's "
    "error having come back through the new W2 (in float32)"
)
Pictures = tuple[np.ndarray, np.ndarray]


@functools.cache
def pictures() -> tuple[Pictures, Pictures]:
    """Pixels R1C1 R1C2 R2C1 R2C2 and labels (0 is stairs, as Y's first column): train, test."""
    r = R(2017)
    dark, light, any_gray = (0, 10), (150, 255), (0, 255)

    def draw(n: int, *ranges: tuple[int, int]) -> np.ndarray:
        return np.column_stack([r.sample_with_replacement(*limits, n) for limits in ranges])

    left = draw(125, dark, light, light, light)
    right = draw(125, light, dark, light, light)
    others = draw(250, any_gray, any_gray, any_gray, any_gray)
    X = np.vstack([left, right, others]).astype(np.float64)
    y = np.repeat([0, 1], 250)
    order = r.sample(500, 500)
    X, y = X[order], y[order]
    test = np.zeros(500, bool)
    test[r.sample(500, 100)] = True
    return (X[~test], y[~test]), (X[test], y[test])


def first_weights() -> list[Layer]:
    """U(−0.01, 0.01) after set.seed(1), W1 and then W2, column after column."""
    r = R(1)
    W1 = r.runif(10, -0.01, 0.01).reshape(2, 5).T.copy()
    W2 = r.runif(6, -0.01, 0.01).reshape(2, 3).T.copy()
    return [Layer(W1, None, sigmoid, bias_row=True), Layer(W2, None, softmax, bias_row=True)]


def run(quick: bool = False) -> list[Row]:
    (X, y), (_, y_test) = pictures()
    layers = first_weights()
    step = backpropagate(X, y, layers, cross_entropy_with_labels)
    torch = _torch.step(X, y, layers, cross_entropy_with_labels)
    after, in_turn = descend(layers, step, RATE), descend_in_turn(X, layers, step, RATE)
    rows = [
        Row("pictures with stairs, train", (y == 0).sum(), "203"),
        Row("pictures with stairs, test", (y_test == 0).sum(), "47"),
        Row("first pictures", X[:3], "252 4 155 175 175 10 186 200 82 131 230 100"),
        Row("first weights, W1", layers[0].W[:, 0]),
        Row("first loss", step.L, "0.6934985", torch.L),
        Row("first accuracy", accuracy(step.A[-1], y)),
        Row(
            "Ŷ of the first picture",
            step.A[-1][0],
            "0.4986581 0.5013419",
            torch.A[-1][0],
            wrong="a comment in the listing; why is not known, the first loss beside it is right",
        ),
        Row("∂CE/∂W2, stairs", step.dW[1][:, 0], "", torch.dW[1][:, 0]),
        Row("∂CE/∂W1, unit 1", step.dW[0][:, 0], "", torch.dW[0][:, 0]),
        Row("∂CE/∂W1, unit 2", step.dW[0][:, 1], "", torch.dW[0][:, 1]),
        Row("∂CE/∂W2, stairs and not, their sum", np.abs(step.dW[1].sum(axis=1)).max(), "≤1e-16"),
    ]
    # The listing has weights and biases apart.
    right, sequential, by_torch = (
        [layer.W[part] for layer in of for part in (slice(1, None), 0)]
        for of in (after, in_turn, _torch.train(X, y, layers, cross_entropy_with_labels, RATE, 1))
    )
    for k, name in enumerate(("W1", "b1", "W2", "b2")):
        wrong, within = (KERAS, None) if k < 2 else ("", FLOAT32)
        name = f"{name} after one step"
        rows.append(Row(name, right[k], LISTING[k], by_torch[k], wrong, within=within))
        if wrong:
            rows.append(Row("  sequential", sequential[k], LISTING[k], within=FLOAT32))
    return rows


def accuracy(P: np.ndarray, y: np.ndarray) -> float:
    return float((P.argmax(axis=1) == y).mean())


if __name__ == "__main__":
    show("stairs", run())
