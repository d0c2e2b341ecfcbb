import numpy as np


def fc_forward(X, W, b):
    """
    Fully-connected layer.

    Parameters
    ----------
    X : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
        Layer input, one row an example.
    W : :py:class:`ndarray <numpy.ndarray>` of shape `(n_in, n_out)`
        The weights.
    b : :py:class:`ndarray <numpy.ndarray>` of shape `(1, n_out)`
        The bias.

    Returns
    -------
    Y : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_out)`
    """
    Y = X @ W + b
    return Y


def fc_backward(dLdY, X, W, b):
    dX = dLdY @ W.T
    dW = X.T @ dLdY
    dB = dLdY.sum(axis=0, keepdims=True)
    return dX, dW, dB
