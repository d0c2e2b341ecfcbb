import numpy as np


# oracle: shapes x: N D, W: D H
def autoencoder_forward(x, W):
    h = np.tanh(x @ W)
    return h @ W.T, (x, W, h)


def autoencoder_backward(g, cache):
    x, W, h = cache
    dW = g.T @ h
    dz = (g @ W) * (1 - h**2)
    dx = dz @ W.T
    dW = x.T @ dz
    return dx, dW
