import numpy as np


# oracle: shapes X: n d, log_gamma: scalar
def rbf_gram(X, log_gamma):
    """Gram matrix K_ij = exp(-gamma |x_i - x_j|^2) and its pullback."""
    gamma = np.exp(log_gamma)
    delta = X[:, None, :] - X[None, :, :]
    d2 = (delta ** 2).sum(-1)
    K = np.exp(-gamma * d2)

    def pullback(K_bar):
        d2_bar = -gamma * K_bar * K
        delta_bar = 2 * delta * d2_bar[:, :, None]
        X_bar = delta_bar.sum(axis=1)
        log_gamma_bar = -gamma * np.sum(K_bar * K * d2)
        return X_bar, log_gamma_bar

    return K, pullback
