"""A size that the forward accepts in one value only is drawn at that value."""

import numpy as np
import pytest

import oracle

KERNEL = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])


def blend(x):  # three features, as the kernel has, in any number of samples
    return np.tanh(x @ KERNEL.T)


def blend_backward(g, x):
    return (g * (1 - np.tanh(x @ KERNEL.T) ** 2)) @ KERNEL


def doubled_backward(g, x):
    return 2 * blend_backward(g, x)


@pytest.mark.parametrize(
    ("backward", "verdict"), [(blend_backward, "correct"), (doubled_backward, "wrong")]
)
def test_a_forced_size_does_not_leave_too_few_cases(backward, verdict):
    found = oracle.check(blend, backward, shapes="x: N D")
    assert found.verdict == verdict


def test_a_forced_size_is_no_size_that_varied_in_the_proof():
    found = oracle.check(blend, doubled_backward, shapes="x: N D")
    assert found.findings == ["wrong-constant-factor"]


def test_an_extent_of_1_is_no_forced_size():
    def root(s):
        if not np.allclose(s, s.T):
            raise ValueError("expected a symmetric matrix")
        return s**2

    def root_backward(g, s):
        return 2 * g * s

    found = oracle.check(root, root_backward, shapes="s: n n")
    assert found.verdict == "undecidable"
