"""Focal loss for the anchor classifier (binary), gamma = 2."""
import numpy as np

GAMMA = 2.0


def focal_forward(z, y):
    """
    z: (A,) logits
    y: (A,) binary, fixed
    """
    s = 1 / (1 + np.exp(-z))
    pt = np.where(y == 1, s, 1 - s)
    return np.mean(-((1 - pt) ** GAMMA) * np.log(pt))


def focal_backward(g, z, y):
    s = 1 / (1 + np.exp(-z))
    sgn = np.where(y == 1, 1.0, -1.0)
    pt = np.where(y == 1, s, 1 - s)
    w = (1 - pt) ** GAMMA
    dpt = -w / pt / len(z)
    dz = g * dpt * sgn * s * (1 - s)
    return dz
