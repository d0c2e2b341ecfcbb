"""Physics-informed fit of  u'(x) + u(x) = cos(x),  u(0) = 1,  for scipy.optimize.minimize(cost, th0, jac=gradient).

u(x) = sum_j v_j tanh(w_j x + b_j);   theta = [w, b, v]
u'(x) = sum_j v_j w_j (1 - tanh^2)
"""
import numpy as np


# oracle: shapes theta: 3*H, x: N fixed
def cost(theta, x):
    H = theta.size // 3
    w, b, v = theta[:H], theta[H:2 * H], theta[2 * H:]
    a = np.tanh(np.outer(x, w) + b)
    u = a @ v
    ux = (1 - a ** 2) @ (v * w)
    r = ux + u - np.cos(x)
    e0 = np.tanh(b) @ v - 1.0
    return np.mean(r ** 2) + e0 ** 2


def gradient(theta, x):
    H = theta.size // 3
    w, b, v = theta[:H], theta[H:2 * H], theta[2 * H:]
    N = x.size
    a = np.tanh(np.outer(x, w) + b)
    s = 1 - a ** 2                      # first derivative of tanh
    t = -2 * a * s                      # second derivative
    r = s @ (v * w) + a @ v - np.cos(x)
    q = 2 * r / N

    a0 = np.tanh(b)
    e0 = a0 @ v - 1.0

    gv = (s * w + a).T @ q + 2 * e0 * a0
    gb = v * ((t * w + s).T @ q) + 2 * e0 * v * (1 - a0 ** 2)
    # w enters through u and through u'
    gw = v * (((t * w + s) * x[:, None]).T @ q)
    grad = np.concatenate([gw, gb, gv])
    return grad
