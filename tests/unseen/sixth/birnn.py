import numpy as np


# oracle: shapes x: N T D, Wf: D H, Uf: H H, Wb: D H, Ub: H H
def birnn_forward(x, Wf, Uf, Wb, Ub):
    """Bidirectional vanilla RNN, zero initial states, outputs concatenated (N, T, 2H)."""
    N, T, _ = x.shape
    H = Uf.shape[0]
    hf = np.zeros((N, T, H))
    hb = np.zeros((N, T, H))
    prev = np.zeros((N, H))
    for t in range(T):
        prev = np.tanh(x[:, t] @ Wf + prev @ Uf)
        hf[:, t] = prev
    prev = np.zeros((N, H))
    for t in reversed(range(T)):
        prev = np.tanh(x[:, t] @ Wb + prev @ Ub)
        hb[:, t] = prev
    out = np.concatenate([hf, hb], axis=2)
    return out, (x, hf, hb, Wf, Uf, Wb, Ub)


def birnn_backward(dout, cache):
    x, hf, hb, Wf, Uf, Wb, Ub = cache
    N, T, _ = x.shape
    H = Uf.shape[0]
    dhf, dhb = dout[:, :, :H], dout[:, :, H:]
    dx = np.zeros_like(x)
    dWf, dUf, dWb, dUb = (np.zeros_like(p) for p in (Wf, Uf, Wb, Ub))

    # left-to-right net, walked from the right
    carry = np.zeros((N, H))
    for t in reversed(range(T)):
        da = (dhf[:, t] + carry) * (1 - hf[:, t] ** 2)
        dx[:, t] += da @ Wf.T
        dWf += x[:, t].T @ da
        if t > 0:
            dUf += hf[:, t - 1].T @ da
        carry = da @ Uf.T

    # right-to-left net, walked from the left
    carry = np.zeros((N, H))
    for t in range(T):
        da = dhb[:, t] * (1 - hb[:, t] ** 2)
        dx[:, t] += da @ Wb.T
        dWb += x[:, t].T @ da
        if t < T - 1:
            dUb += hb[:, t + 1].T @ da
        carry = da @ Ub.T

    return dx, dWf, dUf, dWb, dUb
