"""One hidden layer, squared error, the Adam optimiser written out."""
import numpy as np

np.random.seed(0)
X = np.random.uniform(-2, 2, (20, 1))
Y = X ** 2 + 0.1 * np.random.randn(20, 1)

W1 = np.random.randn(1, 10) * 0.5
b1 = np.random.randn(1, 10) * 0.1
W2 = np.random.randn(10, 1) * 0.5
b2 = np.zeros((1, 1))
params = [W1, b1, W2, b2]
m = [np.zeros_like(p) for p in params]
v = [np.zeros_like(p) for p in params]
beta1, beta2, eps, lr = 0.9, 0.999, 1e-8, 0.01

for t in range(1, 61):
    h_pre = X @ W1 + b1
    h = np.maximum(h_pre, 0.1 * h_pre)  # leaky
    out = h @ W2 + b2
    mse = ((out - Y) ** 2).mean()

    dout = 2 * (out - Y) / out.size
    dW2 = h.T @ dout
    db2 = dout.sum(0, keepdims=True)
    dh = dout @ W2.T
    dh_pre = np.where(h_pre > 0, dh, 0.1 * dh)
    dW1 = X.T @ dh_pre
    db1 = dh_pre.sum(0, keepdims=True)

    for i, g in enumerate([dW1, db1, dW2, db2]):
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g * g
        m_hat = m[i] / (1 - beta1 ** t)
        v_hat = v[i] / (1 - beta2 ** t)
        params[i] -= lr * m_hat / (np.sqrt(v_hat) + eps)
    if t % 20 == 0:
        print(t, "mse %.6f" % mse)
