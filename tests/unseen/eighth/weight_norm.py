import numpy as np


def _colnorm(v):
    return np.sqrt(np.sum(np.square(v), axis=0))


# Salimans & Kingma: w = g * v / ||v||, one norm a unit (columns)
# oracle: shapes x: N D, v: D M, g: M
def wn_linear_fwd(x, v, g):
    return x @ (v * (g / _colnorm(v)))


def wn_linear_bwd(dout, x, v, g):
    nrm = _colnorm(v)
    dw = x.T @ dout
    dg = (dw * v).sum(axis=0) / nrm
    # remove from dw the component along v
    dv = g / nrm * dw - g * dg / nrm ** 2 * v
    dx = dout @ (v * (g / nrm)).T
    return dx, dv, dg
