"""The Jacobian that is never built: Bendersky's counts, its pattern, and what Johnson makes of it.

Eli Bendersky, "Backpropagation through a fully-connected layer" (2018): a picture of 128×128, a
hundred outputs, and ∂y/∂W has 164 million elements, of which one in a hundred is not 0. Justin
Johnson, "Backpropagation for a Linear Layer" (2017). The program jacobian_measured has its time and
memory.
"""

import numpy as np
import torch

from examples import _torch
from examples._table import Row, show
from reference import (
    affine_columns,
    affine_columns_weight_jacobian,
    affine_input_jacobian,
    affine_jacobian_cost,
    affine_weight_jacobian,
    outer_products,
)

QUOTED = "as it is quoted; not read in the original"


def run(quick: bool = False) -> list[Row]:
    picture = affine_jacobian_cost(D=128 * 128, M=100)
    batch = affine_jacobian_cost(D=128 * 128, M=100, N=32)
    johnson = affine_jacobian_cost(D=4096, M=4096, N=64, of="inputs")
    rows = [
        Row("elements of W, N·T = 128·128·100", 128 * 128 * 100, "1638400"),
        Row("elements of ∂y/∂W, T·N·T", picture.elements, "163840000"),
        Row("  bytes, 4 for each", picture.bytes, "655360000"),
        Row("  GiB (more than ½)", picture.bytes / 2**30, "0.610"),
        Row("  multiplications, dense product", picture.elements, "163840000"),
        Row("  multiplications, matrix form", picture.nonzeros, "1638400"),
        Row("  the one over the other: T", picture.elements / picture.nonzeros, "100"),
        Row("elements of ∂Y/∂W, batch of 32", batch.elements, "5242880000"),
        Row("Johnson's ∂Y/∂X, (64·4096)²", johnson.elements, "68719476736", note=QUOTED),
        Row("  GiB at 4 bytes", johnson.bytes / 2**30, "256"),
    ]
    return rows + pattern() + johnsons_example()


def pattern() -> list[Row]:
    """T = 3 outputs, N = 4 inputs: row i of ∂y/∂W is zero but for its block i, which is x."""
    random = np.random.default_rng(0)
    x, W, dy = random.normal(size=(4, 1)), random.normal(size=(3, 4)), random.normal(size=(1, 3))
    J = affine_columns_weight_jacobian(x, W)
    blocks = np.zeros((3, 3, 4))
    blocks[range(3), range(3)] = x[:, 0]
    by_torch = torch.autograd.functional.jacobian(
        lambda W: (W @ torch.tensor(x))[:, 0], torch.tensor(W)
    )
    product = (dy @ J).reshape(3, 4)
    _, pullback = affine_columns(x, W, np.zeros((3, 1)))
    _, (dx,) = _torch.gradients(lambda x: (_torch.tensor(dy) @ _torch.tensor(W) @ x).sum(), x)
    return [
        Row("∂y/∂W, T = 3, N = 4, a row", J[0], "", by_torch.reshape(3, 12).numpy()[0], rtol=0),
        Row("  Jacobian − blocks of x", np.abs(J.reshape(3, 3, 4) - blocks).max(), "≤0"),
        Row("  not 0, N·T", np.count_nonzero(J), "12"),
        Row("  density, 1/T", np.count_nonzero(J) / J.size, "0.333333"),
        Row("  ∂L/∂y·J − ∂L/∂y⊗x", np.abs(product - outer_products(x.T, dy)[0].T).max(), "≤1e-15"),
        Row("∂L/∂x", np.asarray(pullback(dy.T)[0]), "", dx),
        Row("  − Wᵀ·∂L/∂y", np.abs(dx - W.T @ dy.T).max(), "≤1e-15"),
    ]


def johnsons_example() -> list[Row]:
    """Y = XW, N = 2, D = 2, M = 3: dX = dY·Wᵀ, dW = Xᵀ·dY, and the Jacobians that say the same."""
    random = np.random.default_rng(2)
    X, W, dY = (random.normal(size=shape) for shape in ((2, 2), (2, 3), (2, 3)))
    _, (dX, dW) = _torch.gradients(lambda X, W: (_torch.tensor(dY) * (X @ W)).sum(), X, W)
    JX, JW = affine_input_jacobian(X, W), affine_weight_jacobian(X, W)
    return [
        Row("Johnson, 2×2 by 2×3: ∂Y/∂X, ∂Y/∂W", [*JX.shape, *JW.shape], "6 4 6 6"),
        Row("  dX = dY·Wᵀ", dY @ W.T, "", dX),
        Row("  − dY·∂Y/∂X", np.abs(dY.ravel() @ JX - (dY @ W.T).ravel()).max(), "≤1e-15"),
        Row("  dW = Xᵀ·dY", X.T @ dY, "", dW),
        Row("  − dY·∂Y/∂W", np.abs(dY.ravel() @ JW - (X.T @ dY).ravel()).max(), "≤1e-15"),
    ]


if __name__ == "__main__":
    show("jacobian", run())
