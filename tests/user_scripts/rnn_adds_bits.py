"""Elman net that counts the ones in a sequence; error only at the end, backprop through time."""
import numpy as np

rng = np.random.RandomState(10)
nSamples, seqLen = 10, 6
X = rng.randint(0, 2, (nSamples, seqLen)).astype(float)
t = X.sum(axis=1)


def update_state(xk, sk, wx, wRec):
    return xk * wx + sk * wRec


def forward_states(X, wx, wRec):
    S = np.zeros((X.shape[0], X.shape[1] + 1))
    for k in range(0, X.shape[1]):
        S[:, k + 1] = update_state(X[:, k], S[:, k], wx, wRec)
    return S


def loss(y, t):
    return np.mean((t - y) ** 2)


def output_gradient(y, t):
    return 2.0 * (y - t) / len(t)


def backward_gradient(X, S, grad_out, wRec):
    grad_over_time = np.zeros((X.shape[0], X.shape[1] + 1))
    grad_over_time[:, -1] = grad_out
    wx_grad = 0
    wRec_grad = 0
    for k in range(X.shape[1], 0, -1):
        wx_grad += np.sum(grad_over_time[:, k] * X[:, k - 1])
        wRec_grad += np.sum(grad_over_time[:, k] * S[:, k - 1])
        grad_over_time[:, k - 1] = grad_over_time[:, k] * wRec
    return wx_grad, wRec_grad


wx, wRec = 0.8, 0.7
for i in range(40):
    S = forward_states(X, wx, wRec)
    err = loss(S[:, -1], t)
    grad_out = output_gradient(S[:, -1], t)
    wx_grad, wRec_grad = backward_gradient(X, S, grad_out, wRec)
    wx -= 0.002 * wx_grad
    wRec -= 0.002 * wRec_grad
    if i % 10 == 0:
        print("%2d  %.4f" % (i, err))
print("wx = %.3f  wRec = %.3f" % (wx, wRec))
