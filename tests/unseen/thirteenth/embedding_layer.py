import numpy as np


class Embedding(object):
    """
    Lookup table with learned positions added.

        out[n, t] = weights[ids[n, t]] + pos[t]
    """

    def __init__(self, vocab_size, dim, max_len=16):
        self.weights = np.random.uniform(-1, 1, (vocab_size, dim))
        self.pos = np.random.uniform(-1, 1, (max_len, dim))
        self.grad_weights = np.zeros_like(self.weights)
        self.grad_pos = np.zeros_like(self.pos)

    # oracle: shapes ids: N T labels(vocab_size)
    def forward(self, ids):
        self.ids = ids
        length = ids.shape[1]
        return self.weights[ids] + self.pos[:length]

    def backward(self, grad_out):
        length = self.ids.shape[1]
        self.grad_weights = np.zeros_like(self.weights)
        self.grad_weights[self.ids] += grad_out
        self.grad_pos = np.zeros_like(self.pos)
        self.grad_pos[:length] = grad_out.sum(axis=0)
        # ids are integers: nothing to pass on
        return None
