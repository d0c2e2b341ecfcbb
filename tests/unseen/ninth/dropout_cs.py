import numpy as np


# oracle: shapes x: N D, mask: N D mask
def dropout_forward(x, mask, dropout_param={'mode': 'train', 'p': 0.75}):
    """
    Forward pass for (inverted) dropout. The mask is drawn by the solver, so
    that the same one can be used by the numeric gradient check.

    p is the probability of KEEPING a neuron.
    """
    p, mode = dropout_param['p'], dropout_param['mode']
    if mode == 'train':
        out = x * mask / p
    elif mode == 'test':
        out = x
    cache = (dropout_param, mask)
    return out, cache


def dropout_backward(dout, cache):
    """Backward pass for (inverted) dropout."""
    dropout_param, mask = cache
    mode = dropout_param['mode']

    dx = None
    if mode == 'train':
        dx = dout * mask
    elif mode == 'test':
        dx = dout
    return dx
