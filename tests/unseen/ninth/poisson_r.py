# R> glm(y ~ X - 1, family = poisson, offset = log.exposure)
# re-done by hand for scipy.optimize.minimize(..., jac = True)
import numpy as np


# oracle: shapes beta: p, X: n p fixed, y: n positive, log_exposure: n fixed
def poisson_loss_and_grad(beta, X, y, log_exposure):
    n_obs = X.shape[0]
    eta = X @ beta + log_exposure
    mu = np.exp(eta)                                  # canonical link
    neg_loglik = -np.sum(y * eta - mu) / n_obs        # drop lgamma(y + 1)

    score = X.T @ (y - mu) / n_obs
    return neg_loglik, score


def predict_response(beta, X, log_exposure):
    return np.exp(X @ beta + log_exposure)


def deviance_residuals(beta, X, y, log_exposure):
    mu = predict_response(beta, X, log_exposure)
    return np.sign(y - mu) * np.sqrt(2 * (y * np.log(y / mu) - (y - mu)))
