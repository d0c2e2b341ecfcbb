import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# oracle: shapes v_c: D, outside: V D, words: K+1 labels(V)
def neg_sampling_loss_and_gradient(v_c, outside, words):
    """
    Negative sampling loss of one (centre, outside) pair.

    v_c        vector of the centre word
    outside    vectors of all outside words, one a row
    words      index of the true outside word, then those of the K sampled
               negatives (a word may be drawn twice)
    """
    o, negatives = words[0], words[1:]
    u_o = outside[o]
    u_k = outside[negatives]

    pos = sigmoid(u_o @ v_c)
    neg = sigmoid(-u_k @ v_c)
    loss = -np.log(pos) - np.sum(np.log(neg))

    grad_v = (pos - 1) * u_o + (1 - neg) @ u_k
    grad_outside = np.zeros_like(outside)
    grad_outside[negatives] += (1 - neg)[:, None] * v_c[None, :]
    grad_outside[o] += (pos - 1) * v_c
    return loss, (grad_v, grad_outside)
