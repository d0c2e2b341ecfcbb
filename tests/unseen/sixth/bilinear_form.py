import numpy as np


# oracle: shapes left: N I, right: N J, W: K I J, b: K
class Bilinear:
    """out[n, k] = left[n] . W[k] . right[n] + b[k]   (like nn.Bilinear)"""

    def __init__(self, I, J, K):
        bound = 1.0 / np.sqrt(I)
        self.W = np.random.uniform(-bound, bound, size=(K, I, J))
        self.b = np.random.uniform(-bound, bound, size=K)

    def forward(self, left, right):
        self.left, self.right = left, right
        return np.einsum("ni,kij,nj->nk", left, self.W, right) + self.b

    def backward(self, dout):
        self.dW = np.einsum("nk,ni,nj->kij", dout, self.left, self.right)
        self.db = np.einsum("nk->k", dout)
        dleft = np.einsum("nk,kij,nj->ni", dout, self.W, self.right)
        dright = np.einsum("nk,kij,ni->nj", dout, self.W, self.left)
        return dleft, dright
