import numpy as np


def affine_forward(X: np.ndarray, W: np.ndarray, b: np.ndarray):
    """Affine map.

    Parameters
    ----------
    X : ndarray of shape (N, D)
    W : ndarray of shape (D, K)
    b : ndarray of shape (K,)

    Returns
    -------
    ndarray of shape (N, K)
    """
    return X @ W + b


def affine_backward(dL_dy, X, W, b):
    dL_dX = dL_dy @ W.T
    dL_dW = X.T @ dL_dy
    dL_db = dL_dy.sum(axis=0, keepdims=True)
    return dL_dX, dL_dW, dL_db
