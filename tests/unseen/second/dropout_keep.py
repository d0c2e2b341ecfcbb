# Dropout the old way: drop at training time, multiply by (1 - p) at test time.
import numpy as np


# oracle: shapes x: N D, r: N D unit fixed
def old_dropout_forward(x, r, p=0.3, train=True):
    if not train:
        return x * (1 - p), None
    alive = r > p
    return np.where(alive, x, 0.0), alive


def old_dropout_backward(dout, alive):
    if alive is None:
        raise RuntimeError("backward in test mode")
    dx = dout.copy()
    dx[~alive] = 0
    return dx
