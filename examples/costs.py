"""What a mistake on each class costs on the average: Kukar and Kononenko's cost vectors.

M. Kukar and I. Kononenko, "Cost-sensitive learning with neural networks" (ECAI 1998), with the
cost matrices of the program joshi. The program dermatology trains with them.
"""

import numpy as np

from examples._table import Row, show
from examples.joshi import MATRICES
from reference import cost_vector, misclassification_costs, rate_factors

COUNTS = np.array([112, 61, 72, 49, 52, 20.0])  # of all 366; without an age missing:
COUNTS_358 = np.array([111, 60, 71, 48, 48, 20.0])


def run(quick: bool = False) -> list[Row]:
    """E[i], what a mistake on class i costs on the average, and the rates of the third way."""
    rows = []
    for kind, C in MATRICES.items():
        E = cost_vector(C, COUNTS)
        rows += [
            Row(f"E, {kind}", E),
            Row("  rate factors", rate_factors(E)[:, 0]),
            Row("  E of the 358", cost_vector(C, COUNTS_358)),
        ]
    same = misclassification_costs(1 - np.eye(6))
    return [*rows, Row("E where all mistakes cost 1", cost_vector(same, COUNTS), "1 1 1 1 1 1")]


if __name__ == "__main__":
    show("costs", run())
