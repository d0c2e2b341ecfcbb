import numpy as np

# 2-layer perceptron with *inverted* dropout; the mask is drawn outside so that tests are repeatable
KEEP = 0.8


def relu(z):
    return np.maximum(z, 0)


# oracle: shapes X: N D, W1: D H, b1: H, W2: H O, b2: O, mask: N H binary
def mlp_forward(X, W1, b1, W2, b2, mask):
    A1 = relu(X @ W1 + b1)
    D1 = A1 * mask / KEEP
    return D1 @ W2 + b2


def mlp_backward(dout, X, W1, b1, W2, b2, mask):
    # recompute what we need
    Z1 = X @ W1 + b1
    D1 = relu(Z1) * mask / KEEP

    grads = {}
    grads["W2"] = D1.T @ dout
    grads["b2"] = dout.sum(axis=0)

    dD1 = dout @ W2.T
    dA1 = dD1 / KEEP
    dZ1 = dA1 * (Z1 > 0)

    grads["W1"] = X.T @ dZ1
    grads["b1"] = dZ1.sum(axis=0)
    grads["X"] = dZ1 @ W1.T
    return grads
