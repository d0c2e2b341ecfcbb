"""Confirming accusations by differences of the user's own forward."""

import numpy as np
import pytest

from oracle.truth.confirm import confirm
from oracle.truth.differences import Forward

rng = np.random.default_rng(3)
X = rng.normal(size=(3, 4))
U = rng.normal(size=(3, 4))
PATH = (0,)


def side(function, truth, candidate, x=X, upstream=U, seed=0):
    return confirm(Forward(function, (x,), upstream=upstream), PATH, truth, candidate, seed)


def both_ways(function, truth, wrong, **options):
    """The answer with the gradients as given, and exchanged."""
    return side(function, truth, wrong, **options), side(function, wrong, truth, **options)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


P = softmax(X)
SOFTMAX = P * (U - (U * P).sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("function", "truth"),
    [(np.tanh, U * (1 - np.tanh(X) ** 2)), (lambda x: x**3, U * 3 * X**2), (softmax, SOFTMAX)],
)
@pytest.mark.parametrize("factor", [0.0, -1.0, 1 / 3, 1 + 1e-5])
def test_right_is_told_from_wrong(function, truth, factor):
    assert both_ways(function, truth, factor * truth) == ("truth", "candidate")


def test_one_wrong_entry_among_many_is_found():
    x = rng.normal(size=2000)
    truth = 1 - np.tanh(x) ** 2
    wrong = truth.copy()
    wrong[1234] *= 1.01
    found = both_ways(np.tanh, truth, wrong, x=x, upstream=np.ones(2000))
    assert found == ("truth", "candidate")


def test_equal_gradients_and_two_wrong_ones_tell_nothing():
    truth = U * 3 * X**2
    assert side(lambda x: x**3, truth, truth) == "cannot tell"
    assert side(lambda x: x**3, truth, truth * (1 + 1e-15)) == "cannot tell"
    assert side(lambda x: x**3, 2 * truth, 3 * truth) == "cannot tell"


@pytest.mark.parametrize("scale", [1e-9, 1e-3, 1e6])
def test_the_scale_of_the_input_does_not_matter(scale):
    truth = U / scale * (1 - np.tanh(X) ** 2)
    found = both_ways(lambda x: np.tanh(x / scale), truth, 1.001 * truth, x=scale * X)
    assert found == ("truth", "candidate")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_code_confirms_what_its_digits_allow(dtype):
    def function(x):
        return np.tanh(x.astype(np.float32))

    x = X.astype(dtype)
    truth = U * (1 - np.tanh(X) ** 2)
    assert both_ways(function, truth, 1.01 * truth, x=x) == ("truth", "candidate")
    assert side(function, truth, truth * (1 + 1e-7), x=x) == "cannot tell"


def test_rounding_of_large_intermediate_values_is_no_evidence():
    def offset(x):
        return (x / 3 + 1e8) - 1e8

    assert both_ways(offset, U / 3, -U / 3) == ("truth", "candidate")
    assert side(offset, U / 3 * (1 + 1e-9), U / 3) == "cannot tell"


def test_a_forward_that_is_constant_in_steps_has_no_gradient_of_a_smooth_one():
    def steps(x):
        return np.round(x * 1e5) / 1e5

    assert both_ways(steps, U, 3 * U) == ("truth", "candidate")
    assert side(steps, U, U * (1 + 1e-6)) == "cannot tell"


def test_a_difference_of_exactly_zero_is_no_proof_of_a_tiny_one():
    def centred(x):
        return x - x.mean(axis=1, keepdims=True)

    x, u = X[:, :1], U[:, :1]
    zero = np.zeros((3, 1))
    assert side(centred, zero, zero + 1e-16, x=x, upstream=u) == "cannot tell"
    assert both_ways(centred, zero, u, x=x, upstream=u) == ("truth", "candidate")


def test_a_kink_tells_nothing():
    x = np.zeros((3, 4))
    for legal in (0 * U, 0.5 * U, U):
        assert both_ways(lambda x: np.maximum(x, 0), legal, 0.3 * U, x=x) == ("cannot tell",) * 2
    assert side(np.abs, 0 * U, np.sign(U), x=x) == "cannot tell"


def test_a_kink_elsewhere_does_not_protect_a_wrong_entry():
    x = X.copy()
    x[0, 0] = 0
    truth, wrong = U * (x > 0), U * (x > 0)
    wrong[1, 1] += 0.5
    assert both_ways(lambda x: np.maximum(x, 0), truth, wrong, x=x) == ("truth", "candidate")


def test_a_kink_close_by_does_not_disturb():
    x = X.copy()
    x[0, 0] = 1e-4
    truth = U * (x > 0)
    wrong = truth.copy()
    wrong[0, 0] = 0
    assert both_ways(lambda x: np.maximum(x, 0), truth, wrong, x=x) == ("truth", "candidate")


def test_a_random_forward_draws_the_same_each_time():
    generator = np.random.default_rng(0)

    def dropout(x, generator):
        return x * (generator.random(x.shape) < 0.5) * 2

    mask = (np.random.default_rng(0).random(X.shape) < 0.5) * 2.0
    forward = Forward(dropout, (X, generator), upstream=U)
    assert confirm(forward, PATH, U * mask, U, 0) == "truth"
    assert confirm(forward, PATH, U, U * mask, 0) == "candidate"


def test_a_forward_that_cannot_be_run_nearby_tells_nothing():
    def only_here(x):
        if not np.array_equal(x, X):
            raise ValueError("not here")
        return x

    assert side(only_here, U, 2 * U) == "cannot tell"
    assert side(lambda x: x * np.nan, U, 2 * U) == "cannot tell"


def test_a_gradient_that_is_not_finite_is_no_derivative():
    assert side(np.tanh, U * (1 - np.tanh(X) ** 2), np.full(X.shape, np.nan)) == "truth"


def test_shapes_are_compared_first():
    with pytest.raises(ValueError, match=r"candidate has shape \(4,\), expected \(3, 4\)"):
        side(np.tanh, U, U[0])


def test_right_code_is_never_accused_on_layers_with_cancellation():
    def layernorm(x):
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)

    def gradient(x, u):
        centred = x - x.mean(axis=1, keepdims=True)
        inverse = 1 / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
        normal = centred * inverse
        mean = u.mean(axis=1, keepdims=True)
        return inverse * (u - mean - normal * (u * normal).mean(axis=1, keepdims=True))

    for seed in range(20):
        r = np.random.default_rng(seed)
        shape = tuple(r.integers(1, 4, 2))
        x, u = r.normal(size=shape) * 10.0 ** r.integers(-3, 4), r.normal(size=shape)
        right = gradient(x, u)
        wrong = right + 0.3 * np.abs(right).max() * r.normal(size=shape)
        assert side(layernorm, wrong, right, x=x, upstream=u, seed=seed) != "truth"
        assert side(layernorm, right, wrong, x=x, upstream=u, seed=seed) != "candidate"
