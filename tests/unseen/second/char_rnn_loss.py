"""Character model in the style of min-char-rnn: loss and gradients in one go."""
import numpy as np


# oracle: shapes inputs: T labels(V), targets: T labels(V), Wxh: H V, Whh: H H, Why: V H, bh: H, by: V
def loss_fun(inputs, targets, Wxh, Whh, Why, bh, by):
    hs = {-1: np.zeros_like(bh)}
    ps = {}
    loss = 0.0
    T = len(inputs)
    for t in range(T):
        hs[t] = np.tanh(Wxh[:, inputs[t]] + Whh @ hs[t - 1] + bh)
        y = Why @ hs[t] + by
        e = np.exp(y - y.max())
        ps[t] = e / e.sum()
        loss -= np.log(ps[t][targets[t]])

    dWxh, dWhh, dWhy = np.zeros_like(Wxh), np.zeros_like(Whh), np.zeros_like(Why)
    dbh, dby = np.zeros_like(bh), np.zeros_like(by)
    dhnext = np.zeros_like(bh)
    for t in reversed(range(T)):
        dy = ps[t].copy()
        dy[targets[t]] -= 1
        dWhy += np.outer(dy, hs[t])
        dby += dy
        dh = Why.T @ dy + dhnext
        draw = (1 - hs[t] ** 2) * dh
        dbh += draw
        dWxh[:, inputs[t]] += draw
        dWhh += np.outer(draw, hs[t - 1])
        dhnext = Whh @ draw
    return loss, (dWxh, dWhh, dWhy, dbh, dby)
