"""The network's sweeps against torch.autograd, against each other, and against bad input."""

import functools
import itertools
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from reference import (
    Layer,
    affine,
    affine_bias_column,
    backpropagate,
    backward_sweep,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_with_labels,
    forward_sweep,
    identity,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_with_labels,
    softmax_expected_cost,
    softplus,
    squared_error,
    tanh,
)

ACTIVATIONS: dict[Any, Callable[[Tensor], Tensor]] = {
    identity: torch.clone,
    sigmoid: torch.sigmoid,
    tanh: torch.tanh,
    relu: torch.relu,
    leaky_relu: F.leaky_relu,
    softplus: F.softplus,
    softmax: lambda Z: torch.softmax(Z, dim=1),
    log_softmax: lambda Z: torch.log_softmax(Z, dim=1),
}
# Summed over a sample's outputs: ours leaves out no ½ and divides by no number of outputs.
LOSSES: dict[Any, Callable[[Tensor, Tensor], Tensor]] = {
    squared_error: lambda A, T: ((A - T) ** 2).sum(dim=1) / 2,
    binary_cross_entropy: lambda A, T: F.binary_cross_entropy(A, T, reduction="none").sum(dim=1),
    binary_cross_entropy_with_logits: lambda A, T: F.binary_cross_entropy_with_logits(
        A, T, reduction="none"
    ).sum(dim=1),
    cross_entropy: lambda A, T: -(T * A.log()).sum(dim=1),
    cross_entropy_with_labels: lambda A, y: F.nll_loss(A.log(), y, reduction="none"),
    softmax_cross_entropy: lambda A, T: F.cross_entropy(A, T, reduction="none"),
    softmax_cross_entropy_with_labels: lambda A, y: F.cross_entropy(A, y, reduction="none"),
}
FUSED = [
    (sigmoid, binary_cross_entropy),
    (softmax, cross_entropy),
    (softmax, cross_entropy_with_labels),
]
IN_THE_UNIT_INTERVAL = (sigmoid, softmax)
KINDS = ("Z", "A", "dA", "dZ", "dW", "db")


def network(
    rng: np.random.Generator,
    widths: Sequence[int],
    activations: Sequence[Any],
    bias: str = "vector",
    dtype: Any = np.float64,
) -> list[Layer]:
    """Layers of these widths; the bias is a vector, W's first row, or there is none."""
    layers = []
    for D, M, f in zip(widths, widths[1:], activations):
        W = (rng.normal(size=(D + (bias == "row"), M)) / np.sqrt(D)).astype(dtype)
        b = rng.normal(size=M).astype(dtype) if bias == "vector" else None
        layers.append(Layer(W, b, f, bias_row=bias == "row"))
    return layers


def targets(rng: np.random.Generator, loss: Any, N: int, C: int, dtype: Any = np.float64) -> Any:
    if "labels" in loss.__name__:
        return rng.integers(0, C, N)
    return rng.random((N, C)).astype(dtype)


def by_torch(
    X: np.ndarray, T: np.ndarray, layers: Sequence[Layer], loss: Any, reduction: str = "mean"
) -> dict[str, Any]:
    """Every quantity of ``Step`` by torch.autograd, from torch's own operations."""
    A = torch.tensor(X, requires_grad=True)
    seen: dict[str, list[Any]] = {kind: [] for kind in ("Z", "A", "W", "b")}
    X_seen = A
    for W_, b_, f, bias_row in layers:
        W = torch.tensor(W_, requires_grad=True)
        b = None if b_ is None else torch.tensor(b_, requires_grad=True)
        if bias_row:
            A = torch.cat([torch.ones(len(A), 1, dtype=A.dtype), A], dim=1)
        Z = A @ W if b is None else torch.addmm(b, A, W)
        A = ACTIVATIONS[f](Z)
        for kind, value in (("Z", Z), ("A", A), ("W", W), ("b", b)):
            seen[kind].append(value)
            if value is not None:
                value.retain_grad()
    losses = LOSSES[loss](A, torch.tensor(T))
    L = losses.mean() if reduction == "mean" else losses.sum()
    L.backward()
    found: dict[str, Any] = {"L": L.item(), "dX": X_seen.grad}
    for kind, values in seen.items():
        found[kind] = values
        found["d" + kind] = [None if v is None else v.grad for v in values]
    return found


def assert_close(ours: Any, theirs: Any, rtol: float = 1e-11, where: str = "") -> None:
    if theirs is None:
        assert ours is None, where
        return
    theirs = theirs.detach().numpy() if isinstance(theirs, Tensor) else theirs
    assert ours.shape == theirs.shape, where
    assert ours.dtype == theirs.dtype, where
    scale = np.abs(theirs).max(initial=1e-300)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=rtol * scale, err_msg=where)


def assert_step_is(step: Any, truth: dict[str, Any], rtol: float = 1e-11) -> None:
    np.testing.assert_allclose(step.L, truth["L"], rtol=rtol)
    for kind in KINDS:
        for k, (ours, theirs) in enumerate(zip(getattr(step, kind), truth[kind], strict=True), 1):
            if ours is None and kind == "dA":
                assert k == len(step.A), "only the last dA of a fused network is None"
            else:
                assert_close(ours, theirs, rtol, f"{kind} of layer {k}")


# Against torch.


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("bias", ["vector", "row", "none"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6])
def test_every_quantity_of_every_layer_is_torchs(
    depth: int, bias: str, reduction: Any, rng: np.random.Generator
) -> None:
    for seed in range(3):
        rng = np.random.default_rng([depth, seed])
        N, *widths = rng.integers(1, 7, depth + 2)
        hidden = rng.permutation([sigmoid, tanh, relu, leaky_relu, softplus])[: depth - 1]
        layers = network(rng, widths, [*hidden, identity], bias)
        X = rng.normal(size=(N, widths[0]))
        T = targets(rng, squared_error, N, widths[-1])
        step = backpropagate(X, T, layers, squared_error, reduction, input_gradient=True)
        truth = by_torch(X, T, layers, squared_error, reduction)
        assert_step_is(step, truth)
        assert_close(step.dX, truth["dX"])


COMBINATIONS = [
    (f, loss)
    for f, loss in itertools.product(ACTIVATIONS, LOSSES)
    if f in IN_THE_UNIT_INTERVAL
    or loss not in (binary_cross_entropy, cross_entropy, cross_entropy_with_labels)
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("activation", "loss"), COMBINATIONS, ids=lambda function: function.__name__
)
def test_every_activation_under_every_loss_is_torchs(
    activation: Any, loss: Any, dtype: Any, rng: np.random.Generator
) -> None:
    layers = network(rng, [3, 4, 2], [activation, activation], dtype=dtype)
    X, T = rng.normal(size=(5, 3)).astype(dtype), targets(rng, loss, 5, 2, dtype)
    step = backpropagate(X, T, layers, loss)
    assert step.L.dtype == dtype
    assert_step_is(step, by_torch(X, T, layers, loss), 1e-11 if dtype == np.float64 else 1e-4)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("activation", "loss"), FUSED, ids=lambda f: f.__name__)
def test_fused_is_unfused_without_the_last_dA(
    activation: Any, loss: Any, reduction: Any, rng: np.random.Generator
) -> None:
    for depth in range(1, 5):
        widths = rng.integers(2, 6, depth + 1)
        layers = network(rng, widths, [tanh] * (depth - 1) + [activation])
        X, T = rng.normal(size=(4, widths[0])), targets(rng, loss, 4, widths[-1])
        fused = backpropagate(X, T, layers, loss, reduction)
        unfused = backpropagate(X, T, layers, loss, reduction, fused=False)
        assert fused.dA[-1] is None
        assert unfused.dA[-1] is not None
        np.testing.assert_allclose(fused.L, unfused.L, rtol=1e-12)
        for kind in KINDS:
            for ours, theirs in zip(getattr(fused, kind), getattr(unfused, kind)):
                if ours is not None:
                    assert_close(ours, theirs, 1e-12, kind)


@pytest.mark.parametrize(("activation", "loss"), FUSED, ids=lambda f: f.__name__)
def test_the_fused_delta_is_A_minus_Y_over_N(
    activation: Any, loss: Any, rng: np.random.Generator
) -> None:
    layers = network(rng, [3, 4], [activation])
    Y = np.eye(4)[[0, 3, 1]]
    T = Y.argmax(axis=1) if loss is cross_entropy_with_labels else Y
    step = backpropagate(rng.normal(size=(3, 3)), T, layers, loss)
    assert_close(step.dZ[-1], (step.A[-1] - Y) / 3, 1e-15)


@pytest.mark.parametrize(("activation", "loss"), FUSED, ids=lambda f: f.__name__)
def test_fused_stays_finite_where_the_output_is_sure_and_wrong(activation: Any, loss: Any) -> None:
    layers = [Layer(np.array([[1000.0, -1000.0]]), None, activation)]
    T = np.array([1]) if loss is cross_entropy_with_labels else np.array([[0.0, 1.0]])
    step = backpropagate(np.ones((1, 1)), T, layers, loss)
    assert step.L == 2000
    assert step.dZ[0].tolist() == [[1, -1]]
    assert step.dW[0].tolist() == [[1, -1]]


def test_soft_targets_need_not_sum_to_1(rng: np.random.Generator) -> None:
    layers, X, T = network(rng, [3, 4], [softmax]), rng.normal(size=(5, 3)), rng.random((5, 4))
    step = backpropagate(X, T, layers, cross_entropy, "sum")
    assert_close(step.dZ[0], step.A[0] * T.sum(axis=1, keepdims=True) - T, 1e-15)


# One layer, and from L layers to L + 1.


def one_layer(A_prev: np.ndarray, layer: Layer, dA: np.ndarray) -> tuple[Any, Any]:
    trace = forward_sweep(A_prev, [layer])
    return trace, backward_sweep(A_prev, [layer], trace, dA, input_gradient=True)


@pytest.mark.parametrize("bias", ["vector", "row", "none"])
@pytest.mark.parametrize("depth", range(1, 7))
def test_the_sweeps_are_single_layers_one_after_the_other(
    depth: int, bias: str, rng: np.random.Generator
) -> None:
    widths = rng.integers(1, 6, depth + 1)
    layers = network(rng, widths, [tanh] * (depth - 1) + [softmax], bias)
    X, T = rng.normal(size=(4, widths[0])), targets(rng, squared_error, 4, widths[-1])
    step = backpropagate(X, T, layers, squared_error, input_gradient=True)
    dA = step.dA[-1]
    for k in reversed(range(depth)):
        A_prev = step.A[k - 1] if k else X
        trace, gradients = one_layer(A_prev, layers[k], dA)
        assert_close(trace.Z[0], step.Z[k], 0)
        assert_close(trace.A[0], step.A[k], 0)
        assert_close(gradients.dZ[0], step.dZ[k], 0)
        assert_close(gradients.dW[0], step.dW[k], 0)
        assert_close(gradients.db[0], step.db[k], 0)
        dA = gradients.dX
        assert_close(dA, step.dA[k - 1] if k else step.dX, 0)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda f: f.__name__)
def test_a_layer_is_the_affine_map_and_then_its_activation(
    activation: Any, rng: np.random.Generator
) -> None:
    X, dA = rng.normal(size=(5, 3)), rng.normal(size=(5, 4))
    for bias in ("vector", "row"):
        (layer,) = network(rng, [3, 4], [activation], bias)
        trace, gradients = one_layer(X, layer, dA)
        Z, affine_pullback = (
            affine(X, layer.W, layer.b) if layer.b is not None else affine_bias_column(X, layer.W)
        )
        A, pullback = activation(Z)
        (dZ,) = pullback(dA)
        dX, dW, *db = affine_pullback(dZ)
        for ours, theirs in (
            (trace.Z[0], Z),
            (trace.A[0], A),
            (gradients.dZ[0], dZ),
            (gradients.dX, dX),
            (gradients.dW[0], dW),
            (gradients.db[0], db[0] if db else None),
        ):
            assert_close(ours, theirs, 1e-14)


def test_a_layer_may_begin_with_its_dZ(rng: np.random.Generator) -> None:
    X, (layer,), dA = rng.normal(size=(5, 3)), network(rng, [3, 4], [tanh]), rng.normal(size=(5, 4))
    trace, from_dA = one_layer(X, layer, dA)
    from_dZ = backward_sweep(X, [layer], trace, dZ=from_dA.dZ[0], input_gradient=True)
    assert from_dZ.dA == [None]
    assert_close(from_dZ.dW[0], from_dA.dW[0], 0)
    assert_close(from_dZ.dX, from_dA.dX, 0)


def test_right_at_depth_L_and_the_layer_right_then_right_at_depth_L_plus_1(
    rng: np.random.Generator,
) -> None:
    """The induction: a layer put below changes nothing above it, and follows from its dX."""
    T = targets(rng, squared_error, 4, 3)
    layers = network(rng, [3, 3], [softmax])
    for f in (tanh, sigmoid, relu, softplus, tanh):
        X, (below,) = rng.normal(size=(4, 3)), network(rng, [3, 3], [f])
        A = forward_sweep(X, [below]).A[0]
        above = backpropagate(A, T, layers, squared_error, input_gradient=True)
        assert_step_is(above, by_torch(A, T, layers, squared_error))
        assert above.dX is not None
        _, rule = one_layer(X, below, above.dX)

        layers = [below, *layers]
        deeper = backpropagate(X, T, layers, squared_error, input_gradient=True)
        for kind in ("dA", "dZ", "dW", "db"):
            due = getattr(rule, kind) + getattr(above, kind)
            for ours, theirs in zip(getattr(deeper, kind), due, strict=True):
                assert_close(ours, theirs, 0, kind)
        assert_close(deeper.dX, rule.dX, 0)
        assert_step_is(deeper, by_torch(X, T, layers, squared_error))


# Identities.


@pytest.mark.parametrize(("activation", "loss"), FUSED, ids=lambda f: f.__name__)
def test_a_batch_is_the_sum_of_its_samples(
    activation: Any, loss: Any, rng: np.random.Generator
) -> None:
    layers = network(rng, [3, 5, 4], [sigmoid, activation])
    X, T = rng.normal(size=(6, 3)), targets(rng, loss, 6, 4)
    batch = backpropagate(X, T, layers, loss, "sum")
    alone = [backpropagate(X[n : n + 1], T[n : n + 1], layers, loss) for n in range(6)]
    np.testing.assert_allclose(batch.L, sum(step.L for step in alone), rtol=1e-13)
    for k in range(2):
        assert_close(batch.dW[k], sum(step.dW[k] for step in alone), 1e-13)
        assert_close(batch.db[k], sum(step.db[k] for step in alone), 1e-13)
        assert_close(batch.dZ[k], np.concatenate([step.dZ[k] for step in alone]), 1e-13)


def test_the_mean_is_the_sum_over_N(rng: np.random.Generator) -> None:
    layers = network(rng, [3, 5, 4], [sigmoid, softmax])
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 4, 6)
    mean = backpropagate(X, y, layers, cross_entropy_with_labels, "mean")
    whole = backpropagate(X, y, layers, cross_entropy_with_labels, "sum")
    np.testing.assert_allclose(6 * mean.L, whole.L, rtol=1e-14)
    for k in range(2):
        assert_close(6 * mean.dW[k], whole.dW[k], 1e-14)


@pytest.mark.parametrize("depth", range(1, 7))
def test_a_bias_row_is_a_bias_on_top_of_the_weights(depth: int, rng: np.random.Generator) -> None:
    widths = rng.integers(1, 6, depth + 1)
    apart = network(rng, widths, [tanh] * depth)
    joined = [Layer(np.vstack([W, b])[[-1, *range(len(W))]], None, f, True) for W, b, f, _ in apart]
    X, T = rng.normal(size=(4, widths[0])), targets(rng, squared_error, 4, widths[-1])
    one = backpropagate(X, T, apart, squared_error, input_gradient=True)
    other = backpropagate(X, T, joined, squared_error, input_gradient=True)
    assert other.db == [None] * depth
    assert_close(other.dX, one.dX, 1e-14)
    for k in range(depth):
        assert_close(other.dW[k], np.vstack([one.db[k], one.dW[k]]), 1e-14)
        for kind in ("Z", "A", "dA", "dZ"):
            assert_close(getattr(other, kind)[k], getattr(one, kind)[k], 1e-14, kind)


def test_softmax_with_cross_entropy_is_the_loss_on_logits(rng: np.random.Generator) -> None:
    on_A = network(rng, [3, 5, 4], [tanh, softmax])
    on_Z = [on_A[0], on_A[1]._replace(activation=identity)]
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 4, 6)
    one = backpropagate(X, y, on_A, cross_entropy_with_labels)
    other = backpropagate(X, y, on_Z, softmax_cross_entropy_with_labels)
    np.testing.assert_allclose(one.L, other.L, rtol=1e-14)
    for k in range(2):
        assert_close(one.dW[k], other.dW[k], 1e-14)


def test_an_option_or_a_cost_matrix_is_bound_to_its_function(rng: np.random.Generator) -> None:
    costs = 1 - np.eye(4)
    steep = functools.partial(leaky_relu, slope=0.5)
    layers = network(rng, [3, 5, 4], [steep, identity])
    X, y = rng.normal(size=(6, 3)), rng.integers(0, 4, 6)
    step = backpropagate(X, y, layers, functools.partial(softmax_expected_cost, costs=costs))
    Z, W = torch.tensor(X) @ torch.tensor(layers[0].W) + torch.tensor(layers[0].b), layers[1].W
    W2 = torch.tensor(W, requires_grad=True)
    P = torch.softmax(F.leaky_relu(Z, 0.5) @ W2 + torch.tensor(layers[1].b), dim=1)
    (torch.tensor(costs)[torch.tensor(y)] * P).sum(dim=1).mean().backward()
    assert_close(step.dW[1], W2.grad)


# Manners.


def arrays(step: Any) -> list[np.ndarray]:
    return [a for part in step[1:] for a in (part or [None]) if isinstance(a, np.ndarray)]


@pytest.mark.parametrize("bias", ["vector", "row", "none"])
@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("activation", [identity, sigmoid])
def test_no_argument_is_changed_and_no_memory_is_shared(
    activation: Any, fused: bool, bias: str, rng: np.random.Generator
) -> None:
    layers = network(rng, [3, 4, 2], [activation, activation], bias)
    X, T = rng.normal(size=(5, 3)), rng.random((5, 2))
    given = [X, T, *(a for layer in layers for a in layer[:2] if a is not None)]
    for array in given:
        array.setflags(write=False)
    step = backpropagate(X, T, layers, squared_error, fused=fused)
    again = backpropagate(X, T, layers, squared_error, fused=fused)
    for one, other in zip(arrays(step), arrays(again), strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in itertools.combinations([*arrays(step), *given], 2):
        assert not np.shares_memory(one, other)


def test_a_sweep_shares_no_memory_with_its_upstream(rng: np.random.Generator) -> None:
    X, (layer,), dA = rng.normal(size=(5, 3)), network(rng, [3, 4], [identity]), np.ones((5, 4))
    trace = forward_sweep(X, [layer])
    assert not np.shares_memory(backward_sweep(X, [layer], trace, dA).dA[0], dA)
    assert not np.shares_memory(backward_sweep(X, [layer], trace, dZ=dA).dZ[0], dA)


def test_arrays_may_lie_in_memory_as_they_like(rng: np.random.Generator) -> None:
    layers = network(rng, [3, 4, 2], [tanh, softmax], "row")
    X, y = rng.normal(size=(5, 3)), rng.integers(0, 2, 5)
    plain = backpropagate(X, y, layers, cross_entropy_with_labels)
    strided = np.repeat(X, 2, axis=1)[:, ::2]
    columns = [layer._replace(W=np.asfortranarray(layer.W)) for layer in layers]
    other = backpropagate(strided, y.astype(np.uint8), columns, cross_entropy_with_labels)
    for k in range(2):
        assert_close(other.dW[k], plain.dW[k], 1e-14)


def test_the_sum_over_an_empty_batch_is_0_and_so_are_its_gradients(
    rng: np.random.Generator,
) -> None:
    for bias in ("vector", "row"):
        layers = network(rng, [3, 4, 2], [tanh, softmax], bias)
        X, y = np.empty((0, 3)), np.empty(0, int)
        step = backpropagate(X, y, layers, cross_entropy_with_labels, "sum")
        assert step.L == 0
        assert not any(dW.any() for dW in step.dW)
        with pytest.raises(ValueError, match="mean of an empty batch is undefined"):
            backpropagate(X, y, layers, cross_entropy_with_labels)


W1, b1, W2 = np.ones((3, 5)), np.ones(5), np.ones((5, 2))
X4, Y4 = np.ones((4, 3)), np.ones((4, 2))
GOOD = [Layer(W1, b1, tanh), Layer(W2)]


@pytest.mark.parametrize(
    ("X", "layers", "error", "says"),
    [
        (X4[0], GOOD, ValueError, "X has shape (3,), expected (N, D)"),
        (X4.astype(int), GOOD, TypeError, "X has dtype int64, expected float32 or float64"),
        ([[1.0]], GOOD, TypeError, "X is a list, expected a NumPy array of shape (N, D)"),
        (X4, [], ValueError, "layers is empty, expected one Layer at least"),
        (X4, [(W1, b1)], TypeError, "layer 1 of 1 is a tuple, expected a Layer"),
        (
            X4,
            [Layer(W1, b1, tanh), Layer(W1)],
            ValueError,
            "with_no_bias: W has shape (3, 5), expected (5, M) because A_prev has D = 5",
        ),
        (
            X4,
            [Layer(W1, b1[:1], tanh), Layer(W2)],
            ValueError,
            "layer 1 of 2, with_bias: b has shape (1,), expected (5,) because W has M = 5",
        ),
        (
            X4,
            [Layer(W1, bias_row=True), Layer(W2)],
            ValueError,
            "with_bias_row: W has shape (3, 5), expected (4, M) because A_prev has D = 3",
        ),
        (
            X4,
            [Layer(W1, b1), Layer(W2, np.ones(2), bias_row=True)],
            ValueError,
            "layer 2 of 2: b is given, expected None, since W's first row is the bias",
        ),
        (
            X4,
            [Layer(W1, b1), Layer(W2.astype(np.float32))],
            TypeError,
            "layer 2 of 2, with_no_bias: W has dtype float32, expected float64 as A_prev has",
        ),
        (
            X4,
            [Layer(W1, list(b1))],  # type: ignore[arg-type]
            TypeError,
            "layer 1 of 1, with_bias: b is a list, expected a NumPy array of shape (M,)",
        ),
        (
            X4,
            [Layer(W1, b1, "tanh")],  # type: ignore[arg-type]
            TypeError,
            "layer 1 of 1: activation is 'tanh', expected a function such as tanh",
        ),
    ],
)
def test_a_layer_that_does_not_fit_is_named(X: Any, layers: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        forward_sweep(X, layers)


@pytest.mark.parametrize(
    ("loss", "T", "error", "says"),
    [
        (squared_error, Y4[:, 0], ValueError, "T has shape (4,), expected (4, 2) because"),
        (squared_error, Y4.astype(int), TypeError, "T has dtype int64, expected float64"),
        (
            softmax_cross_entropy_with_labels,
            np.full(4, 2),
            ValueError,
            "y holds 2, expected 0 to 1",
        ),
        (softmax_cross_entropy_with_labels, np.full(4, -1), ValueError, "y holds -1, expected 0"),
        (softmax_cross_entropy_with_labels, np.ones(3, int), ValueError, "y has shape (3,)"),
        (
            softmax_cross_entropy_with_labels,
            Y4,
            TypeError,
            "y has dtype float64, expected integers",
        ),
    ],
)
def test_targets_that_do_not_fit_are_named(loss: Any, T: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=re.escape(f"{loss.__name__}: {says}")):
        backpropagate(X4, T, GOOD, loss)


def test_labels_are_checked_where_the_loss_is_fused_too() -> None:
    layers = [GOOD[0], GOOD[1]._replace(activation=softmax)]
    with pytest.raises(ValueError, match="cross_entropy_with_labels: y holds 5, expected 0 to 1"):
        backpropagate(X4, np.array([0, 1, 5, 0]), layers, cross_entropy_with_labels)


def test_an_unknown_reduction_is_refused() -> None:
    with pytest.raises(ValueError, match="reduction is 'none', expected one of 'mean', 'sum'"):
        backpropagate(X4, Y4, GOOD, squared_error, "none")  # type: ignore[arg-type]


def test_an_upstream_that_does_not_fit_is_refused() -> None:
    trace = forward_sweep(X4, GOOD)
    for options, error, says in (
        ({"dA": Y4[:1]}, ValueError, "dA has shape (1, 2), expected (4, 2) as the last Z has"),
        ({"dZ": Y4.astype(np.float32)}, TypeError, "dZ has dtype float32, expected float64"),
        ({"dA": 1.0}, TypeError, "dA is a float, expected a NumPy array"),
        ({}, ValueError, "expected dA or dZ"),
        ({"dA": Y4, "dZ": Y4}, ValueError, "expected dA or dZ"),
    ):
        with pytest.raises(error, match=re.escape(f"backward_sweep: {says}")):
            backward_sweep(X4, GOOD, trace, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the trace of these layers"):
        backward_sweep(X4, GOOD[:1], trace, dA=Y4)
