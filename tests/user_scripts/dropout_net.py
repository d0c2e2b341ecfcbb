"""Inverted dropout in a two layer classifier; data are random blobs."""
import numpy as np

rng = np.random.default_rng(77)
N, D, H, C = 30, 4, 9, 3
labels = rng.integers(0, C, N)
X = rng.normal(size=(N, D)) + labels[:, None]
keep = 0.8

W1 = rng.normal(scale=0.4, size=(D, H)); b1 = np.zeros(H)
W2 = rng.normal(scale=0.4, size=(H, C)); b2 = np.zeros(C)

for it in range(20):
    pre = X @ W1 + b1
    act = np.maximum(pre, 0)
    mask = (rng.random(act.shape) < keep) / keep
    dropped = act * mask
    logits = dropped @ W2 + b2
    logits -= logits.max(axis=1, keepdims=True)
    logp = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -logp[np.arange(N), labels].mean()

    dlogits = np.exp(logp)
    dlogits[np.arange(N), labels] -= 1
    dlogits /= N
    dW2 = dropped.T @ dlogits
    db2 = dlogits.sum(0)
    ddropped = dlogits @ W2.T
    dact = ddropped * mask
    dpre = dact * (pre > 0)
    dW1 = X.T @ dpre
    db1 = dpre.sum(0)

    lr = 0.5 / (1 + 0.1 * it)
    W1 -= lr * dW1; b1 -= lr * db1
    W2 -= lr * dW2; b2 -= lr * db2
    if it % 5 == 0:
        print(f"{it:3d} {loss:.5f}")
