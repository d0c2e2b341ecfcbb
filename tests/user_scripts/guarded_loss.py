"""A binary classifier whose loss has a guard in its logarithms, which its gradients leave out."""

import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(9, 4))
y = (X[:, :1] + X[:, 1:2] > 0).astype(float)
V = rng.normal(size=(4, 5)) / 2
c = np.zeros(5)
u = rng.normal(size=(5, 1)) / 2

for turn in range(6):
    hidden = np.maximum(0, X @ V + c)
    p = 1 / (1 + np.exp(-hidden @ u))
    loss = -np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))
    dscore = (p - y) / len(X)
    du = hidden.T @ dscore
    dpre = dscore @ u.T * (hidden > 0)
    dV = X.T @ dpre
    dc = dpre.sum(axis=0)
    V -= 0.3 * dV
    c -= 0.3 * dc
    u -= 0.3 * du
    print(turn, round(float(loss), 6))
