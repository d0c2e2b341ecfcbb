import math
import numpy as np

K0 = math.sqrt(2.0 / math.pi)
K1 = 0.044715


# oracle: shapes x: N M
def gelu(x):
    return 0.5 * x * (1.0 + np.tanh(K0 * (x + K1 * x ** 3)))


# oracle: shapes x: N M
def gelu_derivative(x):
    u = K0 * (x + K1 * x ** 3)
    t = np.tanh(u)
    # product rule: half of (1 + t), and x times the slope of t
    return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t ** 2) * K0 * (1.0 + K1 * x ** 2)
