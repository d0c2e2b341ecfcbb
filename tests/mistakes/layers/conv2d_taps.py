import numpy as np


# oracle: shapes x: N H+P-1 W+Q-1 C, k: P Q C O, b: O
def conv2d(x, k, b):
    """Valid cross-correlation in channels-last layout, written as one matrix product per tap."""
    P, Q = k.shape[:2]
    ho = x.shape[1] - P + 1
    wo = x.shape[2] - Q + 1
    y = np.zeros((x.shape[0], ho, wo, k.shape[3])) + b
    for i in range(P):
        for j in range(Q):
            y = y + x[:, i : i + ho, j : j + wo, :] @ k[i, j]

    def pullback(dy):
        dx = np.zeros_like(x)
        dk = np.zeros_like(k)
        for p in range(P):
            for q in range(Q):
                patch = x[:, p : p + ho, q : q + wo, :]
                dk[p, q] = np.einsum("nhwc,nhwo->co", patch, dy)
                dx[:, p : p + ho, q : q + wo, :] += dy @ k[p, q].T
        db = dy.sum(axis=(0, 1, 2))
        return dx, dk, db

    return y, pullback
