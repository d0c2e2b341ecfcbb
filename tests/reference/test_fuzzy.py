"""The correlated fuzzy layer: its forced gradients, its rotations, and far from all rules."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from reference import affine, fuzzy, log_firing, softmax

N, D, R, L = 6, 3, 4, 3
Layer = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture
def layer(rng: np.random.Generator) -> Layer:
    X, M, W = (rng.normal(size=s) for s in [(N, D), (R, D), (D, R)])
    return X, M, rng.normal(size=(R, L, D)) / 2, W, rng.normal(size=R)


def test_the_gradients_of_firing_are_the_forced_ones(layer: Layer) -> None:
    X, M, Gamma, *_ = layer
    S, _ = log_firing(X[:1], M, Gamma)
    for r in range(R):
        phi = np.exp(S[0, r])
        dS = np.zeros((1, R))
        dS[0, r] = phi  # dφ = φ·ds
        dX, dM, dGamma = log_firing(X[:1], M, Gamma)[1](dS)
        z = Gamma[r] @ (X[0] - M[r])
        assert_allclose(phi, np.exp(-0.5 * z @ z), rtol=1e-14)
        assert_allclose(dGamma[r], -phi * np.outer(z, X[0] - M[r]), rtol=1e-12)
        assert_allclose(dM[r], phi * Gamma[r].T @ z, rtol=1e-12)
        assert_allclose(dX[0], -dM[r], rtol=1e-12)
        others = np.arange(R) != r
        assert not dM[others].any()
        assert not dGamma[others].any()


def test_the_gradients_of_the_output_are_the_forced_ones(layer: Layer) -> None:
    X, M, Gamma, W, b = layer
    y, pullback = fuzzy(X, M, Gamma, W, b)
    dy = np.linspace(-1, 1, N)
    dX, dM, dGamma, dW, db = pullback(dy)
    S, firing_pullback = log_firing(X, M, Gamma)
    P, F = softmax(S)[0], affine(X, W, b)[0]
    assert_allclose(y, (P * F).sum(axis=1), rtol=1e-14)
    # ∂y/∂φ = (f − y)/Σφ, so that ∂y/∂s = φ̄(f − y)
    by_rules = firing_pullback(dy[:, None] * P * (F - y[:, None]))
    assert_allclose(dM, by_rules[1], rtol=1e-11, atol=1e-14)
    assert_allclose(dGamma, by_rules[2], rtol=1e-11, atol=1e-14)
    assert_allclose(dX, by_rules[0] + (dy[:, None] * P) @ W.T, rtol=1e-11, atol=1e-14)
    assert_allclose(dW, X.T @ (dy[:, None] * P), rtol=1e-12)
    assert_allclose(db, dy @ P, rtol=1e-12)


def test_a_rotation_changes_nothing_and_the_gradient_is_at_right_angles_to_it(
    layer: Layer, rng: np.random.Generator
) -> None:
    X, M, Gamma, W, b = layer
    Q, _ = np.linalg.qr(rng.normal(size=(R, L, L)))
    y, pullback = fuzzy(X, M, Gamma, W, b)
    rotated, pullback_rotated = fuzzy(X, M, Q @ Gamma, W, b)
    assert_allclose(rotated, y, rtol=1e-12)
    dy = rng.normal(size=N)
    dGamma = pullback(dy)[2]
    assert_allclose(pullback_rotated(dy)[2], Q @ dGamma, rtol=1e-10, atol=1e-13)
    A = rng.normal(size=(R, L, L))
    along = np.einsum("rld,rld->r", dGamma, (A - A.swapaxes(1, 2)) @ Gamma)
    assert_allclose(along, 0, atol=1e-13)


def test_far_from_all_rules_the_nearest_one_speaks() -> None:
    X, M = np.array([[1000.0]]), np.array([[0.0], [1.0]])
    Gamma, W, b = np.ones((2, 1, 1)), np.zeros((1, 2)), np.array([5.0, 7.0])
    assert not np.exp(log_firing(X, M, Gamma)[0]).any(), "every rule underflows"
    with np.errstate(all="raise", under="ignore"):
        y, pullback = fuzzy(X, M, Gamma, W, b)
        gradients = pullback(np.ones(1))
    assert y.tolist() == [7]
    assert all(np.isfinite(g).all() for g in gradients)  # type: ignore[arg-type]


def test_one_rule_is_an_affine_layer_whatever_its_shape(rng: np.random.Generator) -> None:
    X, W, b = rng.normal(size=(N, D)), rng.normal(size=(D, 1)), rng.normal(size=1)
    y, pullback = fuzzy(X, np.zeros((1, D)), np.ones((1, 2, D)), W, b)
    assert_allclose(y, affine(X, W, b)[0][:, 0], rtol=1e-14)
    _, dM, dGamma, _, _ = pullback(np.ones(N))
    assert not np.any(dM)
    assert not np.any(dGamma)


def test_rules_that_are_alike_share_alike() -> None:
    X, M = np.ones((1, 2)), np.zeros((2, 2))
    y, _ = fuzzy(X, M, np.ones((2, 2, 2)), np.zeros((2, 2)), np.array([4.0, 8.0]))
    assert y.tolist() == [6]


def test_an_empty_batch_has_an_empty_value_and_zero_parameter_gradients(layer: Layer) -> None:
    _, M, Gamma, W, b = layer
    y, pullback = fuzzy(np.empty((0, D)), M, Gamma, W, b)
    dX, *parameters = pullback(y)
    assert (y.shape, np.shape(dX)) == ((0,), (0, D))
    assert not any(np.any(g) for g in parameters)


def test_dtype_in_is_dtype_out(layer: Layer) -> None:
    arrays = [a.astype(np.float32) for a in layer]
    y, pullback = fuzzy(*arrays)
    assert {y.dtype, *(g.dtype for g in pullback(y))} == {np.dtype(np.float32)}  # type: ignore[union-attr]


def test_a_gamma_of_other_inputs_is_refused(layer: Layer) -> None:
    X, M, Gamma, W, b = layer
    says = "Gamma has shape (4, 3, 2), expected (4, L, 3) because X has D = 3"
    with pytest.raises(ValueError, match=re.escape(says)):
        fuzzy(X, M, Gamma[:, :, :2], W, b)
    with pytest.raises(ValueError, match=re.escape("W has shape (4, 3), expected (3, 4)")):
        fuzzy(X, M, Gamma, W.T, b)
    with pytest.raises(TypeError, match="M has dtype float32, expected float64"):
        log_firing(X, M.astype(np.float32), Gamma)
