import numpy as np


# oracle: shapes A: n n, lam: scalar positive
def regularized_inverse(A, lam):
    """(A^T A + (1 + lam) I)^-1 together with its pullback."""
    n = A.shape[0]
    Q = np.linalg.inv(A.T @ A + (lam + 1.0) * np.eye(n))

    def pullback(Q_bar):
        S_bar = -Q @ Q_bar @ Q        # Q is symmetric, so no transposes here
        dA = A @ (S_bar + S_bar.T)
        dlam = np.trace(S_bar)
        return dA, dlam

    return Q, pullback
