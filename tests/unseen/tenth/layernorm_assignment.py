import numpy as np


def layernorm_forward(x, gamma, beta, ln_param=None):
    """
    x: data of shape (N, D); gamma: scale of shape (D,); beta: shift of shape (D,)
    """
    eps = (ln_param or {}).get("eps", 1e-5)
    mu = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    istd = 1.0 / np.sqrt(var + eps)
    xhat = (x - mu) * istd
    out = gamma * xhat + beta
    cache = {"xhat": xhat, "istd": istd, "gamma": gamma}
    return out, cache


def layernorm_backward(dout, cache):
    xhat, istd, gamma = cache["xhat"], cache["istd"], cache["gamma"]
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    # same trick as for batchnorm, but along the features
    s1 = np.sum(dxhat, axis=1, keepdims=True)
    s2 = np.sum(dxhat * xhat, axis=1, keepdims=True)
    dx = istd / N * (N * dxhat - s1 - xhat * s2)
    return dx, dgamma, dbeta
