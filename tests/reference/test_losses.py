"""Losses at special points, identities between them, reductions and weights."""

import numpy as np
import pytest

from reference import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    class_weights,
    cross_entropy,
    l2_penalty,
    reduce,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_with_labels,
    squared_error,
    weighted_reduce,
)

INF = np.inf


def test_squared_error_has_its_half_or_not(rng: np.random.Generator) -> None:
    Y, T = rng.normal(size=(2, 3, 2))
    halved, pullback = squared_error(Y, T)
    whole, whole_pullback = squared_error(Y, T, half=False)
    np.testing.assert_allclose(whole, ((Y - T) ** 2).sum(axis=1), rtol=1e-14)
    np.testing.assert_allclose(2 * halved, whole, rtol=1e-14)
    np.testing.assert_allclose(pullback(np.ones(3))[0], Y - T, rtol=1e-14)
    np.testing.assert_allclose(whole_pullback(np.ones(3))[0], 2 * (Y - T), rtol=1e-14)


def test_cross_entropy_on_logits_is_the_softmax_and_then_the_cross_entropy(
    rng: np.random.Generator,
) -> None:
    Z, dl = rng.normal(size=(4, 3)), rng.normal(size=4)
    T = rng.random((4, 3))
    P, through_softmax = softmax(Z)
    unfused, through_loss = cross_entropy(P, T)
    fused, pullback = softmax_cross_entropy(Z, T)
    np.testing.assert_allclose(fused, unfused, rtol=1e-13)
    np.testing.assert_allclose(
        pullback(dl)[0], through_softmax(through_loss(dl)[0])[0], rtol=1e-12, atol=1e-15
    )


def test_binary_cross_entropy_on_logits_is_the_sigmoid_and_then_the_loss(
    rng: np.random.Generator,
) -> None:
    Z, T, dl = rng.normal(size=(4, 3)), rng.random((4, 3)), rng.normal(size=4)
    P, through_sigmoid = sigmoid(Z)
    unfused, through_loss = binary_cross_entropy(P, T)
    fused, pullback = binary_cross_entropy_with_logits(Z, T)
    np.testing.assert_allclose(fused, unfused, rtol=1e-13)
    np.testing.assert_allclose(
        pullback(dl)[0], through_sigmoid(through_loss(dl)[0])[0], rtol=1e-12, atol=1e-15
    )


def test_binary_cross_entropy_is_the_cross_entropy_of_two_classes(rng: np.random.Generator) -> None:
    z, t = rng.normal(size=(2, 5, 1))
    t = 1 / (1 + np.exp(t))
    two, pullback_two = softmax_cross_entropy(np.hstack([z, 0 * z]), np.hstack([t, 1 - t]))
    one, pullback = binary_cross_entropy_with_logits(z, t)
    np.testing.assert_allclose(one, two, rtol=1e-13)
    np.testing.assert_allclose(
        pullback(np.ones(5))[0], pullback_two(np.ones(5))[0][:, :1], rtol=1e-12, atol=1e-15
    )


def test_labels_are_one_hot_targets(rng: np.random.Generator) -> None:
    Z, y = rng.normal(size=(5, 4)), np.array([0, 3, 3, 1, 2])
    labels, pullback = softmax_cross_entropy_with_labels(Z, y)
    onehot, pullback_onehot = softmax_cross_entropy(Z, np.eye(4)[y])
    np.testing.assert_allclose(labels, onehot, rtol=1e-13)
    dl = rng.normal(size=5)
    np.testing.assert_allclose(pullback(dl)[0], pullback_onehot(dl)[0], rtol=1e-12, atol=1e-15)


def test_targets_that_do_not_sum_to_one_scale_the_probabilities(rng: np.random.Generator) -> None:
    Z, T = rng.normal(size=(3, 4)), 3 * rng.random((3, 4))
    _, pullback = softmax_cross_entropy(Z, T)
    P, _ = softmax(Z)
    a = T.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(pullback(np.ones(3))[0], a * P - T, rtol=1e-12)
    assert np.abs(a * P - P).max() > 0.1, "a is not 1 here"


def test_a_right_prediction_of_1000_costs_nothing_and_a_wrong_one_1000() -> None:
    Z = np.array([[1000.0, -1000.0], [1000.0, -1000.0]])
    with np.errstate(all="raise", under="ignore"):
        losses, pullback = softmax_cross_entropy_with_labels(Z, np.array([0, 1]))
        gradient, _ = pullback(np.ones(2))
    assert losses.tolist() == [0, 2000]
    assert gradient.tolist() == [[0, 0], [1, -1]]
    with np.errstate(all="raise", under="ignore"):
        losses, pullback = binary_cross_entropy_with_logits(Z[0], np.array([1.0, 1.0]))
    assert losses.tolist() == [0, 1000]
    assert pullback(np.ones(2))[0].tolist() == [0, -1]


def test_a_right_prediction_of_20_keeps_all_its_digits() -> None:
    losses, _ = binary_cross_entropy_with_logits(np.array([20.0]), np.array([1.0]))
    np.testing.assert_allclose(losses, np.log1p(np.exp(-20.0)), rtol=1e-15)


def test_a_masked_logit_adds_nothing_unless_it_is_the_label() -> None:
    Z = np.array([[-INF, 0.0, 0.0]])
    for losses, pullback in (
        softmax_cross_entropy(Z, np.array([[0.0, 1.0, 0.0]])),
        softmax_cross_entropy_with_labels(Z, np.array([1])),
    ):
        np.testing.assert_allclose(losses, [np.log(2)], rtol=1e-15)
        np.testing.assert_allclose(pullback(np.ones(1))[0], [[0, -0.5, 0.5]], rtol=1e-15)
    assert softmax_cross_entropy_with_labels(Z, np.array([0]))[0].tolist() == [INF]


def test_certainty_costs_nothing_where_it_is_right_and_everything_where_it_is_not() -> None:
    P, T = np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])
    assert binary_cross_entropy(P, T)[0].tolist() == [0]
    assert binary_cross_entropy(P, T)[1](np.ones(1))[0].tolist() == [[1, -1]]
    assert cross_entropy(P, T)[0].tolist() == [0]
    assert cross_entropy(P, T)[1](np.ones(1))[0].tolist() == [[0, -1]]
    with np.errstate(divide="ignore"):
        assert binary_cross_entropy(P, 1 - T)[0].tolist() == [INF]
        assert cross_entropy(P, 1 - T)[0].tolist() == [INF]


def test_one_class_costs_nothing_and_teaches_nothing() -> None:
    losses, pullback = softmax_cross_entropy_with_labels(np.array([[7.0]]), np.array([0]))
    assert losses.tolist() == [0]
    assert pullback(np.ones(1))[0].tolist() == [[0]]


def test_a_batch_of_one_has_mean_and_sum_alike() -> None:
    losses = np.array([3.0])
    assert reduce(losses, "mean")[0] == reduce(losses, "sum")[0] == 3
    assert reduce(losses, "mean")[1](2.0)[0].tolist() == [2]


def test_an_empty_batch_has_no_mean_and_a_sum_of_zero() -> None:
    with pytest.raises(ValueError, match="mean of an empty batch"):
        reduce(np.empty(0), "mean")
    L, pullback = reduce(np.empty(0), "sum")
    assert L == 0
    assert pullback(1.0)[0].shape == (0,)
    losses, _ = softmax_cross_entropy_with_labels(np.empty((0, 3)), np.empty(0, int))
    assert losses.shape == (0,)
    assert squared_error(np.empty((0, 3)), np.empty((0, 3)))[0].shape == (0,)


def test_a_weighted_mean_divides_by_the_sum_of_weights_as_torch_does(
    rng: np.random.Generator,
) -> None:
    import torch

    Z, y, c = rng.normal(size=(5, 3)), np.array([0, 2, 2, 1, 0]), np.array([0.5, 1.0, 3.0])
    losses, loss_pullback = softmax_cross_entropy_with_labels(Z, y)
    w, _ = class_weights(c, y)
    L, mean_pullback = weighted_reduce(losses, w, "mean")
    dlosses, _ = mean_pullback(1.0)
    dZ, _ = loss_pullback(dlosses)
    z = torch.tensor(Z, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(y), weight=torch.tensor(c))
    loss.backward()
    np.testing.assert_allclose(L, loss.item(), rtol=1e-13)
    np.testing.assert_allclose(dZ, z.grad.numpy(), rtol=1e-12, atol=1e-16)


def test_equal_weights_are_no_weights(rng: np.random.Generator) -> None:
    losses = rng.random(4)
    L, pullback = weighted_reduce(losses, np.full(4, 3.0), "mean")
    np.testing.assert_allclose(L, reduce(losses, "mean")[0], rtol=1e-14)
    np.testing.assert_allclose(pullback(1.0)[0], reduce(losses, "mean")[1](1.0)[0], rtol=1e-14)


def test_weights_that_sum_to_zero_have_no_mean() -> None:
    with pytest.raises(ValueError, match="sum to 0"):
        weighted_reduce(np.ones(2), np.zeros(2), "mean")


def test_the_penalty_leaves_the_bias_row_alone(rng: np.random.Generator) -> None:
    W = rng.normal(size=(3, 2))
    L, pullback = l2_penalty(W, strength=0.3, bias_row=True)
    np.testing.assert_allclose(L, 0.15 * (W[1:] ** 2).sum(), rtol=1e-14)
    (dW,) = pullback(1.0)
    np.testing.assert_allclose(dW, [[0, 0], *(0.3 * W[1:])], rtol=1e-14)
