import numpy as np


class LearnedPositions:
    """Adds a trained vector for each place in the sentence, after scaling the token vectors.

    out[n, t] = sqrt(width) * tok[n, t] + P[t]
    """

    def __init__(self, width, max_len=16):
        rng = np.random.default_rng(11)
        self.width = width
        self.P = 0.1 * rng.normal(size=(max_len, width))

    # oracle: shapes tok: N T width
    def forward(self, tok):
        self.T = tok.shape[1]
        return tok * np.sqrt(self.width) + self.P[: self.T]

    def backward(self, dout):
        self.dP = np.zeros_like(self.P)
        self.dP[: self.T] = dout.mean(axis=0)
        dtok = dout * np.sqrt(self.width)
        return dtok
