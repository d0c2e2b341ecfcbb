import numpy as np

WEIGHT_DECAY = 0.7


# oracle: shapes W: D K, b: K, X: N D fixed, T: N K fixed
def ridge(W, b, X, T):
    """0.5/N * ||X W + b - T||^2 + 0.5 * wd * ||W||^2 ; returns the value and a function for the gradients"""
    N = X.shape[0]
    R = X @ W + b - T
    value = 0.5 / N * np.sum(R * R) + 0.5 * WEIGHT_DECAY * np.sum(W * W)

    def back(upstream=1.0):
        dR = upstream * R / N
        dW = X.T @ dR
        db = dR.sum(axis=0)
        return dW, db

    return value, back
