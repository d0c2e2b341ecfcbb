import numpy as np


# oracle: shapes scores: N C, log_temp: 1
def soften_forward(scores, log_temp):
    """Softmax with a learned temperature exp(log_temp), and the free energy beside it.

    Returns the probabilities (N, C) and T * logsumexp(scores / T) of shape (N,).
    """
    T = np.exp(log_temp)
    z = scores / T
    top = z.max(axis=1, keepdims=True)
    e = np.exp(z - top)
    s = e.sum(axis=1, keepdims=True)
    probs = e / s
    lse = (top + np.log(s))[:, 0]
    energy = T * lse
    return probs, energy, (z, T, probs, lse)


def soften_backward(dprobs, denergy, cache):
    z, T, probs, lse = cache
    inner = (dprobs * probs).sum(axis=1, keepdims=True)
    dz = probs * (dprobs - inner)
    dz = dz + (T * denergy)[:, None] * probs
    dscores = dz / T
    dT = (denergy * lse).sum() - (dz * z).sum() / T
    dlog_temp = dT * T
    return dscores, dlog_temp
