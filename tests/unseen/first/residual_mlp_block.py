"""One residual block: out = x + relu(x W + b) V."""
import numpy as np
from jaxtyping import Float


def block_forward(
    x: Float[np.ndarray, "N D"],
    W: Float[np.ndarray, "D H"],
    b: Float[np.ndarray, "H"],
    V: Float[np.ndarray, "H D"],
):
    pre = x @ W + b
    h = np.maximum(pre, 0)
    out = x + h @ V
    return out, (x, W, V, pre, h)


def block_backward(dout, cache):
    x, W, V, pre, h = cache
    dV = h.T @ dout
    dh = dout @ V.T
    dpre = dh * (pre > 0)
    dW = x.T @ dpre
    db = dh.sum(0)
    dx = dpre @ W.T
    return dx, dW, db, dV
