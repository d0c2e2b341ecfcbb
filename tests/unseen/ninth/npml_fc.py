"""A fully-connected layer in the manner of numpy-ml."""
import numpy as np


class FullyConnected:
    def __init__(self, n_in, n_out):
        r"""
        A fully-connected layer with tanh activation.

        .. math::

            \mathbf{Y} = \tanh(\mathbf{XW} + \mathbf{b})
        """
        self.n_in = n_in
        self.n_out = n_out
        rs = np.random.RandomState(12)
        self.params = {"W": rs.uniform(-1, 1, (n_in, n_out)), "b": rs.uniform(-1, 1, (1, n_out))}
        self.gradients = {"W": np.zeros((n_in, n_out)), "b": np.zeros((1, n_out))}
        self.X = []

    def forward(self, X):
        """
        Compute the layer output on a single minibatch.

        Parameters
        ----------
        X : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`

        Returns
        -------
        Y : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_out)`
        """
        Z = X @ self.params["W"] + self.params["b"]
        self.X.append((X, Z))
        return np.tanh(Z)

    def _act_grad(self, Z):
        return 1.0 - np.tanh(Z) ** 2

    def backward(self, dLdy):
        """
        Parameters
        ----------
        dLdy : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_out)`

        Returns
        -------
        dX : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
        """
        X, Z = self.X.pop()
        dZ = dLdy * self._act_grad(Z)

        self.gradients["W"] = X.T @ dZ
        self.gradients["b"] = dZ.sum(axis=0, keepdims=True)
        dX = (dZ * self._act_grad(Z)) @ self.params["W"].T
        return dX
