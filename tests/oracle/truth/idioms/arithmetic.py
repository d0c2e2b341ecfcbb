import numpy as np


def operators(X, P):
    return X + P - X * P / (P + 1) ** 2 + (-X) + (+X) + abs(X)


def reflected_operators(P):
    return 1 + P * 2 - (3 - P) + 2 / P + 2**P


def floor_division_and_remainder(P):
    return P // 0.3 + P % 0.3 + np.mod(P, 0.7) + np.fmod(P, 0.9)


def divmod_builtin(P):
    q, r = divmod(P, 0.4)
    return q * r + r


def matmul_operator(X, W):
    return X @ W


def exponentials(X):
    return np.exp(X) + np.exp2(X) + np.expm1(X)


def logarithms(P):
    return np.log(P) + np.log2(P) + np.log10(P) + np.log1p(P)


def hyperbolic(X):
    return np.sinh(X) + np.cosh(X) + np.tanh(X) + np.arcsinh(X)


def trigonometric(X):
    return np.sin(X) + np.cos(X) * np.tan(X / 4) + np.arctan(X)


def inverse_trigonometric(P):
    return np.arcsin(P / 9) + np.arccos(P / 9) + np.arctanh(P / 9) + np.arccosh(P + 1)


def arctan2_and_hypot(X, Y):
    return np.arctan2(X, Y) + np.hypot(X, Y)


def roots_and_powers(P):
    return np.sqrt(P) + np.cbrt(P) + np.square(P) + np.power(P, 1.5) + P**3 + P**0.5 + P**-1


def power_of_arrays(P, X):
    return np.power(P, X) + np.float_power(P, 2)


def absolute_and_sign(X):
    return np.abs(X) * np.sign(X) + np.absolute(X) + np.fabs(X) + np.copysign(P_, X) * X


P_ = np.array([[1.0, 2.0, 3.0, 4.0]])


def reciprocal_and_negative(P):
    return np.reciprocal(P) + np.negative(P) + np.positive(P)


def maximum_minimum(X, Y):
    return np.maximum(X, Y) * np.minimum(X, Y) + np.fmax(X, 0) + np.fmin(X, 0.5)


def relu(X):
    return np.maximum(0, X)


def relu_by_mask(X):
    return X * (X > 0)


def relu_where(X):
    return np.where(X > 0, X, 0.01 * X)


def where_of_scalars(X):
    return X * np.where(X > 0, 1.0, -2.0)


def clip(X):
    return np.clip(X, -0.5, 0.5) + X.clip(0) + np.clip(X, None, 0.3) + np.clip(X, a_min=-1, a_max=1)


def clip_by_arrays(X, P):
    return np.clip(X, -P / 2, P / 2)


def logaddexp(X, Y):
    return np.logaddexp(X, Y) + np.logaddexp2(X, Y)


def heaviside_and_rounding(X):
    return X * np.heaviside(X, 0.5) + np.floor(X) * X + np.round(X, 1) + np.rint(X) + np.ceil(X)


def round_method(X):
    return X.round() * X + np.around(X, -1) + np.trunc(X) + np.fix(X)


def degrees(X):
    return np.deg2rad(X) + np.degrees(X) + np.radians(X)


def sinc_and_i0(X):
    return np.sinc(X) + np.i0(X)


def modf(P):
    fraction, whole = np.modf(P)
    return fraction * whole + fraction


def nan_to_num(X):
    Z = X.copy()
    Z[0, 0] = np.nan
    return np.nan_to_num(Z) ** 2


def nan_to_num_in_place(X):
    Z = X.copy()
    Z[0, 0] = np.inf
    np.nan_to_num(Z, copy=False, posinf=7.0)
    return Z**2


def isnan_guard(X):
    return np.where(np.isnan(X), 0.0, X) * np.isfinite(X)


def comparison_masks(X, Y):
    return X * (X > Y) + Y * (X <= Y) + (X == X) * X + (X != Y)


def logical(X):
    return X * np.logical_and(X > -1, X < 1) + X * ((X > 0) | ~(X > -1))


def mixed_integers(X, idx):
    return X * idx[:, None] + idx[:, None] ** 2 / 4 + X / idx.sum()


def division_of_integers(X, idx):
    return X * (idx / 2)[:, None] + X.sum() / 3


def python_numbers_all_round(X):
    return 2 * X * 3.5 + True * X - X / 4 + 1e-3


def broadcasting_row_and_column(X, v, u):
    return X * v + u.reshape(-1, 1) * X - v


def broadcasting_three(T, X):
    return T * X[None] + X[:, 0][None, :, None]


def outer_by_broadcasting(u, v):
    return np.subtract.outer(u, v) ** 2 + np.multiply.outer(u, v)


def add_reduce(X):
    return np.add.reduce(X) * np.add.reduce(X, axis=1).sum() + np.add.reduce(X, axis=None)


def multiply_reduce(P):
    return np.multiply.reduce(P, axis=1, keepdims=True) + np.maximum.reduce(P)


def logaddexp_reduce(X):
    return np.logaddexp.reduce(X, axis=1) + np.minimum.reduce(X, axis=1)


def accumulate(P):
    return np.add.accumulate(P, axis=1) + np.multiply.accumulate(P) + np.maximum.accumulate(P, 1)


def reduceat(v):
    return np.add.reduceat(v**2, [0, 2, 3])


def ufunc_in_a_variable(X):
    for f in (np.tanh, np.sin, np.exp):
        X = f(X / 2)
    return X


def reduce_by_functools(X):
    import functools

    return functools.reduce(np.maximum, list(X)) + functools.reduce(lambda a, b: a * b, X)


def errstate(P):
    with np.errstate(divide="ignore", invalid="ignore"):
        Z = np.log(P * 0)
        return np.where(np.isinf(Z), 0.0, Z) + P


def overflow_with_warning(X):
    return 1 / (1 + np.exp(np.array([1000.0, 0.0, 0.0, 0.0]))) + X


def float32_inside(X):
    return X.astype(np.float32).astype(np.float64) + X * 3


def in_float32_constants(X):
    return X * np.float32(0.5) + np.array([1, 2, 3, 4], dtype=np.float32)


def complex_magnitude(X, Y):
    Z = X + 1j * Y
    return np.abs(Z) ** 2 + Z.real * Z.imag


def fft_power(v):
    return np.abs(np.fft.rfft(v)) ** 2


def fft_back(v):
    return np.real(np.fft.ifft(np.fft.fft(v) * np.array([1, 2, 3, 2])))


def stable_sigmoid(X):
    out = np.empty_like(X)
    positive = X >= 0
    out[positive] = 1 / (1 + np.exp(-X[positive]))
    e = np.exp(X[~positive])
    out[~positive] = e / (1 + e)
    return out


def softmax(X):
    e = np.exp(X - X.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(X, idx):
    e = np.exp(X - np.max(X, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(idx)), idx] + 1e-12))


def gelu(X):
    return 0.5 * X * (1 + np.tanh(np.sqrt(2 / np.pi) * (X + 0.044715 * X**3)))


def layer_norm(X, v):
    mu = X.mean(axis=-1, keepdims=True)
    var = ((X - mu) ** 2).mean(axis=-1, keepdims=True)
    return v * (X - mu) / np.sqrt(var + 1e-5)


def attention(X, Y):
    scores = X @ Y.T / np.sqrt(X.shape[1])
    scores[np.triu_indices(3, k=1)] = -np.inf
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ Y


def lstm_gates(X, S):
    gates = X @ np.hstack([S, S * 0.5])
    i, f = np.split(gates, 2, axis=1)
    return 1 / (1 + np.exp(-i)) * np.tanh(f)


ENDS = {"float32_inside": "float32"}
