"""Residual block whose shortcut reuses the upstream array."""
import numpy as np


def softplus(u):
    return np.logaddexp(0, u)


def resnet_fwd(x, w, a):
    """x: (N, D)   w: (D, D)   a: (1,)  -- a is ReZero's scalar gate"""
    return x + a * softplus(x @ w)


def resnet_bwd(dy, x, w, a):
    u = x @ w
    da = np.vdot(dy, softplus(u)).reshape(1)
    # softplus' = logistic; written so that it does not overflow
    du = a * dy * 0.5 * (1 + np.tanh(0.5 * u))
    return dy + du @ w.T, x.T @ du, da
