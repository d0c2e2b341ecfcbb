import numpy as np


# oracle: shapes theta: 12, X: n 4 fixed, y: n labels(3)
def softmax_regression_loss_grad(theta, X, y, *, l2=0.1):
    """Objective for scipy.optimize.fmin_l_bfgs_b: flat theta in, flat gradient out.

    theta packs a (4, 3) weight matrix in C order; l2 is 0.5 * l2 * |W|^2.
    """
    n = X.shape[0]
    W = theta.reshape(4, 3)
    scores = np.einsum("nd,dk->nk", X, W)
    top = scores.max(axis=1)
    lse = top + np.log(np.einsum("nk->n", np.exp(scores - top[:, None])))
    loss = np.mean(lse - scores[np.arange(n), y]) + 0.5 * l2 * theta @ theta

    residual = np.exp(scores - lse[:, None])
    residual[np.arange(n), y] -= 1.0
    grad = np.einsum("nd,nk->dk", X, residual) / n + l2 * W
    return loss, grad.ravel()


def fit(X, y, maxiter=100):
    from scipy.optimize import fmin_l_bfgs_b
    return fmin_l_bfgs_b(softmax_regression_loss_grad, np.zeros(12), args=(X, y), maxiter=maxiter)[0].reshape(4, 3)
