"""The affine layer Z = XW + b in its three usual forms, and its special case, the embedding.

Differentials do all the work: from dZ = dX·W + X·dW + 1·db, and the pairing
⟨A, BC⟩ = ⟨BᵀA, C⟩ = ⟨ACᵀ, B⟩, each gradient is read off as the factor beside its differential.
"""

import numpy as np
from jaxtyping import Float

from reference._expect import checked
from reference.types import Indices, Pullback


@checked
def affine(
    X: Float[np.ndarray, "N D"],
    W: Float[np.ndarray, "D M"],
    b: Float[np.ndarray, "M"],
) -> tuple[Float[np.ndarray, "N M"], Pullback]:
    """Z = XW + b, one sample a row.

    dX = dZ·Wᵀ,  dW = Xᵀ·dZ,  db = Σₙ dZₙ.

    Linear, so there are no kinks. An empty batch (N = 0) gives an empty Z and zero dW and db.

    Source: J. Johnson, "Backpropagation for a Linear Layer" (2017).
    """
    Z = X @ W
    Z += b

    def pullback(dZ: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        dX = dZ @ W.T
        dW = X.T @ dZ
        db = unbroadcast(dZ, b.shape)  # b was added to every row, so every row has a say: Σₙ
        return dX, dW, db

    return Z, pullback


@checked
def affine_bias_column(
    X: Float[np.ndarray, "N D"],
    W: Float[np.ndarray, "D+1 M"],
) -> tuple[Float[np.ndarray, "N M"], Pullback]:
    """Z = [1 X]·W, the bias being the first row of W.

    dX = dZ·(W without its first row)ᵀ,  dW = [1 X]ᵀ·dZ.

    The column of ones is constant, so on the way back the row of W that meets it is dropped: kept,
    dX would have a column too many.

    Source: B. Gorman, "Neural Networks - A Worked Example" (2017), and Coursera ML, exercise 4.
    """
    X1 = np.column_stack([np.ones_like(X, shape=len(X)), X])
    Z = X1 @ W

    def pullback(dZ: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        dX = dZ @ W[1:].T
        dW = X1.T @ dZ
        return dX, dW

    return Z, pullback


@checked
def affine_columns(
    X: Float[np.ndarray, "D N"],
    W: Float[np.ndarray, "M D"],
    b: Float[np.ndarray, "M 1"],
) -> tuple[Float[np.ndarray, "M N"], Pullback]:
    """Z = WX + b, one sample a column: the transpose of ``affine``, symbol by symbol.

    dX = Wᵀ·dZ,  dW = dZ·Xᵀ,  db = Σₙ dZₙ, kept as a column.

    Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 2, BP2 to BP4; A. Ng's course.
    """
    Z = W @ X
    Z += b

    def pullback(dZ: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        dX = W.T @ dZ
        dW = dZ @ X.T
        db = unbroadcast(dZ, b.shape)
        return dX, dW, db

    return Z, pullback


@checked
def embedding(
    W: Float[np.ndarray, "K D"],
    y: Indices,
) -> tuple[Float[np.ndarray, "*shape D"], Pullback]:
    """A = W[y], row y of W for each index: the affine layer of a one-hot X, without the product.

    dW[k] = Σ over the places where y = k of dA: a row that was read twice gets both gradients.

    Source: dW = Xᵀ·dA of ``affine`` with X the one-hot rows of y.
    """
    A = W[y]

    def pullback(dA: np.ndarray) -> tuple[np.ndarray, None]:
        K, D = W.shape
        # One bin for each entry of W. (dW[y] += dA would keep one of several equal indices.)
        bins = y.reshape(-1, 1).astype(np.intp) * D + np.arange(D)
        dW = np.bincount(bins.ravel(), weights=dA.ravel(), minlength=K * D)
        return dW.reshape(K, D).astype(W.dtype, copy=False), None

    return A, pullback


def unbroadcast(dY: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Undo broadcasting: the gradient of an operand of the given shape that was broadcast to dY's.

    What was repeated going forward is summed coming back, over the axes that broadcasting put in
    front and over those that it stretched from 1.

    Raises:
        ValueError: an array of that shape does not broadcast to dY's.
    """
    padded = (1,) * (dY.ndim - len(shape)) + shape
    if len(padded) != dY.ndim or any(n not in (1, m) for n, m in zip(padded, dY.shape)):
        raise ValueError(f"unbroadcast: shape {shape} does not broadcast to {dY.shape}, dY's")
    stretched = tuple(axis for axis, n in enumerate(padded) if n == 1 != dY.shape[axis])
    dX: np.ndarray = dY.sum(axis=stretched, keepdims=True).reshape(shape)
    return dX
