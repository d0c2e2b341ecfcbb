import numpy as np


# Minimal gated unit (Zhou et al. 2016): a single gate doing the work of both of the GRU's

# oracle: shapes x: N D, h: N H, Wf: D H, Uf: H H, Wc: D H, Uc: H H
def mgu_forward(x, h, Wf, Uf, Wc, Uc):
    af = x @ Wf + h @ Uf
    f = 1 / (1 + np.exp(-af))
    ac = x @ Wc + (f * h) @ Uc
    c = np.tanh(ac)
    return (1 - f) * h + f * c


def mgu_backward(dout, x, h, Wf, Uf, Wc, Uc):
    # redo the forward quantities, cheaper than storing them
    f = 1 / (1 + np.exp(-(x @ Wf + h @ Uf)))
    fh = f * h
    c = np.tanh(x @ Wc + fh @ Uc)

    dc = dout * f
    dac = dc * (1 - c * c)
    dWc = x.T @ dac
    dUc = fh.T @ dac
    dfh = dac @ Uc.T

    df = dout * (c - h) + dfh * h
    daf = df
    dWf = x.T @ daf
    dUf = h.T @ daf

    dx = dac @ Wc.T + daf @ Wf.T
    dh = dout * (1 - f) + dfh * f + daf @ Uf.T
    return dx, dh, dWf, dUf, dWc, dUc
