"""trace(C inv(S)) for S = A A' + I, with the gradient for A and C."""
import numpy as np


def spur_value_and_grad(A, C):
    """A: (N, N), C: (N, N)"""
    P = np.linalg.inv(A @ A.T + np.eye(len(A)))
    value = np.trace(C @ P)
    G = -P @ C @ P
    grad_A = (G + G.T) @ A
    grad_C = P
    return value, (grad_A, grad_C)
