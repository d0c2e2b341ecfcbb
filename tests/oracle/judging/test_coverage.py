"""A verdict of correct rests on enough cases of sizes that vary; else it is undecidable."""

import numpy as np
import pytest

import oracle


def reason(found):
    return "; ".join(note.message for g in found.gradients.values() for note in g.remarks)


def test_a_gradient_that_is_zero_everywhere_is_undecidable():
    def spread(x):  # the mean is taken out, so that nothing is left
        return (x - x.mean(axis=0, keepdims=True)).sum()

    def spread_backward(g, x):
        return 0 * x

    found = oracle.check(spread, spread_backward, shapes="x: N D")
    assert found.verdict == "undecidable"
    assert "the true gradient was always 0" in reason(found)


def test_a_forward_that_refuses_most_cases_is_undecidable_and_says_why():
    def root(s):
        if s.shape != (1, 1) and not np.allclose(s, s.T):
            raise ValueError("expected a symmetric matrix")
        return np.sqrt(np.abs(s) + 1)

    def root_backward(g, s):
        return g * np.sign(s) / (2 * np.sqrt(np.abs(s) + 1))

    found = oracle.check(root, root_backward, shapes="s: n n")
    assert found.verdict == "undecidable"
    assert "expected a symmetric matrix" in reason(found)
    assert "ordinary cases" in reason(found)


def test_a_wrong_gradient_of_a_forward_that_refuses_nearly_all_cases_is_not_called_wrong():
    def curve(s):
        if abs(s.sum()) > 0.1:
            raise ValueError("expected entries that sum to 0")
        return s**2

    def curve_backward(g, s):
        return g * s

    found = oracle.check(curve, curve_backward, shapes="s: n m")
    assert found.verdict == "undecidable"
    assert "expected entries that sum to 0" in reason(found)


def test_one_extent_is_enough_where_the_code_takes_no_other():
    def cross(a, b):
        if a.shape[1] != 3:
            raise ValueError("vectors of 3 entries are expected")
        return np.cross(a, b)

    def cross_backward(g, a, b):
        return np.cross(b, g), np.cross(g, a)

    found = oracle.check(cross, cross_backward, shapes="a: N D, b: N D")
    assert found.verdict == "correct"
    assert oracle.check(cross, cross_backward, shapes="a: N 3, b: N 3").verdict == "correct"


@pytest.mark.parametrize("count", [8, 20, 60])
def test_few_cases_are_enough_where_no_more_were_asked_for(count):
    found = oracle.check(np.sin, lambda g, x: g * np.cos(x), shapes="x: N D", cases=count)
    assert found.verdict == "correct"


def test_slow_code_is_judged_in_twenty_cases_all_the_same():
    def heavy(x):
        for _ in range(600):
            x = x + 1e-3 * np.cos(x)
        return x

    def heavy_backward(g, x):
        xs = [x]
        for _ in range(599):
            xs.append(xs[-1] + 1e-3 * np.cos(xs[-1]))
        for one in reversed(xs):
            g = g * (1 - 1e-3 * np.sin(one))
        return g

    found = oracle.check(heavy, heavy_backward, shapes="x: N D")
    assert found.verdict == "correct"


def test_elementwise_code_is_not_tried_on_a_number():
    def clipped(x):
        return np.minimum(x, 1.0)

    def clipped_backward(grad, x):
        gx = grad.copy()
        gx[x >= 1.0] = 0.0
        return gx

    assert oracle.check(clipped, clipped_backward, shapes="x: *shape").verdict == "correct"


def test_a_verdict_on_much_work_counts_the_cases_that_it_rests_on():
    def blurred(x):  # one recorded call for each entry and tap
        y = np.zeros((x.shape[0], 6, 6))
        for n, i, j in np.ndindex(y.shape):
            for k in range(3):
                y[n, i, j] += np.tanh(x[n, i, j + k])
        return y

    def blurred_backward(g, x):
        dx = np.zeros_like(x)
        for n, i, j in np.ndindex(g.shape):
            for k in range(3):
                dx[n, i, j + k] += g[n, i, j] * (1 - np.tanh(x[n, i, j + k]) ** 2)
        return dx

    found = oracle.check(blurred, blurred_backward, shapes="x: N 6 8")
    assert found.verdict == "correct", reason(found)


# A size that the forward accepts in one value only is drawn at that value.

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
