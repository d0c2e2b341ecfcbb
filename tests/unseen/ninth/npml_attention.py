import numpy as np


class DotProductAttention:
    """
    A single "attention head" layer using a dot-product for the scoring function.
    """

    def __init__(self):
        self.derived_variables = {}

    def _softmax(self, S):
        e = np.exp(S - S.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def forward(self, Q, K, V):
        r"""
        Parameters
        ----------
        Q : ndarray of shape `(n_ex, d_k)`
        K : ndarray of shape `(m, d_k)`
        V : ndarray of shape `(m, d_v)`

        Returns
        -------
        Y : ndarray of shape `(n_ex, d_v)`
        """
        scale = 1 / np.sqrt(Q.shape[-1])
        weights = self._softmax(Q @ K.T * scale)
        self.derived_variables = {"Q": Q, "K": K, "V": V, "weights": weights, "scale": scale}
        return weights @ V

    def backward(self, dLdy):
        dv = self.derived_variables
        Q, K, V = dv["Q"], dv["K"], dv["V"]
        weights, scale = dv["weights"], dv["scale"]

        dV = weights.T @ dLdy
        dWeights = dLdy @ V.T
        dScores = weights * (dWeights - np.sum(dWeights * weights, axis=-1, keepdims=True))
        dQ = dScores @ K * scale
        dK = dScores.T @ Q
        return dQ, dK, dV
