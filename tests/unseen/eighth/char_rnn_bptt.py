import numpy as np

# vanilla recurrent net over a whole sequence (time first), karpathy-flavoured.

# oracle: shapes xs: T N D, h0: N H, Wxh: D H, Whh: H H, bh: H
def rnn_forward(xs, h0, Wxh, Whh, bh):
    hs = []
    h = h0
    for t in range(xs.shape[0]):
        h = np.tanh(xs[t] @ Wxh + h @ Whh + bh)
        hs.append(h)
    return np.stack(hs)


def rnn_backward(dhs, xs, h0, Wxh, Whh, bh):
    hs = rnn_forward(xs, h0, Wxh, Whh, bh)
    dxs = np.zeros_like(xs)
    dWxh, dWhh, dbh = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(bh)
    dhnext = np.zeros_like(h0)
    for t in reversed(range(xs.shape[0])):
        dh = dhs[t]
        draw = (1 - hs[t] * hs[t]) * dh
        prev = hs[t - 1] if t > 0 else h0
        dWxh += xs[t].T @ draw
        dWhh += prev.T @ draw
        dbh += draw.sum(0)
        dxs[t] = draw @ Wxh.T
        dhnext = draw @ Whh.T
    dh0 = dhnext
    return dxs, dh0, dWxh, dWhh, dbh
