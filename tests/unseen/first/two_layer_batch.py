import numpy as np

from nn_utils import relu, softmax_rows


def two_layer_loss_and_grads(W1, b1, W2, b2, X, T):
    """Mean cross entropy of a relu network.

    W1 : (D, H)
    b1 : (H,)
    W2 : (H, C)
    b2 : (C,)
    X : (N, D) fixed
    T : (N, C) onehot fixed
    """
    batch_num = X.shape[0]
    # forward
    a1 = np.dot(X, W1) + b1
    z1 = relu(a1)
    y = softmax_rows(np.dot(z1, W2) + b2)
    loss = -np.sum(T * np.log(y)) / batch_num
    # backward
    dy = (y - T) / batch_num
    dW2 = np.dot(z1.T, dy)
    db2 = np.sum(dy, axis=0)
    dz1 = np.dot(dy, W2.T)
    da1 = (a1 > 0) * dz1
    dW1 = np.dot(X.T, da1) / batch_num
    db1 = np.sum(da1, axis=0)
    return loss, (dW1, db1, dW2, db2)
