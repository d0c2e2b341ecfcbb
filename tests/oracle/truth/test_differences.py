"""Finite differences and the directional witness, of functions that no replay is needed for."""

import numpy as np
import pytest

from oracle.truth.differences import Forward, directional_witness, finite_differences

X = np.array([[1.0, -2.0], [3.0, 0.5]])
rng = np.random.default_rng(5)


def cubes(x, scale):
    return scale * (x**3).sum(axis=0)


def test_finite_differences_and_their_unit():
    forward = Forward(cubes, (X, 2.0), upstream=np.array([1.0, -1.0]))
    found = finite_differences(forward)
    want = 2 * 3 * X**2 * [1.0, -1.0]
    assert list(found.gradients) == [(0,)]
    error = np.abs(found.gradients[(0,)] - want).max()
    assert error < 1e-8
    assert error < 100 * found.units[(0,)]


def test_python_numbers_where_they_are_chosen():
    forward = Forward(cubes, (X, 2.0), upstream=np.ones(2), differentiate=lambda path: path == (1,))
    found = finite_differences(forward)
    np.testing.assert_allclose(found.gradients[(1,)], (X**3).sum(), rtol=1e-9)


def test_the_witness_tells_right_from_wrong():
    forward = Forward(cubes, (X, 2.0), upstream=np.ones(2))
    right = {(0,): 6 * X**2}
    assert directional_witness(forward, right).agrees
    for wrong in ({(0,): 6.001 * X**2}, {(0,): -6 * X**2}, {(0,): 0 * X}):
        assert not directional_witness(forward, wrong).agrees


def test_random_forwards_draw_the_same_each_time():
    def noisy(x, generator):
        a = rng.normal(size=x.shape) * generator.random() + np.random.rand()
        return (a * x).sum()

    np.random.seed(0)
    generator = np.random.default_rng(1)
    forward = Forward(noisy, (X, generator), upstream=1.0)
    inputs = forward.inputs
    assert forward(inputs) == forward(inputs)
    found = finite_differences(forward)
    assert found.units[(0,)] < 1e-9


def test_methods_and_arguments_are_left_alone():
    class Layer:
        def __init__(self):
            self.W = np.ones((2, 2))
            self.calls = 0

        def forward(self, x):
            self.calls += 1
            x += 1
            return (x @ self.W).sum()

    layer, x = Layer(), X.copy()
    forward = Forward(layer.forward, (x,), upstream=1.0)
    found = finite_differences(forward)
    assert layer.calls == 0
    np.testing.assert_array_equal(x, X)
    np.testing.assert_allclose(found.gradients[("self", "W")], (X + 1).sum(0)[:, None] * [1, 1])


@pytest.mark.parametrize(("dtype", "digits"), [(np.float64, 1e-9), (np.float32, 1e-2)])
def test_both_dtypes(dtype, digits):
    forward = Forward(lambda x: np.tanh(x).sum(), (X.astype(dtype),), upstream=1.0)
    found = finite_differences(forward).gradients[(0,)]
    np.testing.assert_allclose(found, 1 - np.tanh(X) ** 2, atol=digits)


def test_a_difference_of_exactly_zero_has_a_unit():
    def cancelled(x):
        return (1e6 * x - 1e6 * x).sum() + 0 * x.sum()

    assert finite_differences(Forward(cancelled, (X,), upstream=1.0)).units[(0,)] > 0
    assert finite_differences(Forward(lambda x: 0 * x, (X,), upstream=X)).units[(0,)] > 0


def test_the_unit_knows_the_size_of_intermediate_values():
    def offset(x):
        return ((x / 3 + 1e8) - 1e8).sum()

    found = finite_differences(Forward(offset, (X,), upstream=1.0))
    error = np.abs(found.gradients[(0,)] - 1 / 3).max()
    assert error > 1e-6
    assert error < 100 * found.units[(0,)]
