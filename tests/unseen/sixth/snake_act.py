import numpy as np

FREQ = 1.7


# oracle: shapes x: N
def snake(x):
    """x + sin^2(a x) / a, the periodic activation of Ziyin et al. 2020"""
    return x + np.sin(FREQ * x) ** 2 / FREQ


def snake_prime(x):
    # 2 sin cos = sin of the double angle, the a's cancel
    return 1.0 + np.sin(2.0 * FREQ * x)


ACTIVATIONS = {"snake": (snake, snake_prime)}
