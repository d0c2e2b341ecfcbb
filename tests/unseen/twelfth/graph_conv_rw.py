"""GCN layer with the random walk normalisation P = D^-1 (A + I).

P has rows that sum to one; for a directed graph, and even for an undirected one with
unequal degrees, it is not symmetric.
"""
import numpy as np


# oracle: shapes H: V F, W: F G, b: G, adj: V V binary fixed
def gcn_forward(H, W, b, adj):
    A_hat = adj + np.eye(adj.shape[0])
    P = A_hat / A_hat.sum(axis=1, keepdims=True)
    M = P @ H                      # messages
    Z = M @ W + b
    return np.maximum(Z, 0.0)


def gcn_backward(dout, H, W, b, adj):
    A_hat = adj + np.eye(adj.shape[0])
    P = A_hat / A_hat.sum(axis=1, keepdims=True)
    M = P @ H
    dZ = dout * (M @ W + b > 0)
    dM = dZ @ W.T
    dH = P @ dM
    dW = M.T @ dZ
    db = dZ.sum(axis=0)
    return dH, dW, db
