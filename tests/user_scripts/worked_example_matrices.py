"""The same 2-2-2 example with matrices."""

import numpy as np

x = np.array([[0.05], [0.10]])
target = np.array([[0.01], [0.99]])
W1 = np.array([[0.15, 0.20], [0.25, 0.30]])
W2 = np.array([[0.40, 0.45], [0.50, 0.55]])
b1, b2 = 0.35, 0.60
rate = 0.5


def logistic(net):
    return 1 / (1 + np.exp(-net))


for step in range(20):
    out_h = logistic(W1 @ x + b1)
    out_o = logistic(W2 @ out_h + b2)
    E = 0.5 * np.sum((target - out_o) ** 2)
    delta_o = (out_o - target) * out_o * (1 - out_o)
    delta_h = (W2.T @ delta_o) * out_h * (1 - out_h)
    W2 -= rate * delta_o @ out_h.T
    W1 -= rate * delta_h @ x.T
    if step % 5 == 0:
        print(step, E)
