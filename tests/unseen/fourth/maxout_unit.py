import numpy as np

# Maxout networks (Goodfellow 2013): k linear pieces for every unit, the largest wins.


# oracle: shapes X: N n_in
class MaxoutLayer:

    def __init__(self, n_in, n_units=4, n_pieces=3):
        gen = np.random.default_rng(7)
        self.W = gen.normal(0, 1, (n_in, n_units, n_pieces))
        self.b = gen.normal(0, 1, (n_units, n_pieces))
        self.dW = None
        self.db = None

    def forward(self, X):
        pieces = np.einsum('ni,iup->nup', X, self.W) + self.b
        self.winner = pieces.argmax(axis=2)
        self.X = X
        return pieces.max(axis=2)

    def backward(self, delta):
        N, U = delta.shape
        spread = np.zeros((N, U, self.b.shape[1]))
        rows, cols = np.indices((N, U))
        spread[rows, cols, self.winner] = delta
        self.dW = np.einsum('ni,nup->iup', self.X, spread)
        self.db = spread.sum(axis=0)
        return np.einsum('nup,iup->ni', spread, self.W)
