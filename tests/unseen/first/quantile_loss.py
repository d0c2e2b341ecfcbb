import numpy as np

TAU = 0.9


def pinball_forward(pred, obs):
    """
    pred : (N,)
    obs : (N,) fixed
    """
    e = obs - pred
    return np.mean(np.maximum(TAU * e, (TAU - 1) * e))


def pinball_backward(g, pred, obs):
    dpred = ((pred > obs) - TAU) * (g / pred.size)
    return dpred
