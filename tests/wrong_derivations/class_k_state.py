"""K: the numbers may be right, but the caller's arrays are changed or shared, or something is kept.

Called once, on fresh arrays, most of these pass every comparison of numbers.
"""

import numpy as np

from ._register import Gradients, Result, wrong

CACHE: dict[str, np.ndarray] = {}
RNG = np.random.default_rng()


@wrong("relu", "K", finding="mutates-input")
def relu_upstream_masked_in_place(Z: np.ndarray) -> Result:
    """The caller's upstream is zeroed in place, and with it a sibling branch's. (Row 19.)"""
    A = np.maximum(Z, 0)

    def pullback(dA: np.ndarray) -> Gradients:
        dA *= Z > 0
        return (dA,)

    return A, pullback


@wrong("sigmoid", "K", finding="mutates-input")
def sigmoid_upstream_scaled_in_place(Z: np.ndarray) -> Result:
    """dA *= A∘(1 − A) on the caller's array. (Row 4.)"""
    A = np.exp(np.minimum(Z, 0)) / (1 + np.exp(-np.abs(Z)))

    def pullback(dA: np.ndarray) -> Gradients:
        dA *= A * (1 - A)
        return (dA.copy(),)

    return A, pullback


@wrong("softmax", "K", finding="mutates-input")
def softmax_logits_shifted_in_place(Z: np.ndarray, axis: int = -1) -> Result:
    """Z −= max on the caller's logits. The gradient never shows it."""
    Z -= Z.max(axis=axis, keepdims=True)
    E = np.exp(Z)
    P = E / E.sum(axis=axis, keepdims=True)

    def pullback(dP: np.ndarray) -> Gradients:
        return (P * (dP - (dP * P).sum(axis=axis, keepdims=True)),)

    return P, pullback


@wrong("squared_error", "K", finding="mutates-input")
def squared_error_difference_in_place(Y: np.ndarray, T: np.ndarray, half: bool = True) -> Result:
    """The difference is written over the caller's predictions."""
    axes = tuple(range(1, Y.ndim))
    scale = 1 if half else 2
    E = Y
    E -= T
    D = E.copy()

    def pullback(dlosses: np.ndarray) -> Gradients:
        return scale * np.expand_dims(dlosses, axes) * D, None

    return (D * D).sum(axis=axes) * (scale / 2), pullback


@wrong("squared_error", "K", finding="mutates-input", options={"half": False})
def squared_error_upstream_doubled_in_place(
    Y: np.ndarray, T: np.ndarray, half: bool = True
) -> Result:
    """Without the ½ the factor 2 is multiplied into the caller's upstream. (Row 4.)"""
    axes = tuple(range(1, Y.ndim))
    losses = ((Y - T) ** 2).sum(axis=axes) / (2 if half else 1)

    def pullback(dlosses: np.ndarray) -> Gradients:
        if not half:
            dlosses *= 2
        return np.expand_dims(dlosses, axes) * (Y - T), None

    return losses, pullback


@wrong("l2_penalty", "K", finding="mutates-input", options={"bias_row": True})
def l2_penalty_bias_erased(W: np.ndarray, strength: float = 1.0, bias_row: bool = False) -> Result:
    """To keep the bias out of the sum it is set to zero, in the caller's weights."""
    decayed = W
    if bias_row:
        decayed[0] = 0
    L = (decayed**2).sum() * (strength / 2)

    def pullback(dL: np.floating) -> Gradients:
        return (decayed * (strength * dL),)

    return L, pullback


@wrong("affine", "K", "X", finding="mutates-input")
def affine_updated_before_use(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """A step is taken on W, in place, before W is used for dX. (Row 54.)"""

    def pullback(dZ: np.ndarray) -> Gradients:
        dW = X.T @ dZ
        W[...] -= 0.1 * dW
        return dZ @ W.T, dW, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "K", "X", "W", finding="state-not-kept")
def affine_cache_shared_by_all_layers(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """One cache for all calls: a pullback uses what the latest forward left in it."""
    CACHE["X"], CACHE["W"] = X, W

    def pullback(dZ: np.ndarray) -> Gradients:
        return dZ @ CACHE["W"].T, CACHE["X"].T @ dZ, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("affine", "K", "W", finding="not-deterministic")
def affine_batch_shuffled_on_the_way_back(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Result:
    """The samples are shuffled again between forward and backward. Right for N = 1."""

    def pullback(dZ: np.ndarray) -> Gradients:
        shuffled = X[RNG.permutation(len(X))]
        return dZ @ W.T, shuffled.T @ dZ, dZ.sum(axis=0)

    return X @ W + b, pullback


@wrong("softmax_cross_entropy_with_labels", "K", "Z", finding="not-deterministic")
def labels_subtracted_from_kept_probabilities(Z: np.ndarray, y: np.ndarray) -> Result:
    """dZ = P; dZ[n, y] −= 1 changes the P that is kept: a second call subtracts again."""
    n = np.arange(len(Z))
    A = Z - Z.max(axis=1, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=1, keepdims=True))
    P = np.exp(A)

    def pullback(dlosses: np.ndarray) -> Gradients:
        dZ = P
        dZ[n, y] -= 1
        return dZ * dlosses[:, None], None

    return -A[n, y], pullback


@wrong("tanh", "K", "Z", finding="not-deterministic")
def tanh_divided_by_past_calls(Z: np.ndarray) -> Result:
    """Divided by how often it was called, where the number of operands was meant."""
    A = np.tanh(Z)
    calls: list[np.ndarray] = []

    def pullback(dA: np.ndarray) -> Gradients:
        calls.append(dA)
        return (dA * (1 - A * A) / len(calls),)

    return A, pullback


@wrong("weighted_reduce", "K", "losses", "w", finding="state-not-kept")
def weighted_reduce_default_kept(
    losses: np.ndarray,
    w: np.ndarray,
    reduction: str = "mean",
    _seen: dict[str, float] = {},  # noqa: B006, the mistake
) -> Result:
    """The sum of the weights is kept from the latest forward, in a mutable default. (Row 9.)"""
    _seen["total"] = w.sum() if reduction == "mean" else 1
    L = w * losses if reduction == "none" else (w * losses).sum() / _seen["total"]
    centre = L if reduction == "mean" else 0

    def pullback(dL: np.ndarray) -> Gradients:
        total = _seen["total"]
        return dL * w / total, dL * (losses - centre) / total

    return L, pullback


@wrong("log_softmax", "K", "Z", finding="not-deterministic")
def log_softmax_value_reused_as_scratch(Z: np.ndarray, axis: int = -1) -> Result:
    """The backward exponentiates A in place: the value changes and a second call is wrong."""
    A = Z - Z.max(axis=axis, keepdims=True)
    A -= np.log(np.exp(A).sum(axis=axis, keepdims=True))

    def pullback(dA: np.ndarray) -> Gradients:
        P = np.exp(A, out=A)
        return (dA - P * dA.sum(axis=axis, keepdims=True),)

    return A, pullback


@wrong("identity", "K", "Z", finding="aliases-argument")
def identity_returns_upstream(Z: np.ndarray) -> Result:
    """The gradient is the upstream's own array: to scale one is to scale the other."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA,)

    return Z.copy(), pullback


@wrong("identity", "K", "value", finding="aliases-argument")
def identity_returns_input(Z: np.ndarray) -> Result:
    """The value is a view of the input."""

    def pullback(dA: np.ndarray) -> Gradients:
        return (dA.copy(),)

    return Z[...], pullback


@wrong("reduce", "K", "value", "losses", finding="aliases-argument", options={"reduction": "none"})
def reduce_none_passes_through(losses: np.ndarray, reduction: str = "mean") -> Result:
    """With "none" both ways hand on the array they were given."""
    N = len(losses)
    if reduction == "none":
        return losses, lambda dL: (dL,)
    L = losses.mean() if reduction == "mean" else losses.sum()

    def pullback(dL: np.floating) -> Gradients:
        return (np.full_like(losses, dL / N if reduction == "mean" else dL),)

    return L, pullback
