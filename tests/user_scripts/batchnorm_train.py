"""Batch norm between two linear layers, backward written step by step along the graph."""
import numpy as np

np.random.seed(13)
N, D, H = 16, 3, 5
X = np.random.randn(N, D) * 2 + 1
Y = np.sin(X[:, :1]) + X[:, 1:2] * 0.5
W1 = np.random.randn(D, H) * 0.5
gamma, beta = np.ones(H), np.zeros(H)
W2 = np.random.randn(H, 1) * 0.5
eps = 1e-5

for step in range(15):
    z = X @ W1
    mu = z.mean(axis=0)
    xmu = z - mu
    var = (xmu ** 2).mean(axis=0)
    sqrtvar = np.sqrt(var + eps)
    ivar = 1.0 / sqrtvar
    xhat = xmu * ivar
    bn = gamma * xhat + beta
    a = np.tanh(bn)
    out = a @ W2
    loss = 0.5 * np.mean((out - Y) ** 2)

    dout = (out - Y) / N
    dW2 = a.T @ dout
    da = dout @ W2.T
    dbn = da * (1 - a * a)
    dbeta = dbn.sum(axis=0)
    dgamma = (dbn * xhat).sum(axis=0)
    dxhat = dbn * gamma
    divar = (dxhat * xmu).sum(axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -divar / sqrtvar ** 2
    dvar = 0.5 * dsqrtvar / sqrtvar
    dsq = np.ones((N, H)) * dvar / N
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -dx1.sum(axis=0)
    dz = dx1 + dmu / N
    dW1 = X.T @ dz

    W1 -= 0.2 * dW1
    gamma -= 0.2 * dgamma
    beta -= 0.2 * dbeta
    W2 -= 0.2 * dW2
    if step % 5 == 0:
        print(step, loss.round(6))
