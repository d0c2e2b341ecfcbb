"""Convolution and pooling on figures by hand, by property, and where windows do not fit."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from numpy.testing import assert_allclose, assert_array_equal

from reference import affine, average_pooling, convolution, max_pooling

IMAGE = np.arange(1.0, 10).reshape(1, 1, 3, 3)  # 1 2 3 / 4 5 6 / 7 8 9
KERNEL = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
NO_BIAS = np.zeros(1)


def test_the_kernel_is_not_flipped() -> None:
    Z, pullback = convolution(IMAGE, KERNEL, NO_BIAS)
    assert Z[0, 0].tolist() == [[37, 47], [67, 77]]  # 1·1 + 2·2 + 4·3 + 5·4 = 37
    dX, dW, db = pullback(np.array([[[[1.0, 10.0], [100.0, 1000.0]]]]))
    assert dW[0, 0].tolist() == [[5421, 6532], [8754, 9865]]
    assert dX[0, 0].tolist() == [[1, 12, 20], [103, 1234, 2040], [300, 3400, 4000]]
    assert db.tolist() == [1111]


def test_a_pixel_shows_the_kernel_and_its_gradient_shows_it_turned() -> None:
    pixel = np.zeros((1, 1, 3, 3))
    pixel[0, 0, 1, 1] = 1
    Z, pullback = convolution(pixel, KERNEL, NO_BIAS)
    assert Z[0, 0].tolist() == [[4, 3], [2, 1]]
    upstream = np.zeros((1, 1, 2, 2))
    upstream[0, 0, 0, 0] = 1
    assert pullback(upstream)[0][0, 0].tolist() == [[1, 2, 0], [3, 4, 0], [0, 0, 0]]


def test_a_kernel_of_one_tap_is_an_affine_layer_for_each_pixel(rng: np.random.Generator) -> None:
    X, W, b = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(6, 3, 1, 1)), rng.normal(size=6)
    dZ = rng.normal(size=(2, 6, 4, 5))
    Z, pullback = convolution(X, W, b)
    rows, affine_pullback = affine(X.transpose(0, 2, 3, 1).reshape(-1, 3), W[:, :, 0, 0].T, b)
    assert_allclose(Z.transpose(0, 2, 3, 1).reshape(-1, 6), rows, rtol=1e-13)
    dX, dW, db = pullback(dZ)
    by_rows = affine_pullback(dZ.transpose(0, 2, 3, 1).reshape(-1, 6))
    assert_allclose(dX.transpose(0, 2, 3, 1).reshape(-1, 3), by_rows[0], rtol=1e-12)
    assert_allclose(dW[:, :, 0, 0].T, by_rows[1], rtol=1e-12)
    assert_allclose(db, by_rows[2], rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("groups", [1, 2])
def test_larger_images_than_the_oracle_draws_agree_with_torch(
    stride: int, padding: int, dilation: int, groups: int, dtype: type, rng: np.random.Generator
) -> None:
    X = rng.normal(size=(5, 4, 21, 34)).astype(dtype)
    W = rng.normal(size=(6, 4 // groups, 3, 5)).astype(dtype)
    b = rng.normal(size=6).astype(dtype)
    options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    Z, pullback = convolution(X, W, b, **options)
    dZ = rng.normal(size=Z.shape).astype(dtype)
    tensors = [torch.from_numpy(a).double().requires_grad_() for a in (X, W, b)]
    value = F.conv2d(*tensors, **options)
    due = torch.autograd.grad(value, tensors, torch.from_numpy(dZ).double())
    tolerance = 1e-12 if dtype is np.float64 else 3e-4
    assert_allclose(Z, value.detach(), atol=tolerance)
    for ours, theirs in zip(pullback(dZ), due, strict=True):
        assert ours.dtype == dtype
        assert_allclose(ours, theirs, atol=tolerance)


def test_what_the_stride_leaves_over_has_no_gradient() -> None:
    X = np.ones((1, 1, 4, 5))
    for Z, pullback in (
        convolution(X, np.ones((1, 1, 3, 3)), NO_BIAS, stride=3),
        average_pooling(X, window=3, stride=3),
    ):
        assert Z.shape == (1, 1, 1, 1)
        dX, *_ = pullback(Z)
        assert (dX[0, 0, :3, :3] != 0).all()
        assert not dX[0, 0, 3:].any()
        assert not dX[0, 0, :, 3:].any()


def test_groups_are_so_many_convolutions_side_by_side(rng: np.random.Generator) -> None:
    X, W, b = rng.normal(size=(2, 4, 5, 5)), rng.normal(size=(6, 2, 3, 3)), rng.normal(size=6)
    Z, _ = convolution(X, W, b, groups=2)
    halves = [
        convolution(X[:, 2 * g : 2 * g + 2], W[3 * g : 3 * g + 3], b[3 * g : 3 * g + 3])[0]
        for g in (0, 1)
    ]
    assert_allclose(Z, np.concatenate(halves, axis=1), rtol=1e-12)


def test_of_equal_maxima_the_first_wins_as_in_torch() -> None:
    A, pullback = max_pooling(np.full((1, 1, 2, 2), 7.0))
    assert A.tolist() == [[[[7]]]]
    assert pullback(np.ones((1, 1, 1, 1)))[0][0, 0].tolist() == [[1, 0], [0, 0]]


def test_a_winner_of_several_windows_gets_the_sum() -> None:
    X = np.zeros((1, 1, 3, 3))
    X[0, 0, 1, 1] = 1
    _, pullback = max_pooling(X, window=2, stride=1)
    dX = pullback(np.array([[[[1.0, 10.0], [100.0, 1000.0]]]]))[0]
    assert dX[0, 0].tolist() == [[0, 0, 0], [0, 1111, 0], [0, 0, 0]]


@pytest.mark.parametrize("value", [-np.inf, np.inf, -1000.0, 0.0, np.nan])
def test_the_padding_never_wins_whatever_the_image_holds(value: float) -> None:
    X = np.full((1, 1, 3, 3), value)
    A, pullback = max_pooling(X, window=3, stride=1, padding=1)
    assert_array_equal(A, X)
    tensor = torch.from_numpy(X).requires_grad_()
    (due,) = torch.autograd.grad(F.max_pool2d(tensor, 3, 1, 1).sum(), tensor)
    assert_array_equal(pullback(np.ones_like(A))[0], due)


def test_average_pooling_is_a_convolution_with_a_constant_kernel(rng: np.random.Generator) -> None:
    X = rng.normal(size=(2, 3, 7, 6))
    kernel = np.full((3, 1, 3, 3), 1 / 9)
    A, pullback = average_pooling(X, window=3, stride=2, padding=1)
    Z, by_kernel = convolution(X, kernel, np.zeros(3), stride=2, padding=1, groups=3)
    assert_allclose(A, Z, atol=1e-14)
    assert_allclose(pullback(A)[0], by_kernel(A)[0], atol=1e-14)


def test_the_mean_of_a_window_is_spread_evenly() -> None:
    A, pullback = average_pooling(IMAGE[:, :, :2, :2])
    assert A.item() == 3
    assert pullback(np.full((1, 1, 1, 1), 8.0))[0].ravel().tolist() == [2, 2, 2, 2]


def test_infinite_and_huge_pixels_stay_where_they_are_seen() -> None:
    X = IMAGE.copy()
    X[0, 0, 0, 0] = 1e308
    Z, _ = convolution(X, KERNEL, NO_BIAS)
    assert Z[0, 0, 1].tolist() == [67, 77]
    X[0, 0, 0, 0] = np.nan
    Z, _ = convolution(X, KERNEL, NO_BIAS)
    assert np.isnan(Z[0, 0, 0, 0])
    assert Z[0, 0, 1].tolist() == [67, 77]


def test_an_empty_batch_has_an_empty_value_and_zero_parameter_gradients() -> None:
    X = np.empty((0, 1, 3, 3))
    Z, pullback = convolution(X, KERNEL, NO_BIAS, padding=1)
    dX, dW, db = pullback(Z)
    assert (Z.shape, dX.shape) == ((0, 1, 4, 4), X.shape)
    assert not dW.any()
    assert db.tolist() == [0]
    for pooling in (max_pooling, average_pooling):
        A, pullback = pooling(X)
        assert (A.shape, pullback(A)[0].shape) == ((0, 1, 1, 1), X.shape)


def test_whole_numbers_of_numpys_own_will_do() -> None:
    Z, _ = convolution(IMAGE, KERNEL, NO_BIAS, stride=np.int64(2))  # type: ignore[arg-type]
    assert Z.tolist() == [[[[37]]]]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (
            lambda: convolution(IMAGE[0], KERNEL, NO_BIAS),
            ValueError,
            "X has shape (1, 3, 3), expected (N, D",
        ),
        (
            lambda: convolution(IMAGE, np.ones((1, 2, 2, 2)), NO_BIAS),
            ValueError,
            "W has shape (1, 2, 2, 2), expected (M, 1, K, L) because groups = 1 and X has D = 1",
        ),
        (
            lambda: convolution(IMAGE, KERNEL, np.zeros(2)),
            ValueError,
            "b has shape (2,), expected (1,) because W has M = 1",
        ),
        (
            lambda: convolution(IMAGE, KERNEL, NO_BIAS, stride=0),
            ValueError,
            "convolution: stride is 0, expected 1 or more",
        ),
        (
            lambda: convolution(IMAGE, KERNEL, NO_BIAS, padding=-1),
            ValueError,
            "padding is -1, expected 0 or more",
        ),
        (
            lambda: convolution(IMAGE, KERNEL, NO_BIAS, dilation=1.5),  # type: ignore[arg-type]
            TypeError,
            "dilation is 1.5, expected a whole number",
        ),
        (
            lambda: convolution(np.ones((1, 4, 3, 3)), np.ones((3, 2, 2, 2)), np.ones(3), groups=2),
            ValueError,
            "groups is 2, expected a divisor of M: W has M = 3",
        ),
        (
            lambda: convolution(IMAGE, np.ones((1, 1, 4, 2)), NO_BIAS),
            ValueError,
            "the window spans 4 rows, the image has 3, padding included",
        ),
        (
            lambda: convolution(IMAGE, np.ones((1, 1, 1, 2)), NO_BIAS, dilation=3),
            ValueError,
            "the window spans 4 columns, the image has 3",
        ),
        (
            lambda: convolution(IMAGE, np.ones((1, 1, 0, 2)), NO_BIAS),
            ValueError,
            "the window spans 0 rows",
        ),
        (
            lambda: max_pooling(IMAGE, window=3, padding=2),
            ValueError,
            "padding is 2, expected 1 at most, which is window//2",
        ),
        (
            lambda: average_pooling(IMAGE, window=4),
            ValueError,
            "the window spans 4 rows, the image has 3",
        ),
        (
            lambda: max_pooling(IMAGE.astype(int)),
            TypeError,
            "X has dtype int64, expected float32 or float64",
        ),
    ],
)
def test_a_window_that_does_not_fit_is_named(call, error, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=re.escape(says)):
        call()
