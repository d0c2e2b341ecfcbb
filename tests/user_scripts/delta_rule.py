"""ADALINE: one linear unit, the delta rule, sample after sample."""
import numpy as np

samples = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
desired = np.array([1.0, -1.0, -1.0, -1.0])
w = np.array([0.2, -0.1])
bias = 0.1
eta = 0.1

for epoch in range(8):
    sse = 0.0
    for x, d in zip(samples, desired):
        out = np.dot(w, x) + bias
        error = d - out
        w += eta * error * x
        bias += eta * error
        sse += error ** 2
    print("epoch", epoch, "sse %.4f" % sse)
print(w, bias)
