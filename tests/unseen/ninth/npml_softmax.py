import numpy as np


class LayerBase:
    def __init__(self):
        self.X = None
        self.trainable = False

    def flush_gradients(self):
        self.Y = None


class Softmax(LayerBase):
    """Softmax nonlinearity over the last axis, as a layer of its own."""

    def __init__(self):
        super().__init__()
        self.Y = None

    def forward(self, X):
        """
        Parameters
        ----------
        X : ndarray of shape `(n_ex, n_in)`
            Layer input, representing the `n_in`-dimensional logits of a minibatch.

        Returns
        -------
        Y : ndarray of shape `(n_ex, n_in)`
        """
        # center data to avoid overflow
        e_X = np.exp(X - np.max(X, axis=-1, keepdims=True))
        self.X = X
        self.Y = e_X / e_X.sum(axis=-1, keepdims=True)
        return self.Y

    def backward(self, dLdy):
        """
        Parameters
        ----------
        dLdy : ndarray of shape `(n_ex, n_in)`

        Returns
        -------
        dX : ndarray of shape `(n_ex, n_in)`
        """
        Y = self.Y
        dX = dLdy * Y * (1 - Y)
        return dX
