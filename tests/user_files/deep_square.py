import numpy as np


def sigm(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes X: N H fixed, W1: H H, W2: H H, W3: H H, Y: N H fixed
def three_layer_loss_and_grads(X, W1, W2, W3, Y):
    h1 = sigm(X @ W1)
    h2 = sigm(h1 @ W2)
    out = h2 @ W3
    loss = 0.5 * np.sum((out - Y) ** 2)
    delta3 = out - Y
    delta2 = (delta3 @ W3.T) * h2 * (1 - h2)
    delta1 = (delta2 @ W3.T) * h1 * (1 - h1)
    grad_W3 = h2.T @ delta3
    grad_W2 = h1.T @ delta2
    grad_W1 = X.T @ delta1
    return loss, (grad_W1, grad_W2, grad_W3)
