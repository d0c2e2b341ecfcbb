"""Right and wrong backward passes, by function and mistake: what a diagnosis is tried on.

``CASES``: name -> (forward, backward, shapes, what is due: "correct" or the finding's name).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Case = tuple[Callable[..., Any], Callable[..., Any], str, str]
CASES: dict[str, Case] = {}
NOT_BY_VALUE = ("mutates-input", "tie-spread")  # findings that ordinary values do not show


def family(forward: Callable[..., Any], shapes: str, **due: str) -> Callable[..., Any]:
    """Register a backward that takes its mistake as a last argument, once for each mistake."""

    def register(backward: Callable[..., Any]) -> Callable[..., Any]:
        import inspect

        names = list(inspect.signature(backward).parameters)[:-1]
        for mistake, finding in due.items():
            scope: dict[str, Any] = {"backward": backward}
            listed = ", ".join(names)
            exec(f"def made({listed}): return backward({listed}, {mistake!r})", scope)
            CASES[f"{forward.__name__}_{mistake}"] = forward, scope["made"], shapes, finding
        return backward

    return register


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network(X, W1, b1, W2, b2, t):
    h = sigmoid(X @ W1 + b1)
    o = sigmoid(h @ W2 + b2)
    return 0.5 * np.sum((o - t) ** 2) / X.shape[0]


@family(
    network,
    "X: N D, W1: D H, b1: H, W2: H M, b2: M, t: N M fixed",
    none="correct",
    sign="sign-flipped",
    no_derivative="missing-activation-derivative",
    at_z="activation-derivative-at-wrong-point",
    twice_sigmoid="activation-derivative-at-wrong-point",
    doubled_error="wrong-constant-factor",
    bias_mean="extra-batch-mean",
    hidden_no_derivative="missing-activation-derivative",
    hidden_tanh="wrong-activation-derivative",
    hidden_squared="doubled-activation-derivative",
    decay="wrong-regularization-factor",
    batch="missing-batch-mean",
    updated="updated-weights-used",
)
def network_backward(X, W1, b1, W2, b2, t, mistake):
    N = X.shape[0]
    z1 = X @ W1 + b1
    h = sigmoid(z1)
    z2 = h @ W2 + b2
    o = sigmoid(z2)
    if mistake == "sign":
        d2 = (t - o) * o * (1 - o) / N
    elif mistake == "no_derivative":
        d2 = (o - t) / N
    elif mistake == "at_z":
        d2 = (o - t) * z2 * (1 - z2) / N
    elif mistake == "twice_sigmoid":
        d2 = (o - t) * sigmoid(o) * (1 - sigmoid(o)) / N
    elif mistake == "doubled_error":
        d2 = 2 * (o - t) * o * (1 - o) / N
    elif mistake == "batch":
        d2 = (o - t) * o * (1 - o)
    else:
        d2 = (o - t) * o * (1 - o) / N
    dW2 = h.T @ d2
    db2 = d2.mean(0) if mistake == "bias_mean" else d2.sum(0)
    back = W2 - 0.1 * dW2 if mistake == "updated" else W2
    dh = d2 @ back.T
    if mistake == "hidden_no_derivative":
        d1 = dh
    elif mistake == "hidden_tanh":
        d1 = dh * (1 - h**2)
    elif mistake == "hidden_squared":
        d1 = dh * (h * (1 - h)) ** 2
    else:
        d1 = dh * h * (1 - h)
    if mistake == "decay":
        dW2 = dW2 + 0.1 * W2
    dX = d1 @ W1.T
    return dX, X.T @ d1, d1.sum(0), dW2, db2


def layer_norm(x, g, b):
    mu = x.mean(-1, keepdims=True)
    v = ((x - mu) ** 2).mean(-1, keepdims=True)
    return g * (x - mu) / np.sqrt(v + 1e-5) + b


@family(
    layer_norm,
    "x: N D, g: D, b: D",
    none="correct",
    constant="statistics-held-constant",
    no_gamma="dropped-term",
    no_variance="statistics-held-constant",
    no_mean="statistics-held-constant",
    mean_twice="wrong-constant-factor",
    swapped="swapped-gradients",
)
def layer_norm_backward(dy, x, g, b, mistake):
    mu, v = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
    s = np.sqrt(v + 1e-5)
    xh = (x - mu) / s
    dxh = dy if mistake == "no_gamma" else dy * g
    mean = dxh.mean(-1, keepdims=True)
    along = xh * (dxh * xh).mean(-1, keepdims=True)
    dx = {
        "constant": dxh,
        "no_variance": dxh - mean,
        "no_mean": dxh - along,
        "mean_twice": dxh - 2 * mean - along,
    }.get(mistake, dxh - mean - along) / s
    dg, db = (dy * xh).sum(0), dy.sum(0)
    return (dx, db, dg) if mistake == "swapped" else (dx, dg, db)


def recurrent(x, h0, Wx, Wh, b):
    h, states = h0, []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ Wx + h @ Wh + b)
        states.append(h)
    return np.stack(states, axis=1)


@family(
    recurrent,
    "x: N T D, h0: N H, Wx: D H, Wh: H H, b: H",
    none="correct",
    truncated="time-steps-truncated",
    overwritten="overwritten-not-accumulated",
    not_transposed="transposed",
)
def recurrent_backward(dh, x, h0, Wx, Wh, b, mistake):
    H = recurrent(x, h0, Wx, Wh, b)
    dx, dWx, dWh = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh)
    db, back = np.zeros_like(b), np.zeros_like(h0)
    for t in reversed(range(x.shape[1])):
        d = dh[:, t] if mistake == "truncated" else dh[:, t] + back
        dz = d * (1 - H[:, t] ** 2)
        before = H[:, t - 1] if t > 0 else h0
        dx[:, t] = dz @ Wx.T
        if mistake == "overwritten":
            dWx = x[:, t].T @ dz
        else:
            dWx += x[:, t].T @ dz
        dWh += before.T @ dz
        db += dz.sum(0)
        back = dz @ (Wh if mistake == "not_transposed" else Wh.T)
    return dx, back, dWx, dWh, db


def attention(Q, K, V):
    s = Q @ K.T / np.sqrt(Q.shape[1])
    a = np.exp(s - s.max(-1, keepdims=True))
    a = a / a.sum(-1, keepdims=True)
    return a @ V


@family(
    attention,
    "Q: N D, K: M D, V: M E",
    none="correct",
    unscaled="missing-attention-scale",
    diagonal="softmax-diagonal-only",
)
def attention_backward(dO, Q, K, V, mistake):
    d = Q.shape[1]
    s = Q @ K.T / np.sqrt(d)
    a = np.exp(s - s.max(-1, keepdims=True))
    a /= a.sum(-1, keepdims=True)
    da = dO @ V.T
    ds = da * a * (1 - a) if mistake == "diagonal" else a * (da - (da * a).sum(-1, keepdims=True))
    if mistake != "unscaled":
        ds = ds / np.sqrt(d)
    return ds @ K, ds.T @ Q, a.T @ dO


def embedding(W, ids):
    return W[ids]


@family(
    embedding,
    "W: V D, ids: N labels(V)",
    none="correct",
    repeats="overwritten-not-accumulated",
)
def embedding_backward(d, W, ids, mistake):
    dW = np.zeros_like(W)
    if mistake == "repeats":
        dW[ids] += d
    else:
        np.add.at(dW, ids, d)
    return dW


def cross_entropy(Z, y):
    e = np.exp(Z - Z.max(1, keepdims=True))
    p = e / e.sum(1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-12))


@family(
    cross_entropy,
    "Z: N C, y: N labels(C)",
    none="correct",
    shifted="labels-shifted",
    classes="wrong-size-factor",
    batch="missing-batch-mean",
)
def cross_entropy_grad(Z, y, mistake):
    e = np.exp(Z - Z.max(1, keepdims=True))
    d = e / e.sum(1, keepdims=True)
    n = np.arange(len(y))
    d[n, (y + 1) % Z.shape[1] if mistake == "shifted" else y] -= 1
    return d / {"classes": Z.shape[1], "batch": 1}.get(mistake, len(y))


def convolution(x, w):
    k, j = w.shape
    out = np.zeros((x.shape[0], x.shape[1] - k + 1, x.shape[2] - j + 1))
    for a in range(out.shape[1]):
        for b in range(out.shape[2]):
            out[:, a, b] = (x[:, a : a + k, b : b + j] * w).sum((1, 2))
    return out


@family(
    convolution,
    "x: N H+K L+K, w: K K",
    none="correct",
    flipped="kernel-not-flipped",
    overwritten="overwritten-not-accumulated",
)
def convolution_backward(dO, x, w, mistake):
    k, j = w.shape
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    kernel = w[::-1, ::-1] if mistake == "flipped" else w
    for a in range(dO.shape[1]):
        for b in range(dO.shape[2]):
            d = dO[:, a, b][:, None, None]
            dx[:, a : a + k, b : b + j] += d * kernel
            part = (d * x[:, a : a + k, b : b + j]).sum(0)
            dw = part if mistake == "overwritten" else dw + part
    return dx, dw


def dropout(x, mask):
    return x * (mask / 0.8)


@family(
    dropout,
    "x: N D, mask: N D binary fixed",
    none="correct",
    unmasked="dropout-mask-missing",
    unscaled="dropout-scale-missing",
)
def dropout_backward(d, x, mask, mistake):
    return {"unmasked": d * 1.0, "unscaled": d * mask}.get(mistake, d * mask / 0.8)


def ridge(X, W, b, t):
    return np.mean((X @ W + b - t) ** 2) + 0.15 * np.sum(W**2)


@family(
    ridge,
    "X: N D, W: D M, b: M, t: N M fixed",
    none="correct",
    missing="missing-regularization",
    doubled="wrong-regularization-factor",
    bias="regularized-bias",
)
def ridge_grad(X, W, b, t, mistake):
    e = X @ W + b - t
    dW, db = 2 * X.T @ e / e.size, 2 * e.sum(0) / e.size
    dW = dW + {"missing": 0, "doubled": 0.6}.get(mistake, 0.3) * W
    if mistake == "bias":
        db = db + 0.3 * b
    return 2 * e @ W.T / e.size, dW, db


def affine(X, W, b):
    return X @ W + b


@family(
    affine,
    "X: N D, W: D M, b: M",
    none="correct",
    unsummed="not-summed-over-batch",
    kept="wrong-shape",
    transposed="transposed",
    ones="ignores-upstream",
    zero="zero-gradient",
    extra_mean="extra-batch-mean",
    mutates="mutates-input",
)
def affine_backward(d, X, W, b, mistake):
    dW = X.T @ d
    if mistake == "mutates":
        X *= 0.5
    if mistake == "transposed":
        dW = dW.T
    if mistake == "extra_mean":
        dW = dW / len(X)
    db = {
        "unsummed": d * 1.0,
        "kept": d.sum(0, keepdims=True),
        "zero": np.zeros_like(b),
    }.get(mistake, d.sum(0))
    return (np.ones_like(d) if mistake == "ones" else d) @ W.T, dW, db


def maximum(x):
    return x.max(axis=1)


@family(maximum, "x: N D", none="correct", spread="tie-spread")
def maximum_backward(d, x, mistake):
    if mistake == "spread":
        return (x == x.max(axis=1, keepdims=True)) * d[:, None]
    dx = np.zeros_like(x)
    dx[np.arange(len(x)), x.argmax(axis=1)] = d
    return dx
