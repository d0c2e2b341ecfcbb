import numpy as np


# oracle: shapes x: N 3*L
def avg_pool_fwd(x):
    N, L = x.shape
    return x.reshape(N, L // 3, 3).mean(axis=2)


def avg_pool_bwd(g, x):
    gx = np.repeat(g, 3, axis=1)
    return gx
