"""A network of any depth and a loss: Z = A_prev·W + b and A = f(Z) layer after layer, and back.

    layers = [Layer(W1, b1, tanh), Layer(W2, b2, softmax)]
    step = backpropagate(X, y, layers, cross_entropy_with_labels)
    step.L, step.Z[0], step.A[0], step.dA[0], step.dZ[0], step.dW[0], step.db[0]

The forward sweep goes down the list and the backward sweep comes up it; every Z, A, dA, dZ, dW and
db is kept, one entry a layer. One layer alone is a list of one: ``forward_sweep(A_prev, [layer])``.
No state is kept between calls, no argument is changed, and no result shares its memory with an
argument or with another result.

The four equations of backpropagation are four lines of ``backward_sweep``. Nielsen has a sample in
a column and calls dZ δ; with all samples as rows, and 1 for a column of ones (the Σ over them):

    BP1  δᴸ = ∇ₐC∘σ'(zᴸ)               dZ = dA∘f'(Z)       in the last layer
    BP2  δˡ = ((wˡ⁺¹)ᵀ·δˡ⁺¹)∘σ'(zˡ)    dA_prev = dZ·Wᵀ, and again dZ = dA∘f'(Z) a layer below
    BP3  ∂C/∂b = δ                     db = 1ᵀ·dZ
    BP4  ∂C/∂w = δ·aᵀ                  dW = A_prevᵀ·dZ

Source: M. Nielsen, "Neural Networks and Deep Learning", chapter 2, and its matrix-based form.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from jaxtyping import Float

from reference._expect import FLOATS, checked_arguments, expect, expect_like, unchecked
from reference.activations import identity, sigmoid, softmax
from reference.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_with_labels,
    softmax_cross_entropy,
)
from reference.types import Pullback

Matrix: TypeAlias = Float[np.ndarray, "N M"]
Weights: TypeAlias = Float[np.ndarray, "D M"]
Bias: TypeAlias = Float[np.ndarray, "M"]
# f(Z) gives A and a pullback, as in activations.py; it may mix a sample's outputs (softmax), not
# samples. loss(A, T) gives one number a sample and a pullback, as in losses.py.
Activation: TypeAlias = Callable[[Matrix], tuple[Matrix, Pullback]]
Loss: TypeAlias = Callable[[Matrix, np.ndarray], tuple[np.ndarray, Pullback]]


class Layer(NamedTuple):
    """Weights (D, M), bias (M,) and activation.

    Without a bias b is None. With ``bias_row`` b is None and W is (1+D, M): its first row is the
    bias, and meets a column of ones before the first of A_prev.
    """

    W: Weights
    b: Bias | None = None
    activation: Activation = identity
    bias_row: bool = False


class Trace(NamedTuple):
    """What a forward sweep keeps: each layer's Z and A, and the pullback of its activation."""

    Z: list[Matrix]
    A: list[Matrix]
    pullbacks: list[Pullback]


class Gradients(NamedTuple):
    """What a backward sweep keeps: each layer's dA, dZ, dW and db, and dX where it was asked for.

    The last dA is None if the sweep began with dZ, and db is None where the layer's b is.
    """

    dA: list[Matrix | None]
    dZ: list[Matrix]
    dW: list[Weights]
    db: list[Bias | None]
    dX: Matrix | None


class Step(NamedTuple):
    """The loss, what led to it (as in ``Trace``) and what came back (as in ``Gradients``)."""

    L: Float[np.ndarray, ""]
    Z: list[Matrix]
    A: list[Matrix]
    dA: list[Matrix | None]
    dZ: list[Matrix]
    dW: list[Weights]
    db: list[Bias | None]
    dX: Matrix | None


def forward_sweep(X: Matrix, layers: Sequence[Layer]) -> Trace:
    """Z = A_prev·W + b and A = f(Z), from the first layer, where A_prev is X, to the last.

    Raises:
        TypeError, ValueError: X is no matrix, or a layer does not fit the one before it. The
            message says which layer, what came and what was expected.
    """
    _expect_network(X, layers)
    Zs, As, pullbacks = [], [], []
    A = X
    for W, b, f, bias_row in layers:
        if bias_row:  # [1 A_prev]·W = 1·(first row) + A_prev·(other rows)
            W, b = W[1:], W[0]
        Z = A.dot(W)  # is A @ W, with less ado: a layer of five neurons feels it
        if b is not None:
            Z += b
        A, pullback = unchecked(f)(Z)
        Zs.append(Z)
        As.append(A)
        pullbacks.append(pullback)
    return Trace(Zs, As, pullbacks)


def backward_sweep(
    X: Matrix,
    layers: Sequence[Layer],
    trace: Trace,
    dA: Matrix | None = None,
    dZ: Matrix | None = None,
    input_gradient: bool = False,
) -> Gradients:
    """dA, dZ, dW and db of every layer, from the last, whose dA or dZ is given, to the first.

    X and layers are those of the forward sweep that left the trace. dX is one product more, which
    training has no use for: ``input_gradient`` asks for it.

    Raises:
        TypeError, ValueError: dA or dZ is not shaped as the last Z, or not just one is given.
    """
    if (dA is None) == (dZ is None) or len(trace.Z) != len(layers):
        raise ValueError("backward_sweep: expected dA or dZ, and the trace of these layers")
    upstream: Any = dA if dZ is None else dZ
    name = "dA" if dZ is None else "dZ"
    expect_like("backward_sweep", name, upstream, "the last Z", trace.Z[-1])
    upstream = upstream.copy()
    dA, dZ = (upstream, None) if dZ is None else (None, upstream)
    return _backward_sweep(X, layers, trace, dA, dZ, input_gradient)


def _backward_sweep(
    X: Matrix,
    layers: Sequence[Layer],
    trace: Trace,
    dA: Any,
    dZ: Any,
    input_gradient: bool,
) -> Gradients:
    """``backward_sweep``, of a dA or dZ that fits and that may be kept.

    dA∘f'(Z) stands for the pullback of the activation, which for a softmax is no ∘. Where W's first
    row is the bias, [1 A_prev]ᵀ·dZ is db on top of A_prevᵀ·dZ; and the row is dropped before
    dZ·Wᵀ, for the ones that it met are constant.
    """
    depth, ones = len(layers), np.empty(len(X), X.dtype)
    ones.fill(1)
    kept: list[Any] = [None] * depth
    dAs, dZs, dWs, dbs = kept, kept.copy(), kept.copy(), kept.copy()
    for k in reversed(range(depth)):
        W, b, _, bias_row = layers[k]
        A_prev = trace.A[k - 1] if k else X
        dAs[k] = dA
        rows = None
        if bias_row:
            whole = np.empty(W.shape, W.dtype)
            W, rows = W[1:], whole[1:]

        if dZ is None:
            (dZ,) = trace.pullbacks[k](dA)  # BP1, BP2: dZ = dA∘f'(Z)
        dW = A_prev.T.dot(dZ, out=rows)  # BP4: dW = A_prevᵀ·dZ
        db = ones.dot(dZ)  # BP3: db = 1ᵀ·dZ
        dA = dZ.dot(W.T) if k or input_gradient else None  # BP2: dA_prev = dZ·Wᵀ

        if bias_row:
            whole[0] = db
            dW = whole
        dZs[k], dWs[k], dbs[k] = dZ, dW, None if b is None else db
        dZ = None
    return Gradients(dAs, dZs, dWs, dbs, dA)


def backpropagate(
    X: Matrix,
    T: np.ndarray,
    layers: Sequence[Layer],
    loss: Loss,
    reduction: Literal["mean", "sum"] = "mean",
    fused: bool = True,
    input_gradient: bool = False,
) -> Step:
    """L, the mean or sum over the batch of loss(A, T), A being the last, and every gradient of it.

    T are targets or labels, as the loss has them. A sigmoid under the binary cross-entropy and a
    softmax under the cross-entropy are ``fused``: the division by A of the loss's gradient and the
    factor A of the activation's cancel in dZ = (A − T)·dℓ, and so do ln and exp in ℓ. Their last dA
    is None. Not fused, all is the same as long as no A is rounded to 0 or 1.

    Raises:
        TypeError, ValueError: as ``forward_sweep``, or T does not fit the last A.
    """
    if reduction not in ("mean", "sum"):
        raise ValueError(
            f"backpropagate: reduction is {reduction!r}, expected one of 'mean', 'sum'"
        )
    trace = forward_sweep(X, layers)
    Z, A = trace.Z[-1], trace.A[-1]
    N = X.dtype.type(len(X) if reduction == "mean" else 1)  # L = Σℓ/N
    if N == 0:
        raise ValueError("backpropagate: the mean of an empty batch is undefined; its sum is 0")
    expect(loss, A, T)
    output = FUSED.get((layers[-1].activation, loss)) if fused else None
    losses, loss_pullback = output(Z, A, T) if output else unchecked(loss)(A, T)
    L = np.add.reduce(losses) / N
    dlosses = np.empty_like(losses)
    dlosses.fill(1 / N)
    dQ = loss_pullback(dlosses)[0]
    dA, dZ = (None, dQ) if output else (dQ, None)
    gradients = _backward_sweep(X, layers, trace, dA, dZ, input_gradient)
    return Step(L, trace.Z, trace.A, *gradients)


def _sigmoid_output(Z: Matrix, A: Matrix, T: Matrix) -> tuple[np.ndarray, Pullback]:
    """ℓ = Σ ln(1 + eᶻ) − t·z of A = σ(Z).  dZ = dℓ∘(A − T)."""
    losses, _ = unchecked(binary_cross_entropy_with_logits)(Z, T)
    return losses, lambda dlosses: ((A - T) * dlosses[:, None],)


def _softmax_output(Z: Matrix, A: Matrix, T: Matrix) -> tuple[np.ndarray, Pullback]:
    """ℓ = a·ln Σeᶻ − Σ t·z of A = softmax(Z), with a = Σt.  dZ = dℓ∘(a·A − T)."""
    losses, _ = unchecked(softmax_cross_entropy)(Z, T)
    a = T.sum(axis=1, keepdims=True)
    return losses, lambda dlosses: ((a * A - T) * dlosses[:, None],)


def _softmax_output_with_labels(Z: Matrix, A: Matrix, y: np.ndarray) -> tuple[np.ndarray, Pullback]:
    """ℓ = ln Σeᶻ − z_y of A = softmax(Z).  dZ = dℓ∘(A − onehot(y)).

    ln Σeᶻ is z_k − ln a_k for each k; with the largest a_k, which is 1/C at least, nothing is lost.
    """
    N, C = Z.shape
    rows = np.arange(0, N * C, C)  # places in the flat arrays: a lookup at half the price
    at_y, at_k = rows + y, rows + Z.argmax(axis=1)
    losses = Z.take(at_k)
    losses -= Z.take(at_y)
    losses -= np.log(A.take(at_k))

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray]:
        dZ = A * dlosses[:, None]
        dZ.reshape(-1)[at_y] -= dlosses
        return (dZ,)

    return losses, pullback


FUSED: dict[tuple[Any, Any], Callable[..., tuple[np.ndarray, Pullback]]] = {
    (sigmoid, binary_cross_entropy): _sigmoid_output,
    (softmax, cross_entropy): _softmax_output,
    (softmax, cross_entropy_with_labels): _softmax_output_with_labels,
}


def _expect_network(X: Matrix, layers: Sequence[Layer]) -> None:
    """Each layer fits what comes in: a quick look first, and words only where it fails."""
    try:
        well = _fits(X, layers)
    except (AttributeError, TypeError, ValueError):
        well = False
    if not well:
        _explain(X, layers)


def _fits(X: Matrix, layers: Sequence[Layer]) -> bool:
    dtype, (_, D) = X.dtype, X.shape
    for W, b, f, bias_row in layers:
        if W.dtype != dtype or len(W) != D + bias_row or not callable(f):
            return False
        if b is not None and (b.dtype != dtype or b.shape != W.shape[1:] or bias_row):
            return False
        _, D = W.shape
    return isinstance(X, np.ndarray) and dtype in FLOATS and len(layers) > 0


def _explain(X: Matrix, layers: Sequence[Layer]) -> None:
    """Raise the error that says which layer does not fit, and why."""
    network_input(X)
    if not layers:
        raise ValueError("layers is empty, expected one Layer at least")
    for k, layer in enumerate(layers, 1):
        where = f"layer {k} of {len(layers)}"
        if not isinstance(layer, Layer):
            raise TypeError(f"{where} is a {type(layer).__name__}, expected a Layer")
        W, b, f, bias_row = layer
        if not callable(f):
            raise TypeError(f"{where}: activation is {f!r}, expected a function such as tanh")
        if bias_row and b is not None:
            raise ValueError(f"{where}: b is given, expected None, since W's first row is the bias")
        expected: Callable = with_bias_row if bias_row else with_no_bias if b is None else with_bias
        try:
            expected(X, W) if b is None else expected(X, W, b)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{where}, {error}") from None
        X = np.empty((0, W.shape[1]), X.dtype)


# What a layer expects, in the signatures.
@checked_arguments
def network_input(X: Float[np.ndarray, "N D"]) -> None: ...


@checked_arguments
def with_bias(A_prev: Float[np.ndarray, "N D"], W: Weights, b: Bias) -> None: ...


@checked_arguments
def with_bias_row(A_prev: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D+1 M"]) -> None: ...


@checked_arguments
def with_no_bias(A_prev: Float[np.ndarray, "N D"], W: Weights) -> None: ...
