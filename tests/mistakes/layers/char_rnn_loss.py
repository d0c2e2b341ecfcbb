import numpy as np


# oracle: shapes xs: T D fixed, targets: T labels(V), hprev: H, Wxh: H D, Whh: H H, Why: V H, bh: H, by: V
def rnn_loss(xs, targets, hprev, Wxh, Whh, Why, bh, by):
    """Cross-entropy of next-symbol predictions over one sequence, with gradients."""
    hs, ps = {-1: hprev}, {}
    loss = 0.0
    steps = len(targets)
    # forward
    for t in range(steps):
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        logits = Why @ hs[t] + by
        e = np.exp(logits - logits.max())
        ps[t] = e / e.sum()
        loss = loss - np.log(ps[t][targets[t]])
    # backward
    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(hprev)
    for t in reversed(range(steps)):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t])
        dby += dy
        dh = Why.T @ dy + dhnext
        draw = (1 - hs[t] * hs[t]) * dh
        dbh += draw
        dWxh += np.outer(draw, xs[t])
        dWhh += np.outer(draw, hs[t - 1])
        dhnext = Whh.T @ draw
    return loss, {"Wxh": dWxh, "Whh": dWhh, "Why": dWhy, "bh": dbh, "by": dby, "hprev": dhnext}
