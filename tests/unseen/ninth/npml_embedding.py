import numpy as np


# oracle: shapes ids: n_ex 3 labels(vocab_size)
class Embedding:
    """A bag-of-words embedding layer; the vectors of a bag are summed.

    Notes
    -----
    Equivalent to multiplying a count vector with `W`, without ever building
    the count vector.
    """

    def __init__(self, n_out, vocab_size):
        self.n_out = n_out
        self.vocab_size = vocab_size
        self.W = np.random.RandomState(0).randn(vocab_size, n_out)
        self.dW = np.zeros_like(self.W)
        self.ids = None

    def lookup(self, ids):
        return self.W[ids]

    def forward(self, ids):
        """
        Parameters
        ----------
        ids : integers, one bag of three words a row

        Returns
        -------
        Y : one vector a bag
        """
        self.ids = ids
        return self.lookup(ids).sum(axis=1)

    def backward(self, dLdy):
        n_ex, n_words = self.ids.shape
        self.dW = np.zeros_like(self.W)
        for ix, dy in zip(self.ids, dLdy):
            self.dW[ix] += dy
