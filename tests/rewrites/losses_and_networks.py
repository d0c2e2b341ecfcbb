"""Right losses, convolutions, attention and recurrence, each with edits that make one wrong."""

from .base import Base

SQUARED = Base(
    "squared",
    "P: N D, T: N D",
    """
R = P - T
loss = np.sum(R ** 2) / R.shape[0]
""",
    "dP = 2 * R / R.shape[0]",
    (("/ R.shape[0]", ""), ("2 * R", "R"), ("2 * R", "-2 * R")),
    out="loss",
)

CROSS_ENTROPY = Base(
    "cross_entropy",
    "Z: N C+1, y: N labels(C+1)",
    """
S = Z - np.max(Z, axis=1, keepdims=True)
L = S - np.log(np.sum(np.exp(S), axis=1, keepdims=True))
rows = np.arange(Z.shape[0])
loss = -np.mean(L[rows, y])
""",
    """
dZ = np.exp(L)
dZ[rows, y] -= 1
dZ = dZ / Z.shape[0]
""",
    (("/ Z.shape[0]", ""), ("-= 1", "+= 1"), ("np.exp(L)", "np.exp(S)")),
    out="loss",
)

ONE_HOT_ENTROPY = Base(
    "one_hot_entropy",
    "X: N D, W: D C+1, T: N C+1 onehot",
    """
Z = X @ W
S = Z - np.max(Z, axis=1, keepdims=True)
E = np.exp(S)
Q = E / np.sum(E, axis=1, keepdims=True)
loss = -np.sum(T * np.log(Q)) / X.shape[0]
""",
    """
dZ = (Q - T) / X.shape[0]
dX = dZ @ W.T
dW = X.T @ dZ
""",
    (("X.T @ dZ", "X.T @ (Q - T)"), ("dX = dZ", "dX = -dZ"), ("dX = dZ", "dX = Q")),
    out="loss",
)

LOGISTIC = Base(
    "logistic",
    "X: N D, w: D, t: N binary",
    """
z = X @ w
loss = np.mean(np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z))))
""",
    """
r = (1 / (1 + np.exp(-z)) - t) / X.shape[0]
dw = X.T @ r
dX = r[:, None] * w[None, :]
""",
    (("X.T @ r", "X.T @ r * X.shape[0]"), ("r[:, None] * w", "(r - t)[:, None] * w")),
    out="loss",
)

RIDGE = Base(
    "ridge",
    "X: N D, w: D, t: N",
    """
r = X @ w - t
loss = 0.5 * np.mean(r ** 2) + 0.05 * np.sum(w ** 2)
""",
    """
n = X.shape[0]
dw = X.T @ r / n + 0.1 * w
dX = r[:, None] * w[None, :] / n
""",
    ((" + 0.1 * w", ""), ("0.1 * w", "0.2 * w"), ("w[None, :] / n", "w[None, :]")),
    out="loss",
)

CONV_1D = Base(
    "conv_1d",
    "X: N C 6, K: F C 3, b: F",
    """
Y = np.zeros((X.shape[0], K.shape[0], 4)) + b[:, None]
for k in range(3):
    Y = Y + np.einsum("ncl,fc->nfl", X[:, :, k:k + 4], K[:, :, k])
""",
    """
dX = np.zeros(X.shape)
dK = np.zeros(K.shape)
for k in range(3):
    dX[:, :, k:k + 4] += np.einsum("nfl,fc->ncl", dY, K[:, :, k])
    dK[:, :, k] = np.einsum("nfl,ncl->fc", dY, X[:, :, k:k + 4])
db = np.sum(np.sum(dY, axis=2), axis=0)
""",
    (
        ("dX[:, :, k:k + 4] += ", "dX[:, :, k:k + 4] = "),
        ("dY, K[:, :, k]", "dY, K[:, :, 2 - k]"),
        ("dY, X[:, :, k:k + 4]", "dY, X[:, :, 2 - k:6 - k]"),
        ("np.sum(np.sum(dY", "np.sum(np.mean(dY"),
    ),
    parameters=("K", "b"),
)

CONV_2D = Base(
    "conv_2d",
    "X: N C 4 5, K: F C 2 2",
    """
Y = np.zeros((X.shape[0], K.shape[0], 3, 4))
for i in range(3):
    for j in range(4):
        window = X[:, :, i:i + 2, j:j + 2]
        Y[:, :, i, j] = np.tensordot(window, K, axes=([1, 2, 3], [1, 2, 3]))
""",
    """
dX = np.zeros(X.shape)
dK = np.zeros(K.shape)
for i in range(3):
    for j in range(4):
        g = dY[:, :, i, j]
        dX[:, :, i:i + 2, j:j + 2] += np.tensordot(g, K, axes=1)
        dK += np.tensordot(g, X[:, :, i:i + 2, j:j + 2], axes=(0, 0))
""",
    (
        ("2] += np.tensordot(g, K", "2] = np.tensordot(g, K"),
        ("tensordot(g, K,", "tensordot(g, K[:, :, ::-1, ::-1],"),
        ("dK += ", "dK = "),
    ),
    parameters=("K",),
)

MEAN_POOL = Base(
    "mean_pool",
    "X: N C 4 6",
    "Y = np.mean(np.reshape(X, (X.shape[0], X.shape[1], 2, 2, 3, 2)), axis=(3, 5))",
    "dX = np.repeat(np.repeat(dY, 2, axis=2), 2, axis=3) / 4",
    (("/ 4", ""), ("/ 4", "/ 2")),
)

ATTENTION = Base(
    "attention",
    "Q: S D, K: R+1 D, V: R+1 M",
    """
scale = 1 / np.sqrt(Q.shape[1])
A = Q @ K.T * scale
E = np.exp(A - np.max(A, axis=1, keepdims=True))
P = E / np.sum(E, axis=1, keepdims=True)
Y = P @ V
""",
    """
dV = P.T @ dY
dP = dY @ V.T
dA = P * (dP - np.sum(dP * P, axis=1, keepdims=True))
dQ = dA @ K * scale
dK = dA.T @ Q * scale
""",
    (("dA @ K * scale", "dA @ K"), ("dA.T @ Q", "dP.T @ Q"), ("P.T @ dY", "A.T @ dY")),
)

RECURRENT = Base(
    "recurrent",
    "X: T N D, W: D H, U: H H",
    """
state = np.zeros((X.shape[1], U.shape[0]))
states = [state]
for t in range(X.shape[0]):
    state = np.tanh(X[t] @ W + state @ U)
    states.append(state)
Y = state
""",
    """
dX = np.zeros(X.shape)
dW = np.zeros(W.shape)
dU = np.zeros(U.shape)
g = dY
for t in range(X.shape[0] - 1, -1, -1):
    da = g * (1 - states[t + 1] ** 2)
    dX[t] = da @ W.T
    dW += X[t].T @ da
    dU += states[t].T @ da
    g = da @ U.T
""",
    (
        ("dW += X[t].T @ da", "dW = X[t].T @ da"),
        ("states[t].T @ da", "states[t + 1].T @ da"),
        ("dX[t] = da @ W.T", "dX[t] = g @ W.T"),
    ),
)

GATE = Base(
    "gate",
    "X: N D, W: D H, V: D H",
    """
S = 1 / (1 + np.exp(-(X @ W)))
C = np.tanh(X @ V)
Y = S * C
""",
    """
dS = dY * C
dC = dY * S
da = dS * S * (1 - S)
dc = dC * (1 - C ** 2)
dW = X.T @ da
dV = X.T @ dc
dX = da @ W.T + dc @ V.T
""",
    ((" + dc @ V.T", ""), ("X.T @ dc", "X.T @ dC"), ("dW = X.T @ da", "dW = X.T @ (da + dS)")),
    parameters=("W", "V"),
)

ALL = (
    SQUARED, CROSS_ENTROPY, ONE_HOT_ENTROPY, LOGISTIC, RIDGE, CONV_1D, CONV_2D, MEAN_POOL,
    ATTENTION, RECURRENT, GATE,
)  # fmt: skip
