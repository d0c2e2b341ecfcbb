"""Scaled dot-product attention by hand (notes for the reading group)."""
import numpy as np


def _softmax(s):
    s = s - s.max(axis=-1, keepdims=True)
    e = np.exp(s)
    return e / e.sum(axis=-1, keepdims=True)


def scaled_dot_product_forward(Q, K, V):
    """
    Q : array of shape (B, T, d)
    K : array of shape (B, S, d)
    V : array of shape (B, S, v)
    returns array of shape (B, T, v)
    """
    scale = 1.0 / np.sqrt(Q.shape[-1])
    P = _softmax(scale * Q @ K.transpose(0, 2, 1))
    return P @ V


def scaled_dot_product_backward(dO, Q, K, V):
    # O = P V,  P = softmax(S),  S = Q K^T / sqrt(d)
    scale = 1.0 / np.sqrt(Q.shape[-1])
    P = _softmax(scale * Q @ K.transpose(0, 2, 1))
    dV = P.transpose(0, 2, 1) @ dO
    dP = dO @ V.transpose(0, 2, 1)
    # softmax: dS = P * (dP - rowsum(dP * P))
    dS = P * (dP - np.sum(dP * P, axis=-1, keepdims=True))
    dQ = dS @ K * scale
    dK = dS.transpose(0, 2, 1) @ Q
    return dQ, dK, dV
