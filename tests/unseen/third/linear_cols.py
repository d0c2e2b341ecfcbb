import numpy as np

# Samples are columns: A_prev is (n_prev, m), Z is (n, m).


# oracle: shapes A_prev: n_prev m, W: n n_prev, b: n 1
def linear_fwd(A_prev, W, b):
    Z = np.dot(W, A_prev) + b
    return Z


def linear_bwd(dZ, A_prev, W, b):
    dA_prev = np.dot(W.T, dZ)
    dW = np.dot(dZ, A_prev.T)
    db = np.sum(dZ, axis=0, keepdims=True)
    return dA_prev, dW, db
