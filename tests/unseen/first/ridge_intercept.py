import numpy as np


def ridge_cost_and_grad(beta, A, b, lam=0.3):
    """Ridge regression, intercept in the last entry.

    beta : (D+1,)
    A : (N, D) fixed
    b : (N,) fixed
    """
    n = A.shape[0]
    w, c = beta[:-1], beta[-1]
    r = A @ w + c - b
    cost = (r @ r) / (2 * n) + lam / 2 * (w @ w)

    grad = np.empty_like(beta)
    grad[:-1] = A.T @ r / n
    grad[-1] = r.mean()
    grad += lam * beta
    return cost, grad


def fit(A, b, steps=500, lr=0.1):
    beta = np.zeros(A.shape[1] + 1)
    for _ in range(steps):
        _, g = ridge_cost_and_grad(beta, A, b)
        beta -= lr * g
    return beta
