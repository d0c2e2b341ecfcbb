"""The ways to mind costs that the program dermatology compares: output, losses and decision.

The numbers 1 to 4 are those of Kukar and Kononenko's four ways.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from reference import (
    cost_factors,
    cost_vector,
    cost_weighted_cross_entropy,
    expected_cost,
    identity,
    minimum_cost_decisions,
    rate_factors,
    rescaled_probabilities,
    sigmoid,
    softmax,
    weighted_squared_error,
)
from reference.losses import cross_entropy_with_labels

Loss = Callable[..., Any]
Training = tuple[str, Any, list[Loss], str]  # name, output, losses one after the other, decision


def ways(C: np.ndarray, counts: np.ndarray) -> list[Training]:
    """Name, output, loss and decision: the four ways, the expected cost, and what minds no cost."""
    E = cost_vector(C, counts)
    F3, F4 = rate_factors(E), cost_factors(C / C.max(), E / C.max())
    ones = np.ones((6, 6))

    def second(A: np.ndarray, y: np.ndarray) -> Any:
        P, rescaled = rescaled_probabilities(A, E)
        losses, squared = weighted_squared_error(P, y, ones)
        return losses, lambda dlosses: rescaled(squared(dlosses)[0])

    def weighted(Z: np.ndarray, y: np.ndarray) -> Any:
        return cost_weighted_cross_entropy(Z, y, E / E.max())

    def expected(P: np.ndarray, y: np.ndarray) -> Any:
        return expected_cost(P, y, C)

    def square(factors: np.ndarray) -> Loss:
        return lambda A, y: weighted_squared_error(A, y, factors)

    entropy = cross_entropy_with_labels
    return [
        ("cross-entropy", softmax, [entropy], "likeliest"),
        ("  decided by least cost", softmax, [entropy], "cheapest"),
        ("  weighted by E/max E", identity, [weighted], "likeliest"),
        ("expected cost", softmax, [expected], "likeliest"),
        ("  after cross-entropy", softmax, [entropy, expected], "likeliest"),
        ("squared error", sigmoid, [square(ones)], "likeliest"),
        ("  1 decided by E", sigmoid, [square(ones)], "rescaled"),
        ("  2 output adapted", sigmoid, [second], "rescaled"),
        ("  3 rate adapted", sigmoid, [square(F3)], "likeliest"),
        ("  4 cost minimised", sigmoid, [square(F4)], "likeliest"),
    ]


def decide(P: np.ndarray, how: str, C: np.ndarray, E: np.ndarray) -> np.ndarray:
    if how == "cheapest":
        return minimum_cost_decisions(P, C)
    return (rescaled_probabilities(P, E)[0] if how == "rescaled" else P).argmax(axis=1)
