# %% [markdown]
# Simple MNIST NN from scratch (numpy, no TF/Keras)

# %%
import numpy as np


def ReLU(Z):
    return np.maximum(Z, 0)


def ReLU_deriv(Z):
    return Z > 0


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def one_hot(Y, n):
    one_hot_Y = np.zeros((Y.size, n))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


# %%
# oracle: shapes W1: H P, b1: H 1, W2: K H, b2: K 1, X: P M fixed, Y: M labels(K)
def mnist_loss_and_grad(W1, b1, W2, b2, X, Y):
    m = Y.size
    Z1 = W1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = W2.dot(A1) + b2
    A2 = softmax(Z2)
    loss = -np.log(A2[Y, np.arange(m)]).mean()

    dZ2 = A2 - one_hot(Y, W2.shape[0])
    dW2 = 1 / m * dZ2.dot(A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T.dot(dZ2) * ReLU_deriv(Z1)
    dW1 = 1 / m * dZ1.dot(X.T)
    db1 = 1 / m * np.sum(dZ1)
    return loss, (dW1, db1, dW2, db2)
