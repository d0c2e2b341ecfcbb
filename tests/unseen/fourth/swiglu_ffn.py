import numpy as np


class SwiGLU:
    """Feed-forward block of LLaMA:  (silu(x Wg) * (x Wu)) Wd"""

    def __init__(self, dim, hidden=5, seed=1):
        rs = np.random.RandomState(seed)
        init = lambda a, b: rs.randn(a, b) / np.sqrt(a)
        self.Wg, self.Wu, self.Wd = init(dim, hidden), init(dim, hidden), init(hidden, dim)

    @staticmethod
    def silu(a):
        return a / (1 + np.exp(-a))

    # oracle: shapes x: tokens dim
    def forward(self, x):
        self.x = x
        self.a = x @ self.Wg
        self.u = x @ self.Wu
        self.s = self.silu(self.a)
        return (self.s * self.u) @ self.Wd

    def backward(self, dy):
        self.grad_Wd = (self.s * self.u).T @ dy
        dm = dy @ self.Wd.T
        du = dm * self.s
        sg = 1 / (1 + np.exp(-self.a))
        da = dm * self.u * sg * (1 - sg)
        self.grad_Wg = self.x.T @ da
        self.grad_Wu = self.x.T @ du
        dx = da @ self.Wg.T + du @ self.Wu.T
        return dx
