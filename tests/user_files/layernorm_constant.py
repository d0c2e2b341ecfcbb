import numpy as np


# oracle: shapes x: N D+2
def layernorm(x, eps=1e-5):
    mu = x.mean(axis=-1, keepdims=True)
    sigma = np.sqrt(x.var(axis=-1, keepdims=True) + eps)
    out = (x - mu) / sigma

    def pullback(upstream):
        centred = upstream - upstream.mean(axis=-1, keepdims=True)
        dx = centred / sigma
        return dx

    return out, pullback
