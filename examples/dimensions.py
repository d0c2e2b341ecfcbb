"""Dimensions that do not work out: 784-100-10-10, a row not dropped, an index off by one.

Mathematics Stack Exchange 2973577 (samples as rows, the bias as first row of a W: W3 has 11 rows,
H2 10 units) and 4036083 (W_i where W_{i+1} is due); "Matrix dimensions don't work out" (Cross
Validated); Data Science Stack Exchange 54731. δ_i = δ_{i+1}·W_{i+1}ᵀ∘f'(z_i), dW_i = a_{i−1}ᵀ·δ_i.
"""

from typing import Any

import numpy as np

from examples import _torch
from examples._compare import relatively_apart
from examples._table import Row, show
from examples.matrix_form import net
from reference import Layer, backpropagate, sigmoid, squared_error

ROW = "a column too many for the 10 units: the bias row of W3 has to stay behind"
LAST = "it is the first row that is the bias: the shape is right, and the values are wrong"
SQUARE = "nothing is raised where all layers are equally wide, and the values are wrong"


def entry_by_entry(what: str, *factors: np.ndarray) -> Row:
    """The shape of the product, or what NumPy says to factors that do not fit."""
    try:
        return Row(what, np.multiply(*factors).shape)
    except ValueError as error:
        return Row(what, "ValueError", note=str(error))


def run(quick: bool = False) -> list[Row]:
    return rows_of_the_bias() + index_off_by_one()


def rows_of_the_bias() -> list[Row]:
    layers, step, torch = network([784, 100, 10, 10])
    W3, slope2, d3 = layers[2].W, step.A[1] * (1 - step.A[1]), step.dZ[2]
    first, last = (d3 @ W.T * slope2 for W in (W3[1:], W3[:-1]))
    return [
        Row(
            "784-100-10-10: W1, W2, W3",
            [n for W in step.dW for n in W.shape],
            "785 100 101 10 11 10",
        ),
        Row("  |dW1|, |dW2|, |dW3|", norms(step.dW), "", norms(torch.dW)),
        Row("  columns of δ3·W3ᵀ", (d3 @ W3.T).shape[1], "10", mistake=ROW),
        entry_by_entry("  δ3·W3ᵀ∘f'(z2)", d3 @ W3.T, slope2),
        Row(
            "  W3 without its first row: δ2 − torch", relatively_apart(first, torch.dZ[1]), "≤1e-14"
        ),
        Row("  without its last", relatively_apart(last, torch.dZ[1]), "≤1e-14", mistake=LAST),
    ]


def index_off_by_one() -> list[Row]:
    """δ2 by W2, of which it came, for W3, through which it comes back."""
    rows = []
    for widths in ([784, 100, 10, 10], [10, 10, 10, 10]):
        layers, step, torch = network(widths)
        W2, slope2, d3 = layers[1].W[1:], step.A[1] * (1 - step.A[1]), step.dZ[2]
        name = "-".join(map(str, widths))
        rows.append(entry_by_entry(f"{name}: δ3·W2ᵀ∘f'(z2)", d3 @ W2.T, slope2))
    wrong, right = d3 @ W2.T * slope2, d3 @ layers[2].W[1:].T * slope2
    return [
        *rows,
        Row("  δ2 − torch", relatively_apart(wrong, torch.dZ[1]), "≤1e-14", mistake=SQUARE),
        Row("  by W3: δ2 − torch", relatively_apart(right, torch.dZ[1]), "≤1e-14"),
    ]


def network(widths: list[int]) -> tuple[list[Layer], Any, Any]:
    random = np.random.default_rng(0)
    X, T = random.random((4, widths[0])), np.eye(10)[:4]
    layers = [layer._replace(W=layer.W / 10) for layer in net(widths, bias_row=True, f=sigmoid)]
    step = backpropagate(X, T, layers, squared_error, "sum")
    return layers, step, _torch.step(X, T, layers, squared_error, "sum")


def norms(gradients: list[np.ndarray]) -> list[float]:
    return [float(np.linalg.norm(G)) for G in gradients]


if __name__ == "__main__":
    show("dimensions", run())
