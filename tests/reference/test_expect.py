"""Bad input is refused with the argument's name, what came and what was due."""

import re

import numpy as np
import pytest

import reference
from reference import (
    affine,
    affine_bias_column,
    embedding,
    reduce,
    softmax_cross_entropy_with_labels,
    squared_error,
)
from reference._expect import expect, unchecked

X, W, b = np.ones((4, 3)), np.ones((3, 5)), np.ones(5)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: affine(X[0], W, b), ValueError, "X has shape (3,), expected (N, D)"),
        (
            lambda: affine(X, W.T, b),
            ValueError,
            "W has shape (5, 3), expected (3, M) because X has D = 3",
        ),
        (
            lambda: affine(X, W, b[:4]),
            ValueError,
            "b has shape (4,), expected (5,) because W has M = 5",
        ),
        (lambda: affine(X, W, b[None]), ValueError, "b has shape (1, 5), expected (M,)"),
        (
            lambda: affine_bias_column(X, W),
            ValueError,
            "W has shape (3, 5), expected (4, M) because X has D = 3",
        ),
        (
            lambda: affine(X.astype(int), W, b),
            TypeError,
            "X has dtype int64, expected float32 or float64",
        ),
        (
            lambda: affine(X.astype(np.float16), W, b),
            TypeError,
            "X has dtype float16, expected float32 or float64",
        ),
        (
            lambda: affine(X, W.astype(np.float32), b),
            TypeError,
            "W has dtype float32, expected float64 as X has",
        ),
        (
            lambda: affine([[1.0]], W, b),  # type: ignore[arg-type]
            TypeError,
            "X is a list, expected a NumPy array of shape (N, D)",
        ),
        (
            lambda: squared_error(np.ones((4, 1)), np.ones(4)),
            ValueError,
            "T has shape (4,), expected (4, 1) because Y has outputs = (1,)",
        ),
        (
            lambda: softmax_cross_entropy_with_labels(X, np.array([0, 1, 2, 3])),
            ValueError,
            "y holds 3, expected 0 to 2 because C = 3",
        ),
        (
            lambda: softmax_cross_entropy_with_labels(X, np.array([0, 1, 2, -1])),
            ValueError,
            "y holds -1, expected 0 to 2 because C = 3",
        ),
        (
            lambda: softmax_cross_entropy_with_labels(X, np.ones(4)),
            TypeError,
            "y has dtype float64, expected integers",
        ),
        (
            lambda: softmax_cross_entropy_with_labels(X, np.zeros((4, 1), int)),
            ValueError,
            "y has shape (4, 1), expected (N,)",
        ),
        (
            lambda: embedding(np.ones((0, 2)), np.array([0])),
            ValueError,
            "y holds 0, expected no label at all because K = 0",
        ),
        (
            lambda: reduce(b, "average"),  # type: ignore[arg-type]
            ValueError,
            "reduction is 'average', expected one of 'mean', 'sum', 'none'",
        ),
    ],
)
def test_a_bad_argument_is_named_with_what_came_and_what_was_due(call, error, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=re.escape(says)):
        call()


def test_a_missing_argument_is_pythons_own_error() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'b'"):
        affine(X, W)  # type: ignore[call-arg]


def test_arguments_may_be_given_by_name() -> None:
    Z, _ = affine(b=b, W=W, X=X)
    assert Z.shape == (4, 5)


@pytest.mark.parametrize(
    ("upstream", "error", "says"),
    [
        (np.ones(5), ValueError, "the upstream gradient has shape (5,), expected (4, 5)"),
        (np.ones((4, 5), np.float32), TypeError, "has dtype float32, expected float64"),
        (
            1.0,
            TypeError,
            "the upstream gradient is a float, expected a NumPy array of shape (4, 5)",
        ),
    ],
)
def test_a_bad_upstream_is_refused(upstream, error, says) -> None:  # type: ignore[no-untyped-def]
    _, pullback = affine(X, W, b)
    with pytest.raises(error, match=re.escape(says)):
        pullback(upstream)


def test_a_scalar_loss_takes_a_plain_number_as_upstream() -> None:
    for dtype in (np.float32, np.float64):
        _, pullback = reduce(np.ones(4, dtype), "mean")
        (dlosses,) = pullback(1.0)
        assert dlosses.dtype == dtype
        with pytest.raises(TypeError):
            pullback(np.float16(1))


def test_signature_docstring_and_source_survive_the_check() -> None:
    assert reference.affine.__name__ == "affine"
    assert "Z = XW + b" in (reference.affine.__doc__ or "")


def test_a_check_can_be_had_without_its_derivation_and_the_other_way_round() -> None:
    expect(affine, X, W, b)
    with pytest.raises(ValueError, match="affine: W has shape"):
        expect(affine, X, W.T, b)
    with pytest.raises(TypeError, match="affine: X is a list"):
        expect(affine, [[1.0]], W, b)
    expect(np.add, X, W.T)  # it has no check, so that nothing is expected
    Z, _ = unchecked(affine)(X, W, np.ones(1))
    assert Z.shape == (4, 5)
    assert unchecked(np.add) is np.add


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.uint8, ">i4"])
def test_labels_of_any_integer_dtype_are_held_to_their_range(dtype) -> None:  # type: ignore[no-untyped-def]
    y = np.array([0, 2, 1, 2], dtype)
    softmax_cross_entropy_with_labels(X, y)
    with pytest.raises(ValueError, match="y holds 3, expected 0 to 2"):
        softmax_cross_entropy_with_labels(X, y + np.array([0, 1, 0, 0], dtype))
    if y.dtype.kind == "i":
        with pytest.raises(ValueError, match="y holds -2, expected 0 to 2"):
            softmax_cross_entropy_with_labels(X, -y)
