import numpy as np

STRIDE = 1


# oracle: shapes x: N L+3, w: 3
def corr_forward(x, w):
    K = w.shape[0]
    T = (x.shape[1] - K) // STRIDE + 1
    y = np.zeros((x.shape[0], T))
    for t in range(T):
        y[:, t] = x[:, t * STRIDE:t * STRIDE + K] @ w
    return y


def corr_backward(dy, x, w):
    K = w.shape[0]
    dx = np.zeros_like(x)
    dw = np.zeros_like(w)
    for t in range(dy.shape[1]):
        s = t * STRIDE
        dx[:, s:s + K] = dy[:, t:t + 1] * w
        dw += dy[:, t] @ x[:, s:s + K]
    return dx, dw
