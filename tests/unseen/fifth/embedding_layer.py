import numpy as np


# oracle: shapes ids: N T labels(vocab), W: vocab dim, P: T dim
class Embedding:
    """Word vectors, with a learned vector for every position added."""

    def __init__(self, vocab=7, dim=3, T=4):
        rng = np.random.default_rng(5)
        self.W = rng.normal(size=(vocab, dim))
        self.P = rng.normal(size=(T, dim))
        self.dW = None
        self.dP = None

    # oracle: shapes ids: N T labels(vocab)
    def forward(self, ids):
        self.ids = ids
        return self.W[ids] + self.P

    def backward(self, dout):
        self.dW = np.zeros_like(self.W)
        np.add.at(self.dW, self.ids, dout)
        self.dP = dout.sum(axis=0)
        return None
