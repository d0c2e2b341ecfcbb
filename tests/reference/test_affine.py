"""The affine layer's three forms, the embedding, and broadcasting undone."""

import numpy as np
import pytest

from reference import affine, affine_bias_column, affine_columns, embedding, unbroadcast


@pytest.fixture
def layer(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    X, W, b, dZ = (rng.normal(size=s) for s in [(4, 3), (3, 5), (5,), (4, 5)])
    return X, W, b, dZ


def test_bias_gradient_is_summed_over_the_batch(layer: tuple[np.ndarray, ...]) -> None:
    X, W, b, dZ = layer
    _, pullback = affine(X, W, b)
    _, _, db = pullback(dZ)
    assert db.shape == b.shape
    np.testing.assert_allclose(db, np.ones(4) @ dZ, rtol=1e-14)


def test_a_bias_column_is_the_separate_bias(layer: tuple[np.ndarray, ...]) -> None:
    X, W, b, dZ = layer
    Z, pullback = affine(X, W, b)
    Z1, pullback1 = affine_bias_column(X, np.vstack([b, W]))
    np.testing.assert_allclose(Z1, Z, rtol=1e-13)
    dX, dW, db = pullback(dZ)
    dX1, dW1 = pullback1(dZ)
    np.testing.assert_allclose(dX1, dX, rtol=1e-13)
    np.testing.assert_allclose(dW1, np.vstack([db, dW]), rtol=1e-13)


def test_the_column_form_is_the_transpose(layer: tuple[np.ndarray, ...]) -> None:
    X, W, b, dZ = layer
    Z, pullback = affine(X, W, b)
    ZT, pullback_columns = affine_columns(X.T, W.T, b[:, None])
    np.testing.assert_allclose(ZT.T, Z, rtol=1e-13)
    for row, column in zip(pullback(dZ), pullback_columns(dZ.T), strict=True):
        np.testing.assert_allclose(column.T.reshape(row.shape), row, rtol=1e-13)


def test_the_gradient_of_a_whole_batch_is_the_sum_over_its_samples(
    layer: tuple[np.ndarray, ...],
) -> None:
    X, W, b, dZ = layer
    _, dW, db = affine(X, W, b)[1](dZ)
    one_by_one = [affine(X[n : n + 1], W, b)[1](dZ[n : n + 1]) for n in range(4)]
    np.testing.assert_allclose(dW, sum(g[1] for g in one_by_one), rtol=1e-13)
    np.testing.assert_allclose(db, sum(g[2] for g in one_by_one), rtol=1e-13)


def test_an_empty_batch_has_an_empty_value_and_zero_parameter_gradients() -> None:
    W, b = np.ones((3, 2)), np.ones(2)
    Z, pullback = affine(np.empty((0, 3)), W, b)
    dX, dW, db = pullback(Z)
    assert Z.shape == (0, 2)
    assert dX.shape == (0, 3)
    np.testing.assert_array_equal(dW, np.zeros((3, 2)))
    np.testing.assert_array_equal(db, np.zeros(2))
    Z, pullback = affine_bias_column(np.empty((0, 2)), W)
    assert pullback(Z)[1].tolist() == np.zeros((3, 2)).tolist()


def test_an_embedding_is_the_affine_layer_of_one_hot_rows(rng: np.random.Generator) -> None:
    W, dA = rng.normal(size=(4, 3)), rng.normal(size=(6, 3))
    y = np.array([1, 3, 1, 0, 1, 3])
    A, pullback = embedding(W, y)
    Z, affine_pullback = affine(np.eye(4)[y], W, np.zeros(3))
    np.testing.assert_array_equal(A, Z)
    np.testing.assert_allclose(pullback(dA)[0], affine_pullback(dA)[1], rtol=1e-14)


def test_a_row_that_is_read_twice_gets_both_gradients() -> None:
    _, pullback = embedding(np.zeros((2, 1)), np.array([[1, 1]]))
    dW, none = pullback(np.array([[[3.0], [4.0]]]))
    assert dW.tolist() == [[0.0], [7.0]]
    assert none is None


@pytest.mark.parametrize(
    ("shape", "to"),
    [((), (2, 3)), ((3,), (2, 3)), ((1, 3), (2, 3)), ((2, 1), (2, 3)), ((1,), (4, 1))],
)
def test_unbroadcast_is_the_transpose_of_broadcasting(
    shape: tuple[int, ...], to: tuple[int, ...], rng: np.random.Generator
) -> None:
    a, dY = np.asarray(rng.normal(size=shape)), rng.normal(size=to)
    # ⟨broadcast(a), dY⟩ = ⟨a, unbroadcast(dY)⟩ for every a
    there = np.sum(np.broadcast_to(a, to) * dY)
    back = np.sum(a * unbroadcast(dY, shape))
    np.testing.assert_allclose(back, there, rtol=1e-13)
    assert unbroadcast(dY, shape).shape == shape


def test_unbroadcast_refuses_a_shape_that_was_never_broadcast() -> None:
    with pytest.raises(ValueError, match=r"shape \(2,\) does not broadcast to \(2, 3\)"):
        unbroadcast(np.ones((2, 3)), (2,))
