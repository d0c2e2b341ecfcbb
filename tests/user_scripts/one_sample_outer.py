"""Online learning, one sample at a time, with outer products."""

import numpy as np

rng = np.random.default_rng(5)
data = rng.normal(size=(8, 3))
targets = np.tanh(data @ np.array([[0.7, -0.2], [0.1, 0.4], [-0.5, 0.3]]))
w1 = rng.normal(size=(4, 3))
c1 = rng.normal(size=4)
w2 = rng.normal(size=(2, 4))
c2 = rng.normal(size=2)
eta = 0.05

for epoch in range(5):
    total = 0.0
    for x, t in zip(data, targets):
        h_in = w1 @ x + c1
        h = np.tanh(h_in)
        o_in = w2 @ h + c2
        o = np.tanh(o_in)
        E = 0.5 * np.sum((o - t) ** 2)
        total += E
        d_o = (o - t) * (1 - o**2)
        d_h = (w2.T @ d_o) * (1 - h**2)
        g_w2 = np.outer(d_o, h)
        g_c2 = d_o
        g_w1 = np.outer(d_h, x)
        g_c1 = d_h
        w2 -= eta * g_w2
        c2 -= eta * g_c2
        w1 -= eta * g_w1
        c1 -= eta * g_c1
    print(epoch, round(total, 6))
