import numpy as np

from sigmoid_prime import sigmoid, sigmoid_prime


# oracle: shapes x: N D, w1: D H, w2: H K
def two_layer_forward(x, w1, w2):
    z1 = x @ w1
    a1 = sigmoid(z1)
    return a1 @ w2, (x, w1, w2, z1, a1)


def two_layer_backward(dout, cache):
    x, w1, w2, z1, a1 = cache
    dw2 = a1.T @ dout
    da1 = dout @ w2.T
    dz1 = da1 * sigmoid_prime(a1)
    dw1 = x.T @ dz1
    dx = dz1 @ w1.T
    return dx, dw1, dw2
