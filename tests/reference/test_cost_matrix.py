"""Misclassification costs on published figures, by property, and their gradients against torch."""

import numpy as np
import pytest
import torch

from reference.activations import softmax
from reference.cost_matrix import (
    confusion_matrix,
    cost_factors,
    cost_vector,
    cost_weighted_cross_entropy,
    decision_costs,
    expected_cost,
    mean_cost,
    minimum_cost_decisions,
    misclassification_costs,
    rate_factors,
    rescaled_probabilities,
    softmax_expected_cost,
    total_cost,
    weighted_squared_error,
)
from reference.losses import (
    class_weights,
    reduce,
    softmax_cross_entropy_with_labels,
    squared_error,
    weighted_reduce,
)

FLOATS = [np.float32, np.float64]

# The two cost matrices of Joshi's dermatology experiment, and class counts of that data.
SYMMETRIC = 0.3 * abs(np.subtract.outer(np.arange(6.0), np.arange(6.0)))
ASYMMETRIC = np.array(
    [
        [0, 0.6, 0.3, 0.6, 0.9, 1.5],
        [0.3, 0, 0.9, 1.2, 1.5, 0.3],
        [0.5, 0.1, 0, 1.3, 0.7, 1.0],
        [0.3, 0.9, 1.1, 0, 1.4, 0.3],
        [1.5, 0.3, 0.7, 1.2, 0, 0.4],
        [0.5, 1.2, 0.4, 0.9, 0.4, 0],
    ]
)
COUNTS_366 = np.array([112.0, 61, 72, 49, 52, 20])
COUNTS_358 = np.array([111.0, 60, 71, 48, 48, 20])


def confusion_of(errors, samples=358):
    """358 samples, of which those named were taken for another class: {(true, predicted): n}."""
    confusion = np.zeros((6, 6), int)
    for pair, n in errors.items():
        confusion[pair] = n
    confusion[0, 0] = samples - confusion.sum()
    return confusion


TRAINED_SYMMETRIC = confusion_of(
    {(0, 1): 1, (0, 4): 2, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}
)
TRAINED_ASYMMETRIC = confusion_of(
    {(0, 1): 2, (0, 4): 3, (2, 4): 2, (3, 0): 1, (3, 2): 3, (4, 0): 5}
)
TRAINED_NORMAL = confusion_of(
    {(0, 1): 1, (0, 4): 3, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}
)


def drawn(seed=0, N=5, C=4, dtype=np.float64):
    """Logits, probabilities, labels and an asymmetric cost matrix."""
    random = np.random.default_rng(seed)
    Z = random.standard_normal((N, C)).astype(dtype)
    y = random.integers(0, C, N)
    costs = random.random((C, C)).astype(dtype)
    np.fill_diagonal(costs, 0)
    return Z, softmax(Z)[0], y, misclassification_costs(costs)


def assert_gradient(derivation, twin, X, *fixed):
    """The value and the gradient with respect to X are torch's, for a random upstream."""
    value, pullback = derivation(X, *fixed)
    upstream = np.random.default_rng(9).standard_normal(value.shape).astype(value.dtype)
    dX, *others = pullback(upstream)
    leaf = torch.tensor(X, requires_grad=True)
    due = twin(leaf, *(torch.tensor(array) for array in fixed))
    (d_leaf,) = torch.autograd.grad(due, leaf, torch.tensor(upstream))
    rtol = 50 * np.finfo(X.dtype).eps
    np.testing.assert_allclose(value, due.detach().numpy(), rtol=rtol, atol=rtol)
    np.testing.assert_allclose(dX, d_leaf.numpy(), rtol=rtol, atol=rtol)
    assert (value.dtype, dX.dtype, dX.shape) == (X.dtype, X.dtype, X.shape)
    assert others == [None] * len(fixed)


# The matrix.


def test_a_cost_matrix_is_a_read_only_copy():
    rows = np.array([[0.0, 1.0], [5.0, 0.0]])
    costs = misclassification_costs(rows)
    rows[0, 1] = 7
    assert costs.tolist() == [[0, 1], [5, 0]]
    with pytest.raises(ValueError, match="read-only"):
        costs[0, 1] = 7


@pytest.mark.parametrize(
    ("rows", "dtype"),
    [
        ([[0, 1], [5, 0]], np.float64),
        ([[0.0, 0.5], [5, 0]], np.float64),
        (np.zeros((3, 3), np.float32), np.float32),
        (np.zeros((3, 3), np.int8), np.float64),
    ],
)
def test_floating_costs_keep_their_dtype_and_integers_become_float64(rows, dtype):
    assert misclassification_costs(rows).dtype == dtype


@pytest.mark.parametrize(
    ("rows", "kind", "message"),
    [
        ([[0, 1, 2], [1, 0, 2]], ValueError, r"shape \(2, 3\), expected a square matrix \(C, C\)"),
        ([0, 1], ValueError, r"shape \(2,\), expected a square matrix"),
        ([[0, 1], [1]], ValueError, "costs is no matrix"),
        (
            [[0, 1], [-2, 0]],
            ValueError,
            r"costs\[1, 0\] is -2\.0, expected 0 or more, or allow_neg",
        ),
        (
            [[0, 1], [2, 3]],
            ValueError,
            r"costs\[1, 1\] is 3\.0, expected 0 where k = i, or allow_di",
        ),
        ([[0, np.nan], [1, 0]], ValueError, r"costs\[0, 1\] is nan, expected a finite number"),
        ([[0, 1], [np.inf, 0]], ValueError, r"costs\[1, 0\] is inf, expected a finite number"),
        ([["0", "1"], ["1", "0"]], TypeError, "costs has dtype <U1, expected real numbers"),
        (np.zeros((2, 2), np.float16), TypeError, "costs has dtype float16"),
    ],
)
def test_costs_that_make_no_sense_are_refused(rows, kind, message):
    with pytest.raises(kind, match=f"misclassification_costs: .*{message}"):
        misclassification_costs(rows)


def test_a_gain_and_the_price_of_a_right_answer_can_be_allowed_each_alone():
    assert misclassification_costs([[0, -1], [1, 0]], allow_negative=True)[0, 1] == -1
    assert misclassification_costs([[2, 1], [1, 0]], allow_diagonal=True)[0, 0] == 2
    with pytest.raises(ValueError, match=r"costs\[0, 0\] is -1\.0, expected 0 where k = i"):
        misclassification_costs([[-1, 0], [0, 0]], allow_negative=True)
    with pytest.raises(ValueError, match=r"costs\[0, 1\] is -1\.0, expected 0 or more"):
        misclassification_costs([[1, -1], [0, 0]], allow_diagonal=True)


# Confusion matrices and their costs.


def test_the_true_class_is_the_row_of_the_confusion_matrix():
    confusion = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 2, 2, 2]), 3)
    assert confusion.tolist() == [[1, 0, 1], [0, 0, 1], [0, 0, 1]]


def test_small_integers_do_not_overflow_in_the_confusion_matrix():
    labels = np.full(3, 19, np.uint8)
    assert confusion_matrix(labels, labels, 20)[19, 19] == 3


@pytest.mark.parametrize(
    ("y", "predicted", "message"),
    [([0, 3], [0, 1], "y holds 3"), ([0, 1], [-1, 1], "predicted holds -1")],
)
def test_a_label_that_is_no_class_is_refused(y, predicted, message):
    with pytest.raises(ValueError, match=f"confusion_matrix: {message}, expected 0 to 2"):
        confusion_matrix(np.array(y), np.array(predicted), 3)


@pytest.mark.parametrize(
    ("confusion", "costs", "due"),
    [
        (TRAINED_SYMMETRIC, SYMMETRIC, 14.4),
        (TRAINED_ASYMMETRIC, ASYMMETRIC, 16.4),
        (TRAINED_ASYMMETRIC, ASYMMETRIC.T, 15.5),
        (TRAINED_NORMAL, SYMMETRIC, 15.6),
        (TRAINED_NORMAL, ASYMMETRIC, 18.3),
        (TRAINED_NORMAL, ASYMMETRIC.T, 14.5),
    ],
)
def test_the_costs_of_joshis_first_run(confusion, costs, due):
    np.testing.assert_allclose(total_cost(confusion, costs), due, rtol=1e-14)
    np.testing.assert_allclose(mean_cost(confusion, costs), due / 358, rtol=1e-14)


def test_the_total_cost_is_the_sum_over_the_samples():
    _, P, y, costs = drawn(1, N=50)
    predicted = P.argmax(axis=1)
    due = sum(costs[i, k] for i, k in zip(y, predicted, strict=True))
    confusion = confusion_matrix(y, predicted, 4)
    np.testing.assert_allclose(total_cost(confusion, costs), due)


def test_no_samples_have_no_mean_cost():
    with pytest.raises(ValueError, match="mean_cost: the confusion matrix is empty"):
        mean_cost(np.zeros((2, 2), int), np.zeros((2, 2)))


# Decisions.


@pytest.mark.parametrize(("p", "decision"), [([0.9, 0.1], 0), ([0.8, 0.2], 1), ([0.1, 0.9], 1)])
def test_a_dear_mistake_is_avoided_though_it_is_the_less_probable_one(p, decision):
    costs = misclassification_costs([[0, 1], [5, 0]])  # to take 1 for 0 costs 5
    assert minimum_cost_decisions(np.array([p]), costs).tolist() == [decision]


def test_the_cost_of_a_decision_is_the_mean_over_the_true_classes():
    costs = misclassification_costs([[0, 1], [5, 0]])
    np.testing.assert_allclose(decision_costs(np.array([[0.8, 0.2]]), costs), [[1.0, 0.8]])


def test_a_decision_is_the_cheapest_of_all():
    _, P, _, costs = drawn(2, N=40)
    for p, decision in zip(P, minimum_cost_decisions(P, costs), strict=True):
        totals = [sum(p[i] * costs[i, k] for i in range(4)) for k in range(4)]
        assert totals[decision] == pytest.approx(min(totals))


def test_the_transposed_matrix_decides_otherwise():
    _, P, _, costs = drawn(2, N=40)
    assert (minimum_cost_decisions(P, costs) != minimum_cost_decisions(P, costs.T.copy())).any()


def test_where_all_mistakes_cost_the_same_the_most_probable_class_is_decided_on():
    _, P, _, _ = drawn(3, N=40)
    decisions = minimum_cost_decisions(P, 7 * (1 - np.eye(4)))
    np.testing.assert_array_equal(decisions, P.argmax(axis=1))


# The expected cost.


def test_the_expected_cost_of_a_sample_by_hand():
    costs = misclassification_costs([[0, 1, 2], [5, 0, 3], [7, 4, 0]])
    P = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]])
    losses, pullback = expected_cost(P, np.array([0, 2]), costs)
    np.testing.assert_allclose(losses, [0.3 + 0.4, 3.5 + 1.2])
    dP, _, _ = pullback(np.array([1.0, 10.0]))
    assert dP.tolist() == [[0, 1, 2], [70, 40, 0]]


def test_the_gradient_through_the_softmax_by_hand():
    costs = misclassification_costs([[0, 1], [5, 0]])
    losses, pullback = softmax_expected_cost(np.zeros((1, 2)), np.array([1]), costs)
    assert losses.tolist() == [2.5]
    assert pullback(np.ones(1))[0].tolist() == [[1.25, -1.25]]


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_gradient_of_the_expected_cost(dtype):
    Z, P, y, costs = drawn(4, dtype=dtype)
    assert_gradient(expected_cost, lambda P, y, C: (C[y] * P).sum(1), P, y, costs)
    assert_gradient(
        softmax_expected_cost, lambda Z, y, C: (C[y] * Z.softmax(1)).sum(1), Z, y, costs
    )


@pytest.mark.parametrize("loss", [expected_cost, softmax_expected_cost, weighted_squared_error])
def test_the_transposed_matrix_gives_another_loss_and_another_gradient(loss):
    Z, P, y, costs = drawn(5)
    X = P if loss is expected_cost else Z
    ours, transposed = (loss(X, y, C) for C in (costs, costs.T.copy()))
    assert abs(ours[0] - transposed[0]).max() > 0.01
    assert abs(ours[1](np.ones(5))[0] - transposed[1](np.ones(5))[0]).max() > 0.01


def test_the_expected_cost_on_logits_is_that_on_probabilities():
    Z, P, y, costs = drawn(6)
    on_logits, logit_pullback = softmax_expected_cost(Z, y, costs)
    on_probabilities, cost_pullback = expected_cost(P, y, costs)
    np.testing.assert_allclose(on_logits, on_probabilities)
    (dZ,) = softmax(Z)[1](cost_pullback(np.ones(5))[0])
    np.testing.assert_allclose(logit_pullback(np.ones(5))[0], dZ, atol=1e-15)


def test_a_constant_added_to_a_row_of_costs_leaves_the_gradient_as_it_is():
    Z, _, y, costs = drawn(7)
    raised = costs + np.arange(1.0, 5)[:, None]
    losses, pullback = softmax_expected_cost(Z, y, costs)
    raised_losses, raised_pullback = softmax_expected_cost(Z, y, raised)
    np.testing.assert_allclose(raised_losses, losses + 1 + y)
    np.testing.assert_allclose(raised_pullback(np.ones(5))[0], pullback(np.ones(5))[0], atol=1e-15)


def test_a_masked_logit_costs_nothing_and_has_no_gradient():
    Z = np.array([[0.0, -np.inf, 0.0]])
    losses, pullback = softmax_expected_cost(Z, np.array([0]), np.ones((3, 3)) - np.eye(3))
    assert losses.tolist() == [0.5]
    assert pullback(np.ones(1))[0].tolist() == [[-0.25, 0, 0.25]]


# The weighted cross-entropy.


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_gradient_of_the_weighted_cross_entropy(dtype):
    Z, _, y, _ = drawn(8, dtype=dtype)
    factors = np.array([0.5, 2, 0, 3], dtype)
    cross_entropy = torch.nn.functional.cross_entropy
    assert_gradient(
        cost_weighted_cross_entropy,
        lambda Z, y, w: cross_entropy(Z, y, weight=w, reduction="none"),
        Z,
        y,
        factors,
    )


def test_the_weighted_cross_entropy_is_class_weights_on_the_plain_one():
    Z, _, y, _ = drawn(9)
    factors = np.array([0.5, 2, 1, 3])
    losses, pullback = cost_weighted_cross_entropy(Z, y, factors)
    L, mean_pullback = reduce(losses, "sum")
    plain, plain_pullback = softmax_cross_entropy_with_labels(Z, y)
    w, _ = class_weights(factors, y)
    L_weighted, weighted_pullback = weighted_reduce(plain, w, "sum")
    assert pytest.approx(L_weighted) == L
    np.testing.assert_allclose(
        pullback(mean_pullback(1.0)[0])[0], plain_pullback(weighted_pullback(1.0)[0])[0]
    )


# Kukar and Kononenko's cost vector.

SYMMETRIC_366 = [0.7795275591, 0.5095081967, 0.5081632653, 0.5886435331, 0.8063694268, 1.0144508671]
ASYMMETRIC_366 = [
    0.6472440945, 0.7908196721, 0.6197278912, 0.7776025237, 0.9665605096, 0.6442196532
]  # fmt: skip
SYMMETRIC_358 = [0.7748987854, 0.5053691275, 0.5080139373, 0.5922580645, 0.8070967742, 1.0224852071]
ASYMMETRIC_358 = [
    0.6449392713, 0.7812080537, 0.6184668990, 0.7696774194, 0.9670967742, 0.6458579882
]  # fmt: skip


@pytest.mark.parametrize(
    ("costs", "counts", "due"),
    [
        (SYMMETRIC, COUNTS_366, SYMMETRIC_366),
        (ASYMMETRIC, COUNTS_366, ASYMMETRIC_366),
        (SYMMETRIC, COUNTS_358, SYMMETRIC_358),
        (ASYMMETRIC, COUNTS_358, ASYMMETRIC_358),
    ],
)
def test_the_cost_vector_of_the_dermatology_classes(costs, counts, due):
    np.testing.assert_allclose(cost_vector(costs, counts), due, rtol=0, atol=5.1e-11)
    priors = counts / counts.sum()
    np.testing.assert_allclose(cost_vector(costs, priors), due, rtol=0, atol=5.1e-11)
    as_published = [priors @ costs[i] / (1 - priors[i]) for i in range(6)]  # where C[i, i] = 0
    np.testing.assert_allclose(cost_vector(costs, priors), as_published, rtol=1e-14)


@pytest.mark.parametrize(
    ("costs", "due"),
    [
        (
            SYMMETRIC,
            [0.7684231779, 0.5022502452, 0.5009244724, 0.5802582976, 0.7948826828, 1],
        ),
        (
            ASYMMETRIC,
            [0.6696363943, 0.8181791666, 0.6411682301, 0.8045047526, 1, 0.6665073183],
        ),
    ],
)
def test_the_rate_factors_of_the_dermatology_classes(costs, due):
    factors = rate_factors(cost_vector(costs, COUNTS_366))
    np.testing.assert_allclose(factors, np.repeat(due, 6).reshape(6, 6), rtol=0, atol=5.1e-11)


def test_the_transposed_matrix_gives_another_cost_vector():
    ours, transposed = (cost_vector(C, COUNTS_366) for C in (ASYMMETRIC, ASYMMETRIC.T.copy()))
    assert abs(ours - transposed).max() > 0.1


@pytest.mark.parametrize("dtype", FLOATS)
def test_where_all_mistakes_cost_the_same_so_does_every_class(dtype):
    uniform = (3 * (1 - np.eye(6))).astype(dtype)
    E = cost_vector(uniform, COUNTS_366.astype(dtype))
    assert E.dtype == dtype
    np.testing.assert_array_equal(E, np.full(6, 3))


def test_the_cost_vector_does_not_look_at_the_diagonal():
    costs = ASYMMETRIC + np.diag(np.arange(6.0))
    np.testing.assert_array_equal(
        cost_vector(costs, COUNTS_366), cost_vector(ASYMMETRIC, COUNTS_366)
    )


@pytest.mark.parametrize("priors", [[0, 1, 0], [0, 0, 0], [0.5, 0.7, -0.2], [0.5, 0.5, np.nan]])
def test_priors_that_make_no_sense_are_refused(priors):
    with pytest.raises(ValueError, match=r"cost_vector: priors are .* expected"):
        cost_vector(1 - np.eye(3), np.array(priors, float))


def test_costs_of_nothing_have_no_rate_factors():
    with pytest.raises(ValueError, match=r"rate_factors: E is .*, expected a cost above 0"):
        rate_factors(np.zeros(3))


# Their four ways.


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_gradient_of_rescaled_probabilities(dtype):
    _, P, _, _ = drawn(10, dtype=dtype)
    factors = np.array([0.5, 2, 0, 3], dtype)
    assert_gradient(
        rescaled_probabilities, lambda P, a: a * P / (a * P).sum(1, keepdim=True), P, factors
    )


def test_rescaled_probabilities_by_hand():
    P, _ = rescaled_probabilities(np.array([[0.75, 0.25]]), np.array([1.0, 3.0]))
    assert P.tolist() == [[0.5, 0.5]]


def test_first_way_where_each_class_has_one_cost_it_decides_at_minimum_cost():
    _, P, _, _ = drawn(11, N=60)
    E = np.array([1.0, 5, 0.5, 2])
    costs = misclassification_costs(E[:, None] * (1 - np.eye(4)))
    first_way = rescaled_probabilities(P, cost_vector(costs, np.ones(4)))[0].argmax(axis=1)
    np.testing.assert_array_equal(first_way, minimum_cost_decisions(P, costs))
    assert (first_way != P.argmax(axis=1)).any()


def test_second_way_after_a_softmax_is_a_bias_on_the_logits():
    Z, P, _y, _ = drawn(12)
    a = np.array([0.5, 2, 1, 3])
    P_new, pullback = rescaled_probabilities(P, a)
    np.testing.assert_allclose(P_new, softmax(Z + np.log(a))[0])
    dP_new = np.random.default_rng(0).standard_normal(P.shape)
    (dZ,) = softmax(Z)[1](pullback(dP_new)[0])
    np.testing.assert_allclose(dZ, softmax(Z + np.log(a))[1](dP_new)[0], atol=1e-15)


def test_second_way_only_the_ratios_of_the_factors_count():
    _, P, _, _ = drawn(13)
    a = np.array([0.5, 2, 1, 3])
    np.testing.assert_allclose(
        rescaled_probabilities(P, a)[0], rescaled_probabilities(P, 7 * a)[0], rtol=1e-14
    )


def test_third_way_is_a_weight_of_the_sample():
    A, _, y, costs = drawn(14)
    E = cost_vector(costs, np.ones(4))
    losses, pullback = weighted_squared_error(A, y, rate_factors(E))
    plain, plain_pullback = squared_error(A, np.eye(4)[y])
    w, _ = class_weights(E / E.max(), y)
    np.testing.assert_allclose(losses, w * plain)
    np.testing.assert_allclose(pullback(np.ones(5))[0], plain_pullback(w)[0])


def test_third_way_a_rate_of_its_own_for_a_sample_is_a_weight_of_its_loss():
    A, _, y, costs = drawn(15, N=1)
    rate, E = 0.5, cost_vector(costs, np.ones(4))
    weighted = weighted_squared_error(A, y, rate_factors(E))[1](np.ones(1))[0]
    plain = squared_error(A, np.eye(4)[y])[1](np.ones(1))[0]
    np.testing.assert_allclose(rate * weighted, rate * E[y] / E.max() * plain)


def test_fourth_way_by_hand():
    costs = misclassification_costs([[0, 2], [3, 0]])
    F = cost_factors(costs, cost_vector(costs, np.ones(2)))
    assert F.tolist() == [[4, 4], [9, 9]]
    losses, pullback = weighted_squared_error(np.array([[0.5, 0.25]]), np.array([1]), F)
    assert losses.tolist() == [(9 * 0.25 + 9 * 0.5625) / 2]
    assert pullback(np.ones(1))[0].tolist() == [[4.5, -6.75]]


def test_fourth_way_a_unit_is_charged_with_its_own_class():
    costs = misclassification_costs([[0, 2, 4], [1, 0, 3], [5, 6, 0]])
    F = cost_factors(costs, cost_vector(costs, np.ones(3)))
    assert F.tolist() == [[9, 4, 16], [1, 4, 9], [25, 36, 5.5**2]]
    assert costs[0, 0] == 0  # and the costs are as they were


@pytest.mark.parametrize("dtype", FLOATS)
def test_fourth_way_gradient(dtype):
    A, _, y, costs = drawn(16, dtype=dtype)
    F = cost_factors(costs, cost_vector(costs, np.ones(4, dtype)))
    onehot = torch.eye(4, dtype=torch.tensor(A).dtype)
    assert_gradient(
        weighted_squared_error,
        lambda A, y, F: 0.5 * (F[y] * (onehot[y] - A) ** 2).sum(1),
        A,
        y,
        F,
    )


def test_where_all_mistakes_cost_1_every_way_is_ordinary():
    A, P, y, _ = drawn(17)
    costs = misclassification_costs(1 - np.eye(4))
    E = cost_vector(costs, np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(rescaled_probabilities(P, E)[0], P)
    plain, _ = squared_error(A, np.eye(4)[y])
    for factors in (rate_factors(E), cost_factors(costs, E)):
        np.testing.assert_allclose(weighted_squared_error(A, y, factors)[0], plain)


# What goes in and what comes out.

DIFFERENTIABLE = [
    (expected_cost, "P"),
    (softmax_expected_cost, "Z"),
    (cost_weighted_cross_entropy, "Z"),
    (weighted_squared_error, "A"),
]


@pytest.mark.parametrize(("loss", "name"), DIFFERENTIABLE)
def test_an_empty_batch_has_no_losses_and_an_empty_gradient(loss, name):
    X, y = np.zeros((0, 3)), np.zeros(0, int)
    costs = np.ones(3) if loss is cost_weighted_cross_entropy else np.ones((3, 3))
    losses, pullback = loss(X, y, costs)
    assert losses.shape == (0,)
    assert pullback(losses)[0].shape == (0, 3)


@pytest.mark.parametrize(("loss", "name"), DIFFERENTIABLE)
def test_costs_of_another_kind_are_refused(loss, name):
    vector = loss is cost_weighted_cross_entropy
    X, y = np.ones((2, 3)), np.array([0, 2])
    costs = np.ones(3) if vector else np.ones((3, 3))
    last = "factors" if loss in (cost_weighted_cross_entropy, weighted_squared_error) else "costs"
    with pytest.raises(ValueError, match=rf"{last} has shape .*{name} has C = 3"):
        loss(X, y, costs[1:] if vector else costs[1:, 1:])
    with pytest.raises(TypeError, match=f"{last} has dtype float32, expected float64"):
        loss(X, y, costs.astype(np.float32))
    with pytest.raises(ValueError, match="y holds 3, expected 0 to 2"):
        loss(X, y + 1, costs)


@pytest.mark.parametrize(("loss", "name"), DIFFERENTIABLE)
def test_nothing_is_changed_and_a_second_call_gives_the_same(loss, name):
    Z, P, y, costs = drawn(18)
    X = P if name == "P" else Z
    data = np.ones(4) if loss is cost_weighted_cross_entropy else costs
    dlosses = np.arange(5.0)
    before = X.copy()
    for array in (X, y, dlosses):
        array.setflags(write=False)
    _, pullback = loss(X, y, data)
    first, second = pullback(dlosses)[0], pullback(dlosses)[0]
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(X, before)
    assert not any(np.shares_memory(first, array) for array in (second, X, data))
