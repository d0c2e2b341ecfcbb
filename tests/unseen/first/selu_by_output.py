import numpy as np

L = 1.0507009873554805
A = 1.6732632423543772


# oracle: shapes x: N D
def selu_forward(x):
    out = L * np.where(x > 0, x, A * np.expm1(np.minimum(x, 0)))
    return out, out


def selu_backward(dout, cache):
    out = cache
    # for x <= 0:  L*A*exp(x) = out + L*A
    dx = np.where(out > 0, L, out + L * A)
    dx *= dout
    return dx
