"""Logistic regression with a picture of the loss (if matplotlib is there)."""
import numpy as np

try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None

rng = np.random.default_rng(12)
x1 = rng.normal([-1, -1], 1.0, size=(15, 2))
x2 = rng.normal([1.5, 1], 1.0, size=(15, 2))
X = np.vstack([x1, x2])
y = np.hstack([np.zeros(15), np.ones(15)])

w = np.zeros(2)
b = 0.0
lr = 0.3
losses = []

for epoch in range(50):
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    losses.append(loss)
    dz = p - y
    dw = X.T @ dz / len(y)
    db = np.mean(dz)
    w = w - lr * dw
    b = b - lr * db
    if epoch % 10 == 0:
        print(f"{epoch}: {loss:.5f}")

if plt is not None:
    fig, ax = plt.subplots()
    ax.plot(losses)
    ax.set_xlabel("epoch")
    plt.show()
print("w =", w.round(3), "b = %.3f" % b)
