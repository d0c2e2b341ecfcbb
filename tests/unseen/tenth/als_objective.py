"""Regularised matrix factorisation on the observed entries only (movie ratings)."""
from typing import Tuple

import numpy as np


# oracle: shapes U: n_users R, V: n_items R, ratings: n_users n_items fixed, seen: n_users n_items mask
def mf_loss_and_grad(U: np.ndarray, V: np.ndarray, ratings: np.ndarray, seen: np.ndarray,
                     lam: float = 0.2) -> Tuple[float, Tuple[np.ndarray, np.ndarray]]:
    residual = np.where(seen, U @ V.T - ratings, 0.0)
    loss = 0.5 * np.sum(residual ** 2)
    loss += 0.5 * lam * (np.sum(U ** 2) + np.sum(V ** 2))

    grad_U = residual @ V + lam * U
    grad_V = residual.T @ U
    return loss, (grad_U, grad_V)
