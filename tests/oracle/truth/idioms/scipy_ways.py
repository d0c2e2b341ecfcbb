import numpy as np
import scipy.linalg
import scipy.ndimage
import scipy.special as sp
import scipy.stats
from scipy import signal
from scipy.special import expit, logsumexp, softmax

v_ = np.array([1.0, -2.0, 0.5, 3.0])


def sigmoid(X):
    return expit(X) + sp.expit(2 * X)


def logit(P):
    return sp.logit(P / 9)


def log_sum_exp(X):
    return logsumexp(X, axis=1) + sp.logsumexp(X) + sp.logsumexp(X, axis=1, keepdims=True)[0]


def log_sum_exp_weighted(X, P):
    return sp.logsumexp(X, axis=1, b=P)


def softmaxes(X):
    return softmax(X, axis=1) + sp.log_softmax(X, axis=-1)


def error_function(X):
    return 0.5 * X * (1 + sp.erf(X / np.sqrt(2))) + sp.erfc(X) + sp.ndtr(X) + sp.log_ndtr(X)


def entropies(P):
    logs = sp.xlogy(P, P) + sp.xlog1py(P, P)
    return logs + sp.entr(P) + sp.rel_entr(P, P**2) + sp.kl_div(P, P**2)


def gamma_functions(P):
    return sp.gammaln(P) + sp.digamma(P) + sp.psi(P) + sp.gamma(P)


def log_expit(X):
    return sp.log_expit(X)


def matrix_exponential(S):
    return scipy.linalg.expm(S)


def normal_density(X):
    return scipy.stats.norm.pdf(X)


def special_without_a_rule(P):
    return sp.ellipk(P / 9)


ENDS = {
    "matrix_exponential": "not replayable",
    "normal_density": "not replayable",
    "special_without_a_rule": "not replayable",
}


def convolution_by_scipy(X, S):
    k = S[:2, :3]
    full = signal.convolve2d(X, k)
    same = signal.convolve2d(X, k, mode="same")
    same = same * signal.correlate2d(X, k, "same")
    return full.sum() ** 2 + same + signal.correlate(v_, X[0])[:4]


def correlation_valid(X, S):
    return signal.correlate2d(X, S[:2, :2], "valid") ** 2 + signal.correlate2d(X, S[:2, :2])[:2, :3]


def smoothed(X):
    return scipy.ndimage.gaussian_filter(X, 1.0) ** 2
