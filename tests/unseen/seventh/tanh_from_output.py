import numpy as np


def tanh(x):
    return np.tanh(x)


def forward_layer(W, x):
    return tanh(W @ x)


# takes the activation a = tanh(x), which the forward pass has anyway
# oracle: shapes a: N H
def dtanh(a):
    return 1 - a ** 2
