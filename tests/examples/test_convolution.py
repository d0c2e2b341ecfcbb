"""Convolution and pooling: every figure is as due, and the double flip is seen to be wrong."""

import numpy as np
from numpy.testing import assert_array_equal

from examples import convolution
from examples._table import contradictions
from reference import convolution as derivation


def test_every_figure_is_as_due_and_as_torch_has_it() -> None:
    rows = convolution.run(quick=True)
    assert contradictions(rows) == []
    assert sum(row.torch is not None for row in rows) >= 10


def test_one_flip_is_right_and_two_are_wrong(rng: np.random.Generator) -> None:
    kernel, delta = rng.normal(size=(2, 1, 1, 3, 3))
    _, pullback = derivation(np.zeros((1, 1, 5, 5)), kernel, np.zeros(1))
    dX = pullback(delta)[0]
    once = convolution.convolve(delta, kernel, full=True)
    np.testing.assert_allclose(once, dX, rtol=1e-12, atol=1e-14)
    twice = convolution.convolve(delta, convolution.turned(kernel), full=True)
    assert np.abs(twice - once).max() > 0.1
    assert_array_equal(twice, convolution.correlate(delta, kernel, full=True))
