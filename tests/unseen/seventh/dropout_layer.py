import numpy as np


# oracle: shapes x: N D
class Dropout:
    """Inverted dropout: scaled while training, identity otherwise."""

    def __init__(self, p=0.4, seed=1):
        self.p = p
        self.seed = seed
        self.train = True

    def forward(self, x):
        if not self.train:
            return x
        rng = np.random.RandomState(self.seed)
        self.mask = rng.rand(*x.shape) >= self.p
        return x * self.mask / (1.0 - self.p)

    def backward(self, grad):
        if not self.train:
            return grad
        dx = grad * self.mask
        return dx
