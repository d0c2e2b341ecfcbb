import numpy as np


# oracle: shapes x: N
def softsign(x):
    return x / (1 + np.abs(x))


def softsign_prime(x):
    """quotient rule: (1 + |x| - x * sign(x)) / (1 + |x|)^2 = 1 / (1 + |x|)^2"""
    return 1 / (1 + np.abs(x))


def train_step(w, x, t, lr=0.1):
    z = w * x
    return w - lr * (softsign(z) - t) * softsign_prime(z) * x
