"""All squared distances between the rows of a matrix, as used in our metric-learning code."""
import numpy as np


def sqdist(X):
    """X: one sample per row, shape (N, D)"""
    sq = np.sum(X * X, axis=1)
    D2 = sq[:, None] + sq[None, :] - 2 * X @ X.T

    def back(G):
        dX = 2 * X * (G.sum(axis=1) + G.sum(axis=0))[:, None]
        dX -= 4 * G @ X
        return dX

    return D2, back
