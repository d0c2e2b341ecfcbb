"""Activations at the special points by name, and how they hang together."""

import numpy as np
import pytest

from reference import (
    identity,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)

INF = np.inf


def at(function, z, **options):  # type: ignore[no-untyped-def]
    """Value and derivative at some points."""
    A, pullback = function(np.array(z, dtype=float), **options)
    return A.tolist(), pullback(np.ones_like(A))[0].tolist()


def test_sigmoid_saturates_without_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        value, slope = at(sigmoid, [-INF, -1000, 0, 1000, INF])
    assert value == [0, 0, 0.5, 1, 1]
    assert slope == [0, 0, 0.25, 0, 0]


def test_sigmoid_keeps_its_left_tail() -> None:
    (value,), _ = at(sigmoid, [-700.0])
    np.testing.assert_allclose(value, np.exp(-700.0), rtol=1e-12)


def test_tanh_saturates() -> None:
    assert at(tanh, [-INF, -1000, 0, 1000, INF]) == ([-1, -1, 0, 1, 1], [0, 0, 1, 0, 0])


def test_relu_has_derivative_0_at_its_kink_as_torch_has() -> None:
    assert at(relu, [-INF, -1000, 0, 1000, INF]) == ([0, 0, 0, 1000, INF], [0, 0, 0, 1, 1])


def test_leaky_relu_has_its_slope_at_its_kink_as_torch_has() -> None:
    value, slope = at(leaky_relu, [-INF, -1000, 0, 1000, INF], slope=0.5)
    assert value == [-INF, -500, 0, 1000, INF]
    assert slope == [0.5, 0.5, 0.5, 1, 1]


def test_softplus_is_exact_at_the_ends() -> None:
    with np.errstate(all="raise", under="ignore"):
        value, slope = at(softplus, [-INF, -1000, 0, 1000, INF])
    assert value == [0, 0, np.log(2), 1000, INF]
    assert slope == [0, 0, 0.5, 1, 1]


def test_softplus_has_sigmoid_as_its_derivative(rng: np.random.Generator) -> None:
    Z = rng.normal(size=(4, 3)) * 10
    _, pullback = softplus(Z)
    np.testing.assert_allclose(pullback(np.ones_like(Z))[0], sigmoid(Z)[0], rtol=1e-14)


def test_identity_copies_going_forward_and_back() -> None:
    Z = np.zeros(3)
    A, pullback = identity(Z)
    A[0] = 1
    assert Z[0] == 0
    dA = np.zeros(3)
    pullback(dA)[0][0] = 1
    assert dA[0] == 0


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_softmax_and_log_softmax_are_one_another_on_every_axis(
    axis: int, rng: np.random.Generator
) -> None:
    Z, dA = rng.normal(size=(2, 2, 3, 4))
    P, pullback = softmax(Z, axis=axis)
    A, log_pullback = log_softmax(Z, axis=axis)
    np.testing.assert_allclose(np.exp(A), P, rtol=1e-14)
    np.testing.assert_allclose(P.sum(axis=axis), 1, rtol=1e-14)
    # a = ln p, so that dp = da/p
    np.testing.assert_allclose(log_pullback(dA)[0], pullback(dA / P)[0], rtol=1e-9, atol=1e-14)


def test_softmax_does_not_see_a_shift_and_its_gradient_sums_to_zero(
    rng: np.random.Generator,
) -> None:
    Z, dP = rng.normal(size=(2, 3, 4))
    np.testing.assert_allclose(softmax(Z + 1000)[0], softmax(Z)[0], rtol=1e-11)
    np.testing.assert_allclose(softmax(Z)[1](dP)[0].sum(axis=1), 0, atol=1e-15)


def test_softmax_is_its_explicit_jacobian_times_the_upstream(rng: np.random.Generator) -> None:
    Z, dP = rng.normal(size=(2, 1, 5))
    P, pullback = softmax(Z)
    J = np.diag(P[0]) - np.outer(P[0], P[0])
    np.testing.assert_allclose(pullback(dP)[0][0], J @ dP[0], rtol=1e-13)


def test_sigmoid_is_a_softmax_of_two(rng: np.random.Generator) -> None:
    z = rng.normal(size=(6, 1))
    P, _ = softmax(np.hstack([z, np.zeros_like(z)]))
    np.testing.assert_allclose(P[:, :1], sigmoid(z)[0], rtol=1e-14)


def test_a_logit_of_minus_infinity_is_a_mask() -> None:
    Z = np.array([[-INF, 0.0, 1.0]])
    dP = np.array([[5.0, 6.0, 7.0]])
    P, pullback = softmax(Z)
    rest, rest_pullback = softmax(Z[:, 1:])
    assert P.tolist() == [[0, *rest[0]]]
    assert pullback(dP)[0].tolist() == [[0, *rest_pullback(dP[:, 1:])[0][0]]]
    A, pullback = log_softmax(Z)
    assert A[0, 0] == -INF
    assert np.isfinite(pullback(dP)[0]).all()


def test_a_row_of_masks_is_nan_as_in_torch() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(softmax(np.full((1, 2), -INF))[0]).all()


def test_a_single_class_is_certain_and_has_no_gradient() -> None:
    P, pullback = softmax(np.array([[3.0], [-5.0]]))
    assert P.tolist() == [[1], [1]]
    assert pullback(np.array([[2.0], [7.0]]))[0].tolist() == [[0], [0]]


@pytest.mark.parametrize(
    "function", [identity, sigmoid, tanh, relu, leaky_relu, softplus, softmax, log_softmax]
)
def test_nan_propagates_and_an_empty_batch_stays_empty(function) -> None:  # type: ignore[no-untyped-def]
    with np.errstate(invalid="ignore"):
        assert np.isnan(function(np.array([[np.nan, 1.0]]))[0][0, 0])
    A, pullback = function(np.empty((0, 3)))
    assert A.shape == pullback(A)[0].shape == (0, 3)


def test_softmax_over_no_classes_is_an_error() -> None:
    with pytest.raises(ValueError, match="zero-size array"):
        softmax(np.empty((2, 0)))


def test_softmax_over_an_axis_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ValueError, match="axis 2 is out of bounds"):
        softmax(np.ones((2, 3)), axis=2)
