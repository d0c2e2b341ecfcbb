import numpy as np

_TINY = 1e-10


# oracle: shapes A: m d, B: n d
def euclid(A, B):
    """Distance matrix (not squared) between the rows of A and those of B."""
    diff = A[:, None, :] - B[None, :, :]
    q = np.sum(diff ** 2, axis=2)
    return np.sqrt(q + _TINY)


def euclid_vjp(G, A, B):
    """G is dL/dDist.

    With q = sum diff^2:  dist = q^(1/2),  ddist/dq = 1/(2 dist),  dq/ddiff = 2 diff.
    """
    diff = A[:, None, :] - B[None, :, :]
    dist = np.sqrt(np.sum(diff ** 2, axis=2) + _TINY)
    dq = G / dist
    ddiff = 2.0 * diff * dq[:, :, None]
    dA = ddiff.sum(axis=1)
    dB = -ddiff.sum(axis=0)
    return dA, dB
