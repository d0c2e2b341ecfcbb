import math
import numpy as np


# oracle: shapes x: T D, Wq: D A, Wk: D A, Wv: D A
class SelfAttention:
    def __init__(self, D, A):
        rng = np.random.default_rng(0)
        self.Wq, self.Wk, self.Wv = (rng.standard_normal((D, A)) / math.sqrt(D) for _ in range(3))
        self.scale = 1 / math.sqrt(A)

    def forward(self, x):
        q, k, v = x @ self.Wq, x @ self.Wk, x @ self.Wv
        logits = (q @ k.T) * self.scale
        logits = logits - logits.max(axis=1, keepdims=True)
        w = np.exp(logits)
        w = w / w.sum(axis=1, keepdims=True)
        self.cache = x, q, k, v, w
        return w @ v

    def backward(self, grad):
        x, q, k, v, w = self.cache
        grad_v = w.T @ grad
        grad_w = grad @ v.T
        grad_logits = grad_w * w * (1 - w)      # derivative of the softmax
        grad_q = grad_logits @ k * self.scale
        grad_k = grad_logits.T @ q * self.scale

        self.grad_Wq = x.T @ grad_q
        self.grad_Wk = x.T @ grad_k
        self.grad_Wv = x.T @ grad_v
        grad_x = grad_q @ self.Wq.T + grad_k @ self.Wk.T + grad_v @ self.Wv.T
        return grad_x
