import numpy as np


# running totals along time, then a gain per feature
# oracle: shapes x: T D, gain: D
def running_total(x, gain):
    c = np.cumsum(x, axis=0)
    y = c * gain

    def pullback(g):
        dgain = np.sum(g * c, axis=0)
        dx = np.cumsum(g * gain, axis=0)
        return dx, dgain

    return y, pullback
