"""Steps that several programs share: all layers at once, or one after the other."""

from collections.abc import Sequence

import numpy as np

from reference import Layer, backward_sweep, gradient_descent
from reference.network import Step, forward_sweep


def descend(
    layers: Sequence[Layer], step: Step, rate: float, biases_learn: bool = True
) -> list[Layer]:
    """The simultaneous update: every gradient was taken at the old weights."""
    after = []
    for layer, dW, db in zip(layers, step.dW, step.db):
        W, b = gradient_descent(layer.W, dW, rate=rate)[0], layer.b
        if b is not None and db is not None and biases_learn:
            b, _ = gradient_descent(b, db, rate=rate)
        after.append(layer._replace(W=W, b=b))
    return after


def descend_in_turn(X: np.ndarray, layers: Sequence[Layer], step: Step, rate: float) -> list[Layer]:
    """The sequential update, a mistake: each layer gets its error through weights already updated.

    The weights alone, from the last layer to the first, all of a forward sweep at the old weights.
    """
    layers, dW = list(layers), step.dW[-1]
    trace = forward_sweep(X, layers)
    for k in reversed(range(len(layers))):
        layers[k] = layers[k]._replace(W=gradient_descent(layers[k].W, dW, rate=rate)[0])
        if k:
            dW = backward_sweep(X, layers, trace, dZ=step.dZ[-1]).dW[k - 1]
    return layers
