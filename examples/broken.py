"""A network that does not learn, repaired step by step, with what the oracle says of each step.

"Back propagation on matrix of weights" (Data Science Stack Exchange): 2-5-5-1, logistic units,
binary cross-entropy, samples as columns, here on XOR. ``_broken_network`` has its code. When its
gradients are right it still does not learn, for which see the program stuck, and what becomes of
them where a unit is saturated is in the program saturated. Slips of its that no figure shows:

- ``epoc % 100 is 0`` asks for identity, and works only where CPython keeps small integers;
- the methods of its second class are not indented as its ``__init__`` is: IndentationError;
- the cost is neither kept nor returned, a shape is printed each epoch, nothing predicts.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from examples import _broken_network as theirs
from examples import _torch
from examples._oracle import says
from examples._table import Row, show
from reference import Layer, backpropagate, binary_cross_entropy, sigmoid

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([[0.0], [1.0], [1.0], [0.0]])
VANISHING = "right, and vanishing: all weights positive, all units nearly the same"


def first_layers(kind: str, seed: int) -> list[Layer]:
    """His ``rand`` is U[0, 1), weights and biases; ``randn`` is normal."""
    draw, widths = getattr(np.random.RandomState(seed), kind), ((2, 5), (5, 5), (5, 1))
    return [Layer(draw(M, D).T.copy(), draw(M, 1)[:, 0].copy(), sigmoid) for D, M in widths]


def raised(by: Callable[[], Any]) -> str:
    try:
        by()
    except ValueError as error:
        return f"ValueError: {error}"
    return ""


def run(quick: bool = False) -> list[Row]:
    layers = first_layers("rand", 0)
    columns = [a for W, b, *_ in layers for a in (W.T, np.asarray(b)[:, None])]
    W1, b1, *_ = columns
    step = backpropagate(X, Y, layers, binary_cross_entropy)
    truth = _torch.step(X, Y, layers, binary_cross_entropy)

    def ratios(of: Any) -> list[float]:
        found = of(X.T, Y.T, *columns)[1]
        return [(found[f"W{k}"].T / dW).mean() for k, dW in enumerate(truth.dW, 1)]

    norms = [[np.linalg.norm(G) for G in dW] for dW in (step.dW, truth.dW)]
    db1 = theirs.as_pasted(X.T, Y.T, *columns)[1]["b1"]
    in_place = f"bias -= Db raises {raised(lambda: np.subtract(b1, db1, out=b1))}"
    grown = "bias = bias − Db would not raise: the bias grows, to one for each sample"
    product = raised(lambda: W1 @ X[:1])
    return [
        Row("1  as pasted: shape of db1", db1.shape, "5 1", mistake=f"not summed, {in_place}"),
        Row("   bias = bias − Db: shape", (b1 - db1).shape, "5 1", mistake=grown),
        *([] if quick else [says(theirs.as_pasted)]),  # two mistakes in db: a long search
        Row("2  biases summed: dW / torch", ratios(theirs.with_biases_summed), "1 1 1", mistake=M),
        says(theirs.with_biases_summed),
        Row("3  divided by m: dW / torch", ratios(theirs.divided_by_m), "1 1 1"),
        says(theirs.divided_by_m),
        Row("   cost, U[0, 1), seed 0", step.L, "1.168220400", truth.L),
        Row(
            "   outputs, least and largest",
            extremes(step.A[2]),
            "0.888 0.895",
            extremes(truth.A[2]),
        ),
        Row("   |dW|", norms[0], "0.00379 0.0477 0.803", norms[1], note=VANISHING),
        # The prose has samples as rows, the code as columns: 1×2 into W1 5×2 does not go.
        Row("4  W1 5×2 · x 1×2, as in the prose", product[:10], note=product),
        Row("   labels (m,) − (1, m): elements", (Y[:, 0] - step.A[2].T).size, "4"),
        Row("   labels (m, 1) − (1, m): elements", (Y - step.A[2].T).size, "4", mistake=SILENT),
    ]


M = "the 1/m of the cost is missing: all is m = 4 times too large"
SILENT = "broadcasting makes it m×m, without a word"


def extremes(A: np.ndarray) -> list[float]:
    return [A.min(), A.max()]


if __name__ == "__main__":
    show("broken", run())
