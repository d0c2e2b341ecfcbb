"""The code of a network that does not learn, as its author has it, and its repairs.

It is the subject of the program ``broken``, not an example of how to write a network:
``oracle check examples/_broken_network.py::as_pasted`` says what is wrong with it.
"""
# mypy: allow-untyped-defs

import numpy as np


def gradients(X, Y, W1, b1, W2, b2, W3, b3, sums_biases, divides_by_m):
    """His forward and backward pass in few words; a flag mends each of its two mistakes."""
    m = X.shape[1]
    A1 = 1 / (1 + np.exp(-(W1 @ X + b1)))
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    A3 = 1 / (1 + np.exp(-(W3 @ A2 + b3)))
    cost = -np.sum(Y * np.log(A3) + (1 - Y) * np.log(1 - A3)) / m

    delta3 = A3 * (1 - A3) * -(Y / A3 - (1 - Y) / (1 - A3))
    if divides_by_m:
        delta3 = delta3 / m
    delta2 = W3.T @ delta3 * A2 * (1 - A2)
    delta1 = W2.T @ delta2 * A1 * (1 - A1)
    db = [delta1, delta2, delta3]
    if sums_biases:
        db = [delta.sum(axis=1, keepdims=True) for delta in db]
    dW = [delta1 @ X.T, delta2 @ A1.T, delta3 @ A2.T]
    return cost, {"W1": dW[0], "W2": dW[1], "W3": dW[2], "b1": db[0], "b2": db[1], "b3": db[2]}


# oracle: shapes X: 2 m, Y: 1 m binary, W1: 5 2, b1: 5 1, W2: 5 5, b2: 5 1, W3: 1 5, b3: 1 1
def as_pasted(X, Y, W1, b1, W2, b2, W3, b3):
    return gradients(X, Y, W1, b1, W2, b2, W3, b3, sums_biases=False, divides_by_m=False)


# oracle: shapes X: 2 m, Y: 1 m binary, W1: 5 2, b1: 5 1, W2: 5 5, b2: 5 1, W3: 1 5, b3: 1 1
def with_biases_summed(X, Y, W1, b1, W2, b2, W3, b3):
    return gradients(X, Y, W1, b1, W2, b2, W3, b3, sums_biases=True, divides_by_m=False)


# oracle: shapes X: 2 m, Y: 1 m binary, W1: 5 2, b1: 5 1, W2: 5 5, b2: 5 1, W3: 1 5, b3: 1 1
def divided_by_m(X, Y, W1, b1, W2, b2, W3, b3):
    return gradients(X, Y, W1, b1, W2, b2, W3, b3, sums_biases=True, divides_by_m=True)


# oracle: shapes Z: 1 m, Y: 1 m binary
def delta_as_product(Z, Y):
    """His δ3, under a cost that keeps its digits where the sigmoid is rounded to 1."""
    A = 1 / (1 + np.exp(-Z))
    cost = np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z))))
    return cost, A * (1 - A) * -(Y / A - (1 - Y) / (1 - A))


# oracle: shapes Z: 1 m, Y: 1 m binary
def delta_as_difference(Z, Y):
    """The same, multiplied out."""
    A = 1 / (1 + np.exp(-Z))
    cost = np.sum(np.maximum(Z, 0) - Z * Y + np.log1p(np.exp(-np.abs(Z))))
    return cost, A - Y
