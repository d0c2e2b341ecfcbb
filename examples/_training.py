"""Steps that several programs share: gradient descent in two orders, and RProp."""

from collections.abc import Sequence

import numpy as np

from reference import Layer, backward_sweep, gradient_descent, rprop_state, rprop_step
from reference.network import Step, forward_sweep
from reference.rprop import RpropState, Variant

States = list[tuple[RpropState, RpropState | None]]  # of W and of b, layer after layer


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


def rprop_states(layers: Sequence[Layer], first_step: float = 0.01) -> States:
    return [
        (rprop_state(W, first_step), None if b is None else rprop_state(b, first_step))
        for W, b, *_ in layers
    ]


def rprop(
    layers: Sequence[Layer], states: States, step: Step, variant: Variant = "irprop-"
) -> tuple[list[Layer], States]:
    """An RProp step of every weight and bias."""
    after, states_after = [], []
    for layer, (of_W, of_b), dW, db in zip(layers, states, step.dW, step.db):
        W, of_W = rprop_step(layer.W, dW, of_W, variant, float(step.L))
        b = layer.b
        if b is not None and db is not None and of_b is not None:
            b, of_b = rprop_step(b, db, of_b, variant, float(step.L))
        after.append(layer._replace(W=W, b=b))
        states_after.append((of_W, of_b))
    return after, states_after
