import numpy as np


# oracle: shapes x: N D, gamma: D, beta: D
def layernorm_forward(x, gamma, beta, ln_param=None):
    """
    Forward pass for layer normalization: every datapoint is normalised
    over its own features, then scaled by gamma and shifted by beta.
    """
    eps = (ln_param or {}).get('eps', 1e-5)
    mu = np.mean(x, axis=1, keepdims=True)
    v = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(v + eps)
    x_hat = (x - mu) / std
    out = gamma * x_hat + beta
    cache = {'x_hat': x_hat, 'std': std, 'gamma': gamma}
    return out, cache


def layernorm_backward(dout, cache):
    """
    Heavily relies on the analysis of batchnorm_backward_alt.
    """
    x_hat, std, gamma = cache['x_hat'], cache['std'], cache['gamma']
    D = dout.shape[1]

    dgamma = np.sum(dout * x_hat, axis=0)
    dbeta = np.sum(dout, axis=0)

    dx_hat = dout * gamma
    dx = D * dx_hat - np.sum(dx_hat, axis=0, keepdims=True)
    dx -= x_hat * np.sum(dx_hat * x_hat, axis=1, keepdims=True)
    dx /= D * std
    return dx, dgamma, dbeta
