"""Jacobians written out: the explicit product is the recursion, and torch says so of both."""

import itertools

import numpy as np
import pytest
import torch

from reference import affine, affine_columns
from reference.activations import (
    identity,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from reference.jacobian import (
    activation_jacobians,
    affine_columns_weight_jacobian,
    affine_input_jacobian,
    affine_jacobian_cost,
    affine_weight_jacobian,
    jacobian_factors,
    jacobian_vector_product,
    network_jacobian,
    outer_products,
    vector_jacobian_product,
    weight_gradient,
)
from reference.network import Layer, backward_sweep, forward_sweep

TORCH = {
    identity: lambda Z: Z,
    sigmoid: torch.sigmoid,
    tanh: torch.tanh,
    relu: torch.relu,
    leaky_relu: torch.nn.functional.leaky_relu,
    softplus: torch.nn.functional.softplus,
    softmax: lambda Z: torch.softmax(Z, -1),
    log_softmax: lambda Z: torch.log_softmax(Z, -1),
}
ACTIVATIONS = list(TORCH)
DEPTHS = range(1, 7)
BIASES = ["none", "separate", "row"]
WEIGHT_JACOBIANS = [
    (affine_weight_jacobian, affine, lambda Q: Q),
    (affine_columns_weight_jacobian, affine_columns, np.transpose),
]


def network(rng, depth, bias=None, activation=None, dtype=np.float64, N=4):
    """X, layers and a dA: widths of 2 to 5, activations and biases mixed unless one is given."""
    widths = rng.integers(2, 6, depth + 1)
    layers = []
    for D, M in itertools.pairwise(widths):
        kind = bias or rng.choice(BIASES)
        W = rng.normal(size=(D + (kind == "row"), M)).astype(dtype)
        b = rng.normal(size=M).astype(dtype) if kind == "separate" else None
        f = activation or ACTIVATIONS[rng.integers(len(ACTIVATIONS))]
        layers.append(Layer(W, b, f, kind == "row"))
    X = rng.normal(size=(N, widths[0])).astype(dtype)
    return X, layers, rng.normal(size=(N, widths[-1])).astype(dtype)


def torch_network(layers, Ws=None):
    """The network function of torch, with other weights if they are given."""
    Ws = [torch.tensor(layer.W) for layer in layers] if Ws is None else Ws

    def function(A):
        for W, layer in zip(Ws, layers):
            if layer.bias_row:
                A = torch.cat([torch.ones(*A.shape[:-1], 1, dtype=A.dtype), A], -1)
            A = A @ W
            if layer.b is not None:
                A = A + torch.tensor(layer.b)
            A = TORCH[layer.activation](A)
        return A

    return function


def torch_weight_gradients(X, layers, dA):
    Ws = [torch.tensor(layer.W, requires_grad=True) for layer in layers]
    A = torch_network(layers, Ws)(torch.tensor(X))
    return [dW.numpy() for dW in torch.autograd.grad(A, Ws, torch.tensor(dA))]


def per_sample_jacobian(function, X):
    return np.array([torch.autograd.functional.jacobian(function, torch.tensor(x)) for x in X])


def assert_equal(came, due):
    assert came.shape == due.shape
    assert came.dtype == due.dtype
    np.testing.assert_allclose(came, due, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("bias", [*BIASES, None])
@pytest.mark.parametrize("depth", DEPTHS)
def test_the_explicit_product_is_the_recursion_and_torch(rng, depth, bias):
    X, layers, dA = network(rng, depth, bias)
    recursion = backward_sweep(X, layers, forward_sweep(X, layers), dA=dA)
    autograd = torch_weight_gradients(X, layers, dA)
    for k in range(depth):
        dW, db = weight_gradient(X, layers, k, dA)
        assert_equal(dW, recursion.dW[k])
        assert_equal(dW, autograd[k])
        if layers[k].b is None:
            assert db is None
        else:
            assert_equal(db, recursion.db[k])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("depth", [1, 3])
def test_the_explicit_product_holds_for_every_activation(rng, depth, activation):
    X, layers, dA = network(rng, depth, activation=activation)
    for k, due in enumerate(torch_weight_gradients(X, layers, dA)):
        assert_equal(weight_gradient(X, layers, k, dA)[0], due)


def test_a_bias_absorbed_as_a_constant_coordinate_is_the_separate_bias(rng):
    X, separate, dA = network(rng, 4, "separate")
    rows = [Layer(np.vstack([b, W]), None, f, bias_row=True) for W, b, f, _ in separate]
    assert_equal(network_jacobian(X, rows), network_jacobian(X, separate))
    for k in range(4):
        dW, db = weight_gradient(X, separate, k, dA)
        dW1, nothing = weight_gradient(X, rows, k, dA)
        assert_equal(dW1, np.vstack([db, dW]))
        assert nothing is None


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_activation_has_the_jacobian_that_torch_has(rng, activation):
    X, layers, _ = network(rng, 1, activation=activation)
    trace = forward_sweep(X, layers)
    (D,) = activation_jacobians(trace)
    assert_equal(D, per_sample_jacobian(TORCH[activation], trace.Z[0]))
    for Dn, p in zip(D, trace.A[0]):
        if activation is softmax:
            np.testing.assert_allclose(Dn, np.diag(p) - np.outer(p, p), atol=1e-15)
            np.testing.assert_allclose(Dn.sum(axis=1), 0, atol=1e-15)
        elif activation is not log_softmax:
            np.testing.assert_array_equal(Dn, np.diag(np.diag(Dn)))


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_jacobian_of_a_network_is_that_of_torch(rng, depth):
    X, layers, dA = network(rng, depth)
    J = network_jacobian(X, layers)
    assert J.shape == (len(X), dA.shape[1], X.shape[1])
    assert_equal(J, per_sample_jacobian(torch_network(layers), X))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_jacobian_holds_for_every_activation(rng, activation):
    X, layers, _ = network(rng, 2, activation=activation)
    assert_equal(network_jacobian(X, layers), per_sample_jacobian(torch_network(layers), X))


def test_square_weights_do_not_hide_a_transpose(rng):
    X, dA = rng.normal(size=(2, 4, 3))
    layers = [Layer(rng.normal(size=(3, 3)), None, f) for f in (tanh, log_softmax, log_softmax)]
    assert_equal(network_jacobian(X, layers), per_sample_jacobian(torch_network(layers), X))
    for k, due in enumerate(torch_weight_gradients(X, layers, dA)):
        assert_equal(weight_gradient(X, layers, k, dA)[0], due)


@pytest.mark.parametrize("depth", DEPTHS)
def test_one_layer_more_is_two_factors_more_on_the_left(rng, depth):
    """The step of an induction: right at this depth, and D·Wᵀ of a layer right: right at the next.

    The first layer alone (depth 0 below it) is where the induction begins.
    """
    X, layers, _ = network(rng, depth)
    *below, last = layers
    A = forward_sweep(X, below).A[-1] if below else X
    J_below = network_jacobian(X, below) if below else np.eye(X.shape[1])
    assert_equal(network_jacobian(X, layers), network_jacobian(A, [last]) @ J_below)
    factors = jacobian_factors(X, layers)
    assert len(factors) == 2 * depth
    for came, due in zip(factors[2:], jacobian_factors(X, below) if below else []):
        np.testing.assert_array_equal(came, due)


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_vector_on_either_side_is_the_jacobian_times_it(rng, depth):
    X, layers, U = network(rng, depth)
    V = rng.normal(size=X.shape)
    J = network_jacobian(X, layers)
    JV, UJ = jacobian_vector_product(X, layers, V), vector_jacobian_product(X, layers, U)
    assert_equal(JV, np.einsum("nmd,nd->nm", J, V))
    assert_equal(UJ, np.einsum("nm,nmd->nd", U, J))
    np.testing.assert_allclose(np.sum(U * JV), np.sum(UJ * V), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_products_with_a_vector_are_those_of_torch_and_of_the_recursion(rng, depth):
    X, layers, U = network(rng, depth)
    V = rng.normal(size=X.shape)
    function, x = torch_network(layers), torch.tensor(X)
    _, forward = torch.autograd.functional.jvp(function, x, torch.tensor(V))
    _, backward = torch.autograd.functional.vjp(function, x, torch.tensor(U))
    sweep = backward_sweep(X, layers, forward_sweep(X, layers), dA=U, input_gradient=True)
    assert_equal(jacobian_vector_product(X, layers, V), forward.numpy())
    assert_equal(vector_jacobian_product(X, layers, U), backward.numpy())
    assert_equal(vector_jacobian_product(X, layers, U), sweep.dX)


def test_float32_stays_float32(rng):
    X, layers, dA = network(rng, 3, "separate", dtype=np.float32)
    dW, db = weight_gradient(X, layers, 1, dA)
    results = [dW, db, network_jacobian(X, layers), vector_jacobian_product(X, layers, dA)]
    results += [jacobian_vector_product(X, layers, X), *jacobian_factors(X, layers)]
    results += [affine_weight_jacobian(X, layers[0].W), affine_input_jacobian(X, layers[0].W)]
    assert {Q.dtype for Q in results} == {np.dtype(np.float32)}


def test_an_empty_batch_has_an_empty_jacobian_and_zero_weight_gradients(rng):
    X, layers, dA = network(rng, 2, "separate", N=0)
    assert network_jacobian(X, layers).shape == (0, dA.shape[1], X.shape[1])
    assert vector_jacobian_product(X, layers, dA).shape == X.shape
    for k, layer in enumerate(layers):
        dW, db = weight_gradient(X, layers, k, dA)
        np.testing.assert_array_equal(dW, np.zeros_like(layer.W))
        np.testing.assert_array_equal(db, np.zeros_like(layer.b))


def test_no_argument_is_changed_and_no_memory_is_shared(rng):
    X, layers, dA = network(rng, 3, "separate", identity)
    arguments = [X, dA, *(Q for layer in layers for Q in (layer.W, layer.b))]
    before = [Q.copy() for Q in arguments]
    results = [*jacobian_factors(X, layers), network_jacobian(X, layers)]
    results += [jacobian_vector_product(X, layers, X), vector_jacobian_product(X, layers, dA)]
    results += weight_gradient(X, layers, 2, dA)
    for Q, copy in zip(arguments, before):
        np.testing.assert_array_equal(Q, copy)
        assert not any(np.shares_memory(Q, result) for result in results)


def test_what_does_not_fit_is_refused(rng):
    X, layers, dA = network(rng, 2)
    for k in (-1, 2):
        with pytest.raises(ValueError, match=f"k is {k}, expected 0 to 1"):
            weight_gradient(X, layers, k, dA)
    with pytest.raises(ValueError, match=r"dA has shape .*, expected .* as the last A has"):
        weight_gradient(X, layers, 0, dA[:3])
    with pytest.raises(ValueError, match=r"dA has shape .*, expected .* as the last A has"):
        vector_jacobian_product(X, layers, dA[:, :1])
    with pytest.raises(ValueError, match=r"V has shape .*, expected .* as X has"):
        jacobian_vector_product(X, layers, X[:1])
    with pytest.raises(TypeError, match="dA has dtype float32"):
        vector_jacobian_product(X, layers, dA.astype(np.float32))
    with pytest.raises(ValueError, match="layer 1 of 2"):
        network_jacobian(X[:, 1:], layers)
    with pytest.raises(ValueError, match="layers is empty"):
        network_jacobian(X, [])
    with pytest.raises(ValueError, match="affine_weight_jacobian: W has shape"):
        affine_weight_jacobian(X, np.ones((X.shape[1] + 1, 2)))
    with pytest.raises(ValueError, match="outer_products: dZ has shape"):
        outer_products(X, X[1:])


@pytest.mark.parametrize(("jacobian", "layer", "turned"), WEIGHT_JACOBIANS)
def test_the_jacobian_of_the_weights_is_that_of_torch(rng, jacobian, layer, turned):
    X, W = turned(rng.normal(size=(3, 4))), turned(rng.normal(size=(4, 5)))
    x, w = torch.tensor(X), torch.tensor(W)
    product = (lambda w: x @ w) if layer is affine else (lambda w: w @ x)
    due = torch.autograd.functional.jacobian(product, w)
    J = jacobian(X, W)
    assert J.shape == (3 * 5, 4 * 5)
    np.testing.assert_array_equal(J, due.numpy().reshape(J.shape))


@pytest.mark.parametrize(("jacobian", "layer", "turned"), WEIGHT_JACOBIANS)
def test_the_shortcuts_are_the_dense_product(rng, jacobian, layer, turned):
    X, W, dZ = (rng.normal(size=size) for size in [(3, 4), (4, 5), (3, 5)])
    b = turned(np.zeros((1, 5))) if layer is affine_columns else np.zeros(5)
    _, pullback = layer(turned(X), turned(W), b)
    _, dW, _ = pullback(turned(dZ))
    dense = jacobian(turned(X), turned(W)).T @ turned(dZ).ravel()
    assert_equal(dense.reshape(dW.shape), dW)
    assert_equal(turned(outer_products(X, dZ).sum(axis=0)), dW)


@pytest.mark.parametrize("N", [1, 3])
@pytest.mark.parametrize("M", [1, 2, 5])
@pytest.mark.parametrize(("jacobian", "layer", "turned"), WEIGHT_JACOBIANS)
def test_exactly_one_entry_in_m_is_not_zero(rng, jacobian, layer, turned, M, N):
    X, W = rng.normal(size=(N, 4)), rng.normal(size=(4, M))
    J = jacobian(turned(X), turned(W))
    cost = affine_jacobian_cost(4, M, N)
    assert J.size == cost.elements
    assert np.count_nonzero(J) == cost.nonzeros
    assert cost.nonzeros * M == cost.elements
    np.testing.assert_array_equal(np.count_nonzero(J, axis=0), N)  # one a column and sample


def test_with_samples_as_columns_row_i_holds_x_in_block_i(rng):
    x, W = rng.normal(size=(4, 1)), rng.normal(size=(3, 4))
    blocks = affine_columns_weight_jacobian(x, W).reshape(3, 3, 4)
    for i, j in itertools.product(range(3), repeat=2):
        np.testing.assert_array_equal(blocks[i, j], x[:, 0] if i == j else np.zeros(4))


def test_with_samples_as_rows_every_x_is_spread_over_a_diagonal(rng):
    X, W = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    blocks = affine_weight_jacobian(X, W).reshape(2, 4, 3, 4)
    for n, d in itertools.product(range(2), range(3)):
        np.testing.assert_array_equal(blocks[n, :, d], X[n, d] * np.eye(4))


def test_the_jacobian_of_the_inputs_is_a_block_a_sample(rng):
    X, W, dZ = (rng.normal(size=size) for size in [(3, 4), (4, 5), (3, 5)])
    J = affine_input_jacobian(X, W)
    w = torch.tensor(W)
    due = torch.autograd.functional.jacobian(lambda x: x @ w, torch.tensor(X))
    np.testing.assert_array_equal(J, due.numpy().reshape(J.shape))
    cost = affine_jacobian_cost(4, 5, 3, of="inputs")
    assert (J.size, np.count_nonzero(J)) == (cost.elements, cost.nonzeros)
    dX, _, _ = affine(X, W, np.zeros(5))[1](dZ)
    assert_equal((J.T @ dZ.ravel()).reshape(X.shape), dX)


def test_the_published_costs():
    one = affine_jacobian_cost(128 * 128, 100)
    assert one == (163_840_000, 655_360_000, 1_638_400)
    assert one.elements // one.nonzeros == 100
    assert affine_jacobian_cost(128 * 128, 100, 32).elements == 5_242_880_000
    johnson = affine_jacobian_cost(4096, 4096, 64, of="inputs")
    assert johnson.elements == (64 * 4096) ** 2 == 68_719_476_736
    assert johnson.bytes == 256 * 2**30


@pytest.mark.parametrize("name", ["D", "M", "N", "itemsize"])
def test_a_cost_needs_positive_sizes(name):
    sizes = {"D": 2, "M": 3, "N": 4, "itemsize": 8, name: 0}
    with pytest.raises(ValueError, match=f"{name} is 0, expected 1 at least"):
        affine_jacobian_cost(**sizes)


def test_a_cost_is_that_of_the_weights_or_of_the_inputs():
    with pytest.raises(ValueError, match="of is 'bias', expected one of 'weights', 'inputs'"):
        affine_jacobian_cost(2, 3, of="bias")
