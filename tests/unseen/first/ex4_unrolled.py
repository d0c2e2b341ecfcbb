"""Course exercise 4 in python: 2-3-2 network, parameters unrolled for minimize()."""
import numpy as np

IN, HID, OUT = 2, 3, 2


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def _unroll(theta):
    k = HID * (IN + 1)
    return theta[:k].reshape(HID, IN + 1), theta[k:].reshape(OUT, HID + 1)


def _run(theta, X):
    T1, T2 = _unroll(theta)
    a1 = np.c_[np.ones(len(X)), X]
    a2 = np.c_[np.ones(len(X)), sigmoid(a1 @ T1.T)]
    return T1, T2, a1, a2, sigmoid(a2 @ T2.T)


# oracle: shapes theta: 17, X: N 2 fixed, Y: N 2 onehot fixed
def cost(theta, X, Y, lam=0.7):
    T1, T2, a1, a2, h = _run(theta, X)
    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / len(X)
    return J + lam / (2 * len(X)) * (np.sum(T1[:, 1:] ** 2) + np.sum(T2[:, 1:] ** 2))


# oracle: shapes theta: 17, X: N 2 fixed, Y: N 2 onehot fixed
def gradient(theta, X, Y, lam=0.7):
    T1, T2, a1, a2, h = _run(theta, X)
    m = len(X)
    d3 = h - Y
    d2 = (d3 @ T2) * a2 * (1 - a2)
    G1 = d2[:, :-1].T @ a1 / m
    G2 = d3.T @ a2 / m
    G1[:, 1:] += lam / m * T1[:, 1:]
    G2[:, 1:] += lam / m * T2[:, 1:]
    grad = np.concatenate([G1.ravel(), G2.ravel()])
    return grad
