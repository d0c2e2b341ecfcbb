import numpy as np


class LoRALinear:
    """Frozen base weight plus a low rank update: y = x W0 + (alpha / r) x A B."""

    def __init__(self, d_in, d_out, r=3, alpha=8.0):
        g = np.random.default_rng(11)
        self.r, self.alpha = r, alpha
        self._frozen = g.standard_normal((d_in, d_out))
        self.A = g.standard_normal((d_in, r))
        self.B = g.standard_normal((r, d_out))

    @property
    def scaling(self):
        return self.alpha / self.r

    # oracle: shapes x: N d_in
    def forward(self, x):
        self._x = x
        self._xa = x @ self.A
        return x @ self._frozen + self.scaling * (self._xa @ self.B)

    def backward(self, grad_out):
        dxa = self.scaling * (grad_out @ self.B.T)
        self.grad_B = self.scaling * (self._xa.T @ grad_out)
        self.grad_A = self.scaling * (self._x.T @ dxa)
        return grad_out @ self._frozen.T + dxa @ self.A.T
