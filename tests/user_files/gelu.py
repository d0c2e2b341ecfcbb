import numpy as np


class GELU:
    """
    Gaussian error linear unit, tanh approximation.

    Parameters
    ----------
    x : :py:class:`ndarray <numpy.ndarray>` of shape `(n_ex, n_in)`
    """

    # oracle: shapes x: n_ex n_in
    def forward(self, x):
        self.x = x
        self.t = np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))
        return 0.5 * x * (1 + self.t)

    def backward(self, dLdy):
        x, t = self.x, self.t
        inner = np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * x**2)
        dLdx = dLdy * (0.5 * (1 + t) + 0.5 * x * (1 - t**2) * inner)
        return dLdx
