"""Right layers, activations and norms, each with edits that make one gradient wrong."""

from .base import Base

AFFINE = Base(
    "affine",
    "X: N D, W: D M, b: M",
    "Y = X @ W + b",
    """
dX = dY @ W.T
dW = X.T @ dY
db = np.sum(dY, axis=0)
""",
    (
        ("np.sum(dY, axis=0)", "np.mean(dY, axis=0)"),
        ("X.T @ dY", "X.T @ dY / X.shape[0]"),
        ("dY @ W.T", "-dY @ W.T"),
    ),
    parameters=("W", "b"),
)

DENSE_RELU = Base(
    "dense_relu",
    "X: N D, W: D M, b: M",
    """
Z = X @ W + b
Y = np.maximum(Z, 0)
""",
    """
dZ = dY * (Z > 0)
dX = dZ @ W.T
dW = X.T @ dZ
db = np.sum(dZ, axis=0)
""",
    (("dX = dZ @", "dX = dY @"), ("dW = X.T @ dZ", "dW = X.T @ dY"), ("np.sum(dZ", "np.sum(dY")),
    parameters=("W", "b"),
)

DENSE_TANH = Base(
    "dense_tanh",
    "X: N D, W: D M, b: M",
    """
Z = X @ W + b
Y = np.tanh(Z)
""",
    """
dZ = dY * (1 - Y ** 2)
dX = dZ @ W.T
dW = X.T @ dZ
db = np.sum(dZ, axis=0)
""",
    (("dX = dZ @ W.T", "dX = dZ @ W.T * 2"), ("X.T @ dZ", "X.T @ (dY * (1 - Z ** 2))")),
    parameters=("W", "b"),
)

SIGMOID = Base(
    "sigmoid",
    "X: N D",
    "Y = 1 / (1 + np.exp(-X))",
    "dX = dY * Y * (1 - Y)",
    (("(1 - Y)", "(1 + Y)"), ("dY * Y * (1 - Y)", "dY * X * (1 - X)")),
)

SWISH = Base(
    "swish",
    "X: N D",
    """
S = 1 / (1 + np.exp(-X))
Y = X * S
""",
    "dX = dY * (S + X * S * (1 - S))",
    (("S + X * S", "X * S"), ("(1 - S)", "(1 - S ** 2)")),
)

SOFTPLUS_SCALED = Base(
    "softplus_scaled",
    "X: N D, beta: D positive",
    """
Z = X * beta
P = np.log1p(np.exp(-np.abs(Z))) + np.maximum(Z, 0)
Y = P / beta
""",
    """
S = 1 / (1 + np.exp(-Z))
dX = dY * S
dbeta = np.sum(dY * (X * S / beta - P / beta ** 2), axis=0)
""",
    (("dY * S\n", "dY * S * beta\n"), (" - P / beta ** 2", ""), ("P / beta ** 2", "P / beta")),
)

SOFTMAX = Base(
    "softmax",
    "X: N D+1",
    """
E = np.exp(X - np.max(X, axis=1, keepdims=True))
Y = E / np.sum(E, axis=1, keepdims=True)
""",
    "dX = Y * (dY - np.sum(dY * Y, axis=1, keepdims=True))",
    (("axis=1", "axis=0"), ("dY - np.sum", "dY + np.sum"), ("np.sum(dY * Y", "np.mean(dY * Y")),
)

LAYER_NORM = Base(
    "layer_norm",
    "X: N D+2, gamma: D+2, beta: D+2",
    """
mean = np.mean(X, axis=1, keepdims=True)
centred = X - mean
inv = 1 / np.sqrt(np.mean(centred ** 2, axis=1, keepdims=True) + 1e-5)
H = centred * inv
Y = H * gamma + beta
""",
    """
dbeta = np.sum(dY, axis=0)
dgamma = np.sum(dY * H, axis=0)
dH = dY * gamma
first = np.mean(dH, axis=1, keepdims=True)
second = np.mean(dH * H, axis=1, keepdims=True)
dX = inv * (dH - first - H * second)
""",
    ((" - H * second", ""), ("- first", "+ first"), ("dY * H", "dY * X"), ("sum(dY,", "mean(dY,")),
    parameters=("gamma", "beta"),
)

BATCH_NORM = Base(
    "batch_norm",
    "X: N+2 D, gamma: D, beta: D",
    """
mean = np.mean(X, axis=0)
inv = 1 / np.sqrt(np.var(X, axis=0) + 1e-5)
H = (X - mean) * inv
Y = gamma * H + beta
""",
    """
n = dY.shape[0]
dbeta = np.sum(dY, axis=0)
dgamma = np.sum(dY * H, axis=0)
dX = gamma * inv / n * (n * dY - dbeta - H * dgamma)
""",
    ((" / n *", " *"), (" - H * dgamma", ""), ("gamma * inv / n", "inv / n")),
    parameters=("gamma", "beta"),
)

RMS_NORM = Base(
    "rms_norm",
    "X: N D+1, gain: D+1",
    """
scale = np.sqrt(np.mean(X ** 2, axis=1, keepdims=True) + 1e-6)
H = X / scale
Y = H * gain
""",
    """
dgain = np.sum(dY * H, axis=0)
dH = dY * gain
dX = (dH - H * np.mean(dH * H, axis=1, keepdims=True)) / scale
""",
    (("/ scale", "/ scale ** 2"), ("np.mean(dH * H", "np.sum(dH * H"), ("dY * H", "dY / H")),
    parameters=("gain",),
)

UNIT_ROWS = Base(
    "unit_rows",
    "X: N D+1",
    """
length = np.sqrt(np.sum(X * X, axis=1, keepdims=True))
Y = X / length
""",
    "dX = (dY - Y * np.sum(dY * Y, axis=1, keepdims=True)) / length",
    ((" - Y * np.sum(dY * Y, axis=1, keepdims=True)", ""), ("/ length", "* length")),
)

BILINEAR = Base(
    "bilinear",
    "U: N D, A: D M, V: N M",
    """
G = U @ A
Y = np.sum(G * V, axis=1)
""",
    """
dG = dY[:, None] * V
dV = dY[:, None] * G
dU = dG @ A.T
dA = U.T @ dG
""",
    (("dY[:, None] * G", "dY[:, None] * G * G"), ("dG @ A.T", "dG @ A.T / 2"), ("U.T", "-U.T")),
)

SCALE_SHIFT = Base(
    "scale_shift",
    "X: N D, scale: D, shift: D",
    "Y = np.sin(X * scale) + shift",
    """
slope = dY * np.cos(X * scale)
dX = slope * scale
dscale = np.sum(slope * X, axis=0)
dshift = np.sum(dY, axis=0)
""",
    (("slope * scale", "slope"), ("slope * X,", "dY * X,"), ("sum(dY,", "sum(slope,")),
)

WHOLE_NORM = Base(
    "whole_norm",
    "X: N D, gain: D",
    """
size = np.sqrt(np.mean(X * X) + 1.0)
H = X / size
Y = H * gain
""",
    """
dgain = np.sum(dY * H, axis=0)
dH = dY * gain
dX = (dH - H * np.mean(dH * H)) / size
""",
    ((" - H * np.mean(dH * H)", ""), ("np.mean(dH * H)", "np.sum(dH * H)"), ("dY * H", "dY * X")),
    parameters=("gain",),
)

ALL = (
    AFFINE, DENSE_RELU, DENSE_TANH, SIGMOID, SWISH, SOFTPLUS_SCALED, SOFTMAX, LAYER_NORM,
    BATCH_NORM, RMS_NORM, UNIT_ROWS, BILINEAR, SCALE_SHIFT, WHOLE_NORM,
)  # fmt: skip
