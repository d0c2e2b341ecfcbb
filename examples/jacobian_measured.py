"""Time and memory of a Jacobian written out, and of the matrix form, ∂L/∂W = xᵀ·∂L/∂y.

The layer and its Jacobian are those of the program jacobian, in sizes that a machine can hold.
"""

import functools
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from reference import affine, affine_columns_weight_jacobian

SIZES = (4, 8, 16, 32, 64)


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


def run(quick: bool = False) -> list[Row]:
    random = np.random.default_rng(1)
    X, W, dZ = (random.normal(size=shape) for shape in ((4, 8), (8, 8), (4, 8)))
    _, (by_torch,) = _torch.gradients(lambda W: (_torch.tensor(X) @ W * _torch.tensor(dZ)).sum(), W)
    largest = SIZES[2 if quick else -1]
    (dense_time, dense_peak), (time_, peak) = measure(dense, largest), measure(matrix_form, largest)
    return [
        Row("∂L/∂W, 8×8, a row", matrix_form(X, W, dZ)[0], "", by_torch[0]),
        Row("dense − matrix form", np.abs(dense(X, W, dZ) - matrix_form(X, W, dZ)).max(), "≤1e-14"),
        Row(
            f"{largest} outputs, {largest} inputs, 4 samples: time ratio", dense_time / time_, "≥1"
        ),
        Row("  peak memory ratio", dense_peak / peak, "≥10"),
    ]


if __name__ == "__main__":
    show("jacobian_measured", run())
