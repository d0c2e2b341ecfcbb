import numpy as np


class LayerNorm1D:
    def __init__(self, n_in=4, epsilon=1e-5):
        """
        A layer normalization layer for 1D inputs.

        Notes
        -----
        .. math::

            Y = scaler * (X - mean(X)) / sqrt(var(X) + epsilon) + intercept

        Parameters
        ----------
        n_in : int
            The dimensionality of a single input vector.
        """
        self.n_in = n_in
        self.epsilon = epsilon
        self.params = {
            "scaler": np.random.RandomState(1).rand(n_in) + 0.5,
            "intercept": np.zeros(n_in),
        }
        self.gradients = {"scaler": np.zeros(n_in), "intercept": np.zeros(n_in)}
        self.derived = {}

    def forward(self, X):
        """
        Parameters
        ----------
        X : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
            Layer input, representing `n_ex` examples.

        Returns
        -------
        Y : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
        """
        mean = X.mean(axis=1, keepdims=True)
        ivar = 1 / np.sqrt(X.var(axis=1, keepdims=True) + self.epsilon)
        X_hat = (X - mean) * ivar
        self.derived["ivar"], self.derived["X_hat"] = ivar, X_hat
        return self.params["scaler"] * X_hat + self.params["intercept"]

    def backward(self, dLdy):
        """
        Parameters
        ----------
        dLdy : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
            The gradient of the loss wrt. the layer output.

        Returns
        -------
        dX : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
        """
        ivar, X_hat = self.derived["ivar"], self.derived["X_hat"]
        self.gradients["intercept"] = dLdy.mean(axis=0)
        self.gradients["scaler"] = np.sum(dLdy * X_hat, axis=0)

        dX_hat = dLdy * self.params["scaler"]
        mean_1 = dX_hat.mean(axis=1, keepdims=True)
        mean_2 = (dX_hat * X_hat).mean(axis=1, keepdims=True)
        dX = ivar * (dX_hat - mean_1 - X_hat * mean_2)
        return dX
