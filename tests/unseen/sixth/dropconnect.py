import numpy as np


class DropConnect:
    '''Dense layer with DropConnect: single weights are dropped, not units.'''

    def __init__(self, n_in, n_out, keep=0.8):
        self.keep = keep
        self.weights = np.random.normal(0, 1 / np.sqrt(n_in), (n_in, n_out))
        self.bias = np.zeros(n_out)

    # oracle: shapes x: batch n_in, keepers: n_in n_out mask, weights: n_in n_out, bias: n_out
    def forward(self, x, keepers):
        # keepers is boolean and drawn outside, so that a step can be replayed
        self.x = x
        self.keepers = keepers
        self.effective = self.weights * keepers / self.keep
        return np.matmul(x, self.effective) + self.bias

    def backward(self, delta):
        self.grad_weights = np.matmul(self.x.T, delta) / self.keep
        self.grad_bias = np.sum(delta, axis=0)
        dx = np.matmul(delta, self.effective.T)
        return dx
