"""Notes to self: activations for the tiny MLP (week 3)."""
import numpy as np


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


# swish with a slope, x * sigma(beta x)  (Ramachandran et al. 2017)
# oracle: shapes x: N D
def swish(x, beta=1.5):
    return x * logistic(beta * x)


def swish_derivative(x, beta=1.5):
    # product rule:  (x s)' = s + x s'
    s = logistic(beta * x)
    return s + x * s * (1.0 - s)
