import numpy as np


# oracle: shapes p: N C probabilities, t: N C onehot fixed
def cross_entropy(p, t):
    return -np.mean(np.sum(t * np.log(p + 1e-8), axis=1))


def cross_entropy_grad(p, t):
    return -t / (p + 1e-8) / p.shape[0]
