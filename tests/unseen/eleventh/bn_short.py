import numpy as np


# oracle: shapes x: N D, gamma: D, beta: D
def bn_forward(x, gamma, beta, eps=1e-4):
    mean, var = x.mean(0), x.var(0)
    std = np.sqrt(var + eps)
    z = (x - mean) / std
    return gamma * z + beta, {"z": z, "std": std, "gamma": gamma, "x": x, "mean": mean}


def bn_backward(dout, cache):
    z, std, gamma, x, mean = (cache[k] for k in ("z", "std", "gamma", "x", "mean"))
    n = len(dout)

    dbeta = dout.sum(0)
    dgamma = (dout * z).sum(0)

    dz = gamma * dout
    dvar = -0.5 * np.sum(dz * (x - mean), 0) / std ** 3
    # d var / d mean = -2/n sum(x - mean) = 0, so only the direct way remains
    dmean = -dz.sum(0) / std
    dx = dz / std + dvar * 2 * (x - mean) / n + dmean / n
    return dx, dgamma, dbeta
