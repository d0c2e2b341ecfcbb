"""Two orders of update behind Mazur's published figures, in one step and in ten thousand.

All layers at once from the same gradients (simultaneous) is gradient descent. Layer after layer,
the error going back through weights that are already updated (sequential), is a mistake, and some
of his figures are of the one kind and some of the other.
"""

import functools
from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from examples._training import descend, descend_in_turn
from examples.mazur import LAYERS, RATE, T, X, of
from reference import Layer, backpropagate, forward_sweep, squared_error


@functools.cache
def both_orders(steps: int) -> tuple[list[list[Layer]], np.ndarray]:
    """Layers after so many steps, simultaneous and sequential, and the error before each step."""
    simultaneous, sequential = LAYERS, LAYERS
    errors = np.empty((steps, 2))
    for n in range(steps):
        step = backpropagate(X, T, simultaneous, squared_error, "sum")
        other = backpropagate(X, T, sequential, squared_error, "sum")
        errors[n] = step.L, other.L
        simultaneous = descend(simultaneous, step, RATE, biases_learn=False)
        sequential = descend_in_turn(X, sequential, other, RATE)
    return [simultaneous, sequential], errors


def run(quick: bool = False) -> list[Row]:
    (after, in_turn), _ = both_orders(1)
    by_torch = _torch.train(X, T, LAYERS, squared_error, RATE, 1, "sum", biases_learn=False)
    rows = [
        Row(
            "E after one step",
            error(after),
            "0.291027924",
            error(by_torch),
            wrong="it is that of the sequential update, the hidden layer's error having come back "
            "through the updated w5 … w8; the w⁺ beside it are simultaneous",
        ),
        Row("  sequential", error(in_turn), "0.291027924"),
        Row("  sequential w1⁺ … w4⁺", of(in_turn[0].W)),
    ]
    # Ten thousand.
    (after, in_turn), errors = both_orders(10_000)
    torch_after: Any = None
    if not quick:
        torch_after = _torch.train(X, T, LAYERS, squared_error, RATE, 10_000, "sum", False)
    out = forward_sweep(X, after).A[-1]
    rows += [
        Row(
            "out_o after 10,000 steps",
            out,
            "0.015912196 0.984065734",
            None if quick else forward_sweep(X, torch_after).A[-1],
            wrong="they are those of the sequential update",
            rtol=1e-9,
        ),
        Row("  sequential", forward_sweep(X, in_turn).A[-1], "0.015912196 0.984065734"),
        Row(
            "E after 10,000 steps",
            error(after),
            "0.0000351085",
            None if quick else error(torch_after),
            wrong="it is simultaneous, but taken before the 10,000th step: after 9,999",
            rtol=1e-9,
        ),
        Row("  after 9,999", errors[-1, 0], "0.0000351085"),
        Row("  sequential", error(in_turn)),
        Row("W1, final", of(after[0].W)),
        Row("W2, final", of(after[1].W)),
    ]
    return rows


def error(layers: list[Layer]) -> float:
    return float(squared_error(forward_sweep(X, layers).A[-1], T)[0][0])


if __name__ == "__main__":
    show("update_order", run())
