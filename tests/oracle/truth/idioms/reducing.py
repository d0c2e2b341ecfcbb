import numpy as np


def sums(X):
    return X.sum() + np.sum(X, axis=0) * X.sum(axis=1, keepdims=True) + X.sum(axis=(0, 1))


def sum_where(X, mask):
    return np.sum(X, where=mask) + X.sum(axis=0, where=mask, initial=2.0)


def sum_dtype(X):
    return X.sum(dtype=np.float64) ** 2 + np.sum(X, axis=-1, dtype="float64")


def sum_of_generator(X):
    return sum(row.sum() ** 2 for row in X)


def sum_of_list(X, Y):
    return np.sum([X, Y, X * Y], axis=0)


def builtin_sum_of_rows(X):
    return sum(X) ** 2


def means(X):
    return X.mean() + np.mean(X, axis=0) * X.mean(1, keepdims=True) + np.mean([X.sum(), 2.0])


def mean_where(X, mask):
    return np.mean(X, where=mask) * X


def variance(X):
    return X.var() + np.var(X, axis=0) * X.var(axis=1, keepdims=True) + np.var(X, ddof=1)


def deviation(X):
    return X.std() + np.std(X, axis=0, ddof=1) + X.std(axis=1, keepdims=True)


def products(P):
    return P.prod() + np.prod(P, axis=0) * P.prod(axis=1, keepdims=True)


def extremes(X):
    return X.max() * X.min() + np.max(X, axis=0) - np.min(X, axis=1, keepdims=True) + np.amax(X)


def extreme_initial(X):
    return np.max(X, axis=0, initial=0.0) * np.min(X, axis=0, where=X > -9, initial=5.0)


def peak_to_peak(X):
    return np.ptp(X, axis=1) ** 2


def builtin_max_min(v):
    return max(v) * min(v) + max(v[0], 0.3) + max(0, v[1])


def builtin_sorted(v):
    return np.array(sorted(v)) * np.arange(4)


def cumulative(P):
    return np.cumsum(P, axis=1) * P.cumprod(axis=0) + np.cumsum(P)[:4] + P.cumsum(0)


def sorts(X):
    return np.sort(X, axis=0) * X + np.sort(X, axis=None)[:4] - np.sort(X)[:, ::-1]


def argsort_order(v):
    return v[np.argsort(v)[::-1]] * np.arange(4)


def partition(v):
    return np.sort(np.partition(v, 2)[:2]) ** 2


def top_k(X):
    top = np.argpartition(X, 2, axis=1)[:, 2:]
    return np.take_along_axis(X, top, axis=1).sum(axis=1)


def median(X):
    return np.median(X) + np.median(X, axis=0) * np.median(X, axis=1, keepdims=True)


def quantiles(X):
    return np.percentile(X, 30, axis=0) + np.quantile(X, [0.1, 0.6], axis=1).sum()


def weighted_average(X, P):
    return np.average(X, axis=1, weights=P) + np.average(X, axis=0, weights=[1.0, 2, 3])[:3]


def differences(v, X):
    return np.diff(v) ** 2 + np.diff(X, axis=1) + np.diff(v, n=2)[0] + np.ediff1d(v)


def differences_prepend(v):
    return np.diff(v, prepend=0) ** 2


def trapezoid(X, v):
    trapezoid = getattr(np, "trapezoid", None) or np.trapz
    return trapezoid(X, dx=0.5) + trapezoid(v, np.array([0.0, 0.5, 2.0, 2.5]))


def nan_functions(X):
    Z = X.copy()
    Z[0, 1] = np.nan
    return np.nansum(Z, axis=0) + np.nanmean(Z) * np.nanmax(Z, axis=0) + np.nanstd(Z, axis=0)


def covariance(X):
    return np.cov(X)


def correlation(X):
    return np.corrcoef(X)


def norms(X):
    return (
        np.linalg.norm(X)
        + np.linalg.norm(X, axis=1)
        + np.linalg.norm(X, 1, axis=1)
        + np.linalg.norm(X, ord=np.inf, axis=1)
        + np.linalg.norm(X, "fro")
    )


def norm_keepdims(X):
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def matrix_norms(X):
    return np.linalg.norm(X, 2) + np.linalg.norm(X, "nuc") + np.linalg.norm(X, 1)


def count_and_any(X):
    n = np.count_nonzero(X > 0)
    if np.any(X > 0) and not (X > 100).all():
        return X / n
    return X


def argmax_accuracy(X, idx):
    accuracy = np.mean(np.argmax(X, axis=1) == idx)
    return X * (1 + accuracy)


def histogram_weights(X):
    counts, _ = np.histogram(X, bins=3)
    return X * counts.sum()


def bincount(v, idx):
    return v[:3] * np.bincount(idx, minlength=3)[:3]


def bincount_weights(u, idx):
    return np.bincount(idx, weights=u**2, minlength=5)


def unique_labels(X, idx):
    return sum(X[idx == c].mean(axis=0) for c in np.unique(idx))


def unique_values(v):
    values, inverse = np.unique(v, return_inverse=True)
    return values[inverse] * v


def gradient_of_grid(X):
    return np.gradient(X, axis=1) ** 2


def interp(v):
    return np.interp(v, [-3.0, 0.0, 3.0], [1.0, 2.0, 0.0])


def convolve(v):
    return np.convolve(v, [1.0, -2.0, 0.5], mode="same") ** 2


def convolve_full(v, u):
    return np.convolve(v, u) ** 2 + np.convolve(v, u, "valid")[0]


def correlate(v, u):
    return np.correlate(v, u, "full") ** 2 + np.correlate(v, u)[0]


def polynomials(v):
    return np.polyval([1.0, -2.0, 3.0], v) + np.vander(v, 3).sum(axis=1)


def polynomial_coefficients(u, v):
    return np.polyval(u, v)


def logsumexp_by_hand(X):
    m = X.max()
    return m + np.log(np.exp(X - m).sum())




def polyfit(u):
    return np.polyfit([0.0, 1.0, 2.0], u, 1) ** 2
