import numpy as np


# oracle: shapes X: N 2*K H W, gamma: 2*K, beta: 2*K
class GroupNorm2D:
    """Group normalisation for images in NCHW layout with two groups of channels."""

    def __init__(self, channels, groups=2, epsilon=1e-5):
        self.groups = groups
        self.epsilon = epsilon
        self.gamma = np.ones(channels)
        self.beta = np.zeros(channels)
        self.derived = {}
        self.dgamma = None
        self.dbeta = None

    def forward(self, X):
        """
        Parameters
        ----------
        X : ndarray, minibatch of images

        Returns
        -------
        Y : ndarray, same layout as `X`
        """
        n, c, h, w = X.shape
        Xg = X.reshape(n, self.groups, -1)
        mu = Xg.mean(axis=2, keepdims=True)
        sd = np.sqrt(Xg.var(axis=2, keepdims=True) + self.epsilon)
        Xn = (Xg - mu) / sd
        self.derived = {"Xn": Xn, "sd": sd, "shape": X.shape}
        return Xn.reshape(X.shape) * self.gamma[:, None, None] + self.beta[:, None, None]

    def backward(self, dLdy):
        n, c, h, w = self.derived["shape"]
        Xn, sd = self.derived["Xn"], self.derived["sd"]
        self.dgamma = np.sum(dLdy * Xn.reshape(dLdy.shape), axis=(0, 2, 3))
        self.dbeta = np.sum(dLdy, axis=(0, 2, 3))

        M = h * w
        dXn = (dLdy * self.gamma[:, None, None]).reshape(n, self.groups, -1)
        s1 = dXn.sum(axis=2, keepdims=True)
        s2 = (dXn * Xn).sum(axis=2, keepdims=True)
        dLdX = (dXn - s1 / M - Xn * s2 / M) / sd
        return dLdX.reshape(n, c, h, w)
