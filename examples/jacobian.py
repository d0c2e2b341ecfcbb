"""The Jacobian that is never built: Bendersky's counts, its pattern, and what it would cost.

Eli Bendersky, "Backpropagation through a fully-connected layer" (2018): a picture of 128×128, a
hundred outputs, and ∂y/∂W has 164 million elements, of which one in a hundred is not 0. Justin
Johnson, "Backpropagation for a Linear Layer" (2017). "Matrix form" is ∂L/∂W = xᵀ·∂L/∂y.
"""

import functools
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from examples._table import Row, show
from reference import (
    affine,
    affine_columns_weight_jacobian,
    affine_jacobian_cost,
    outer_products,
)

SIZES = (4, 8, 16, 32, 64)


def run(quick: bool = False) -> list[Row]:
    picture = affine_jacobian_cost(D=128 * 128, M=100)
    batch = affine_jacobian_cost(D=128 * 128, M=100, N=32)
    johnson = affine_jacobian_cost(D=4096, M=4096, N=64, of="inputs")
    rows = [
        Row("elements of W, N·T = 128·128·100", 128 * 128 * 100, "1638400"),
        Row("elements of ∂y/∂W, T·N·T", picture.elements, "163840000"),
        Row("  GiB at 4 bytes (more than ½)", picture.bytes / 2**30, "≥0.5"),
        Row("  multiplications, dense product", picture.elements, "163840000"),
        Row("  multiplications, matrix form", picture.nonzeros, "1638400"),
        Row("elements of ∂Y/∂W, batch of 32", batch.elements, "5242880000"),
        Row("Johnson's ∂Y/∂X, (64·4096)²", johnson.elements, "68719476736"),
        Row("  GiB at 4 bytes", johnson.bytes / 2**30, "256"),
    ]
    return rows + pattern() + measured(3 if quick else len(SIZES))


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
    return [
        Row("∂y/∂W, T = 3, N = 4, a row", J[0], "", by_torch.reshape(3, 12).numpy()[0], rtol=0),
        Row("  Jacobian − blocks of x", np.abs(J.reshape(3, 3, 4) - blocks).max(), "≤0"),
        Row("  not 0, N·T", np.count_nonzero(J), "12"),
        Row("  density, 1/T", np.count_nonzero(J) / J.size, "0.333333"),
        Row("  ∂L/∂y·J − ∂L/∂y⊗x", np.abs(product - outer_products(x.T, dy)[0].T).max(), "≤1e-15"),
    ]


def dense(X: np.ndarray, W: np.ndarray, dZ: np.ndarray) -> np.ndarray:
    """∂Z/∂W written out and multiplied."""
    J = affine_columns_weight_jacobian(X.T, W.T)
    return (dZ.T.reshape(1, -1) @ J).reshape(W.T.shape).T


def matrix_form(X: np.ndarray, W: np.ndarray, dZ: np.ndarray) -> np.ndarray:
    _, pullback = affine(X, W, np.zeros(W.shape[1]))
    dW: Any = pullback(dZ)[1]
    return dW


@functools.cache
def measure(way: Callable[..., Any], size: int) -> tuple[float, int]:
    """Seconds, the least of five, and bytes at the peak, of ∂L/∂W of size² weights, 4 samples."""
    random = np.random.default_rng(0)
    X, W, dZ = (random.normal(size=shape) for shape in ((4, size), (size, size), (4, size)))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        way(X, W, dZ)
        times.append(time.perf_counter() - start)
    tracemalloc.start()
    way(X, W, dZ)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return min(times), peak


def measured(sizes: int) -> list[Row]:
    random = np.random.default_rng(1)
    X, W, dZ = (random.normal(size=shape) for shape in ((4, 8), (8, 8), (4, 8)))
    largest = SIZES[sizes - 1]
    (dense_time, dense_peak), (time_, peak) = measure(dense, largest), measure(matrix_form, largest)
    return [
        Row("dense − matrix form", np.abs(dense(X, W, dZ) - matrix_form(X, W, dZ)).max(), "≤1e-14"),
        Row(
            f"{largest} outputs, {largest} inputs, 4 samples: time ratio", dense_time / time_, "≥1"
        ),
        Row("  peak memory ratio", dense_peak / peak, "≥10"),
    ]


if __name__ == "__main__":
    show("jacobian", run())
