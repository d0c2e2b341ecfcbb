"""Inputs whose mean is large beside their spread: E[x²] − E[x]² loses all digits there."""

import numpy as np

import oracle


def rows_normed(x):
    centred = x - x.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-3)


def by_moments(g, x):
    m = x.mean(axis=1, keepdims=True)
    r = 1 / np.sqrt((x**2).mean(axis=1, keepdims=True) - m**2 + 1e-3)
    h = (x - m) * r
    return r * (g - g.mean(1, keepdims=True) - h * (g * h).mean(1, keepdims=True))


def by_centred(g, x):
    c = x - x.mean(axis=1, keepdims=True)
    r = 1 / np.sqrt((c**2).mean(axis=1, keepdims=True) + 1e-3)
    return r * (g - g.mean(1, keepdims=True) - c * r * r * (g * c).mean(1, keepdims=True))


def test_a_variance_by_moments_cancels_at_a_large_mean():
    found = oracle.check(rows_normed, by_moments, shapes="x: N D")
    assert (found.verdict, found.findings) == ("unstable", ["cancellation"])
    assert found.gradients["dx"].counterexample.regime == "offset"


def test_a_variance_of_what_is_centred_does_not():
    assert oracle.check(rows_normed, by_centred, shapes="x: N D").verdict == "correct"


def test_a_function_that_a_constant_changes_is_not_looked_at():
    def square(x):
        return x * x

    assert oracle.check(square, lambda g, x: 2 * g * x, shapes="x: N D").verdict == "correct"


def test_a_wrong_formula_is_wrong_and_not_unstable():
    def wrong(g, x):
        return by_moments(g, x) * 1.5

    assert oracle.check(rows_normed, wrong, shapes="x: N D").verdict == "wrong"
