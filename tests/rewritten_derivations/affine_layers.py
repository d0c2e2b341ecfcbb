"""The affine layers and the embedding, otherwise."""

import numpy as np

from ._register import Gradients, Result, otherwise


@otherwise("affine")
def affine_einsum(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Every sum by its indices."""

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = np.einsum("nm,dm->nd", dZ, W)
        dW = np.einsum("nd,nm->dm", X, dZ)
        return dX, dW, np.einsum("nm->m", dZ)

    return np.einsum("nd,dm->nm", X, W) + b, pullback


@otherwise("affine")
def affine_sample_by_sample(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """A loop over the samples, the gradients added up as outer products."""
    Z = np.empty_like(X, shape=(len(X), len(b)))
    for n in range(len(X)):
        Z[n] = b + np.dot(X[n], W)

    def pullback(dZ: np.ndarray) -> Gradients:
        dX, dW, db = np.zeros_like(X), np.zeros_like(W), np.zeros_like(b)
        for n in reversed(range(len(X))):
            dX[n] = np.dot(W, dZ[n])
            dW += np.outer(X[n], dZ[n])
            db += dZ[n]
        return dX, dW, db

    return Z, pullback


@otherwise("affine")
def affine_entry_by_entry(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Four nested sums, as on a blackboard."""
    (N, D), M = X.shape, len(b)
    Z = np.zeros_like(X, shape=(N, M))
    for n, m in np.ndindex(N, M):
        Z[n, m] = b[m] + sum(X[n, d] * W[d, m] for d in range(D))

    def pullback(dZ: np.ndarray) -> Gradients:
        dX, dW, db = np.zeros_like(X), np.zeros_like(W), np.zeros_like(b)
        for n, d, m in np.ndindex(N, D, M):
            dX[n, d] += dZ[n, m] * W[d, m]
            dW[d, m] += dZ[n, m] * X[n, d]
        for n, m in np.ndindex(N, M):
            db[m] += dZ[n, m]
        return dX, dW, db

    return Z, pullback


@otherwise("affine")
def affine_ones_vector(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Z = XW + 1·bᵀ, so that db = dZᵀ·1: the sum as a product."""
    ones = np.ones_like(X, shape=(len(X), 1))

    def pullback(dZ: np.ndarray) -> Gradients:
        return np.dot(dZ, W.T), np.dot(X.T, dZ), np.dot(dZ.T, ones).ravel()

    return np.dot(X, W) + np.dot(ones, b[np.newaxis, :]), pullback


@otherwise("affine")
def affine_augmented(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """[X 1] times W with b under it; the gradients are cut out of those of the two."""
    X1 = np.concatenate([X, np.ones_like(X, shape=(len(X), 1))], axis=1)
    Wb = np.concatenate([W, b[None, :]])

    def pullback(dZ: np.ndarray) -> Gradients:
        dX1, dWb = dZ @ Wb.T, X1.T @ dZ
        return dX1[:, :-1], dWb[:-1], dWb[-1]

    return X1 @ Wb, pullback


@otherwise("affine")
def affine_transposed(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Everything as columns: Zᵀ = WᵀXᵀ + b."""

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = (W @ dZ.T).T
        dW = (dZ.T @ X).T
        return dX, dW, np.add.reduce(dZ, axis=0)

    return (W.T @ X.T + b.reshape(-1, 1)).T, pullback


@otherwise("affine_bias_column")
def bias_column_split(X: np.ndarray, W: np.ndarray) -> Result:
    """The bias taken out of W and put back as the first row of dW."""
    b, V = W[0], W[1:]

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ V.T, np.vstack([dZ.sum(axis=0), X.T @ dZ])

    return X @ V + b, pullback


@otherwise("affine_bias_column")
def bias_column_cut_off(X: np.ndarray, W: np.ndarray) -> Result:
    """The gradient of [1 X] in full, then without its first column."""
    X1 = np.insert(X, 0, 1, axis=1)

    def pullback(dZ: np.ndarray) -> Gradients:
        dX1 = dZ.dot(W.T)
        return dX1[:, 1:], X1.T.dot(dZ)

    return X1.dot(W), pullback


@otherwise("affine_columns")
def affine_columns_einsum(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Every sum by its indices."""

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = np.einsum("md,mn->dn", W, dZ)
        dW = np.einsum("mn,dn->md", dZ, X)
        return dX, dW, np.einsum("mn->m", dZ)[:, None]

    return np.einsum("md,dn->mn", W, X) + b, pullback


@otherwise("affine_columns")
def affine_columns_by_rows(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """Transposed into the row form and back."""
    rows, V = X.T, W.T

    def pullback(dZ: np.ndarray) -> Gradients:
        g = dZ.T
        dW = (rows.T @ g).T
        return (g @ V.T).T, dW, g.sum(axis=0).reshape(-1, 1)

    return (rows @ V + b.ravel()).T, pullback


@otherwise("affine_columns")
def affine_columns_tensordot(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """tensordot, and db as a product with a column of ones."""

    def pullback(dZ: np.ndarray) -> Gradients:
        dX = np.tensordot(W, dZ, axes=(0, 0))
        dW = np.tensordot(dZ, X, axes=(1, 1))
        return dX, dW, dZ @ np.ones_like(X, shape=(X.shape[1], 1))

    return np.tensordot(W, X, axes=1) + b, pullback


@otherwise("embedding")
def embedding_add_at(W: np.ndarray, y: np.ndarray) -> Result:
    """The unbuffered scatter, which does add repeats up."""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        np.add.at(dW, y, dA)
        return dW, None

    return np.take(W, y, axis=0), pullback


@otherwise("embedding")
def embedding_one_hot(W: np.ndarray, y: np.ndarray) -> Result:
    """One-hot rows times W: the affine layer that an embedding stands for."""
    H = (y[..., None] == np.arange(len(W))).astype(W.dtype)

    def pullback(dA: np.ndarray) -> Gradients:
        return H.reshape(y.size, len(W)).T @ dA.reshape(y.size, W.shape[1]), None

    return H @ W, pullback


@otherwise("embedding")
def embedding_place_by_place(W: np.ndarray, y: np.ndarray) -> Result:
    """A loop over the places."""

    def pullback(dA: np.ndarray) -> Gradients:
        dW = np.zeros_like(W)
        for place in np.ndindex(y.shape):
            dW[y[place]] += dA[place]
        return dW, None

    return W[y], pullback


@otherwise("embedding")
def embedding_row_by_row(W: np.ndarray, y: np.ndarray) -> Result:
    """A loop over the rows of W: each sums the places where it was read."""

    def pullback(dA: np.ndarray) -> Gradients:
        return np.stack([dA[y == k].sum(axis=0) for k in range(len(W))]), None

    return W[y], pullback
