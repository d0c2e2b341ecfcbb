"""Constants of few digits, and float32 by choice: remarks, where the formula is right."""

import textwrap

import numpy as np
import pytest

import oracle
from oracle.commands.check import Settings
from tests.oracle.outcomes import outcomes

ROOT3 = 1.732051


def remarks(found):
    gradients = [note.name for g in found.gradients.values() for note in g.remarks]
    return gradients + [note.name for note in found.result.remarks]


def tail(x):
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def test_a_constant_of_six_digits_is_a_remark():
    def tail_backward(g, x):
        return -g * x * 0.398942 * np.exp(-0.5 * x * x)

    found = oracle.check(tail, tail_backward, shapes="x: N D")
    assert found.verdict == "correct"
    assert "rounded-constants" in remarks(found)


@pytest.mark.parametrize("constant", ["0.398943", "0.398842", "0.3990", "0.39894229"])
def test_no_constant_is_allowed_that_is_off_by_more_than_its_rounding(constant):
    names = {"np": np}
    exec(f"def back(g, x): return -g * x * {constant} * np.exp(-0.5 * x * x)", names)
    assert oracle.check(tail, names["back"], shapes="x: N D").verdict == "wrong"


def test_a_wrong_formula_beside_a_rounded_constant_stays_wrong():
    def tail_backward(g, x):
        return -g * (x + 1e-6 * x**3) * 0.398942 * np.exp(-0.5 * x * x)

    assert oracle.check(tail, tail_backward, shapes="x: N D").verdict == "wrong"


def test_a_number_that_the_module_names_may_be_rounded():
    def hexagon(s):
        return 1.5 * np.sqrt(3) * s**2

    def hexagon_backward(g, s):
        return g * 3 * ROOT3 * s

    found = oracle.check(hexagon, hexagon_backward, shapes="s: N")
    assert found.verdict == "correct"
    assert "rounded-constants" in remarks(found)
    assert ROOT3 == 1.732051  # as before


class Smoothed:
    """A running mean in a buffer of float32."""

    def __init__(self, keep=1.0):
        self.keep = keep

    def forward(self, x):
        out = np.zeros(x.shape, np.float32)
        for t in range(len(x)):
            out[t] = 0.5 * x[t] + (0.5 * out[t - 1] if t else 0.0)
        return out

    def backward(self, g):
        dx, carried = np.zeros(g.shape, np.float32), np.zeros(g.shape[1])
        for t in reversed(range(len(g))):
            carried = g[t] + 0.5 * self.keep * carried
            dx[t] = 0.5 * carried
        return dx


def check_smoothed(keep):
    layer = Smoothed(keep)

    def smoothed(x):
        return layer.forward(x)

    def smoothed_backward(g, x):
        return layer.backward(g)

    return oracle.check(smoothed, smoothed_backward, shapes="x: T D", cases=80)


def test_float32_by_choice_in_both_directions_is_one_remark():
    found = check_smoothed(1.0)
    assert found.verdict == "correct"
    assert remarks(found).count("float32-by-choice") == 1


def test_a_wrong_formula_in_float32_stays_wrong():
    assert check_smoothed(0.999).verdict == "wrong"


def test_float32_in_the_backward_alone_is_lower_precision():
    def backward(g, x):
        return (g * np.cos(x)).astype(np.float32)

    found = oracle.check(np.sin, backward, shapes="x: N D", cases=80)
    assert (found.verdict, found.findings) == ("unstable", ["lower-precision"])


SMALL = """
    import numpy as np


    class Mixed:
        # oracle: shapes x: N D, t: N M probabilities
        def __init__(self, D=4, M=3):
            self.W = np.random.randn(D, M).astype("f")
            self.dW = np.zeros_like(self.W)

        def forward(self, x, t):
            self.x, self.t = x, t
            e = np.exp(x @ self.W)
            self.p = e / e.sum(axis=1, keepdims=True)
            return -np.sum(t * np.log(self.p + 1e-7))

        def backward(self, dout=1):
            self.dW[...] = {factor} * self.x.T @ (self.p - self.t)
            return (self.p - self.t) @ self.W.T
"""


@pytest.mark.parametrize(("factor", "verdict"), [("1", "correct"), ("2", "wrong")])
def test_the_gradient_of_a_float32_parameter_may_be_float32(tmp_path, factor, verdict):
    file = tmp_path / "mixed.py"
    file.write_text(textwrap.dedent(SMALL.format(factor=factor)))
    (found,) = outcomes(file, Settings(cases=120))
    assert found.verdict == verdict
    assert "float32-by-choice" in {note.name for note in found.remarks}
    assert "right-only-when" not in {n.name for g in found.gradients for n in g.findings}


WINDOWS = """
import numpy as np

class Peak:
    # oracle: shapes u: N T
    def forward(self, u):
        n, self.t = u.shape
        self.at = np.zeros((n, self.t // 2), int)
        out = np.zeros((n, self.t // 2){given})
        for k in range(self.t // 2):
            self.at[:, k] = 2 * k + u[:, 2 * k : 2 * k + 2].argmax(axis=1)
            out[:, k] = u[:, 2 * k : 2 * k + 2].max(axis=1)
        return out

    def backward(self, g):
        du = np.zeros((len(g), self.t), np.float32)
        for k in range(self.t // 2):
            du[np.arange(len(g)), self.at[:, k]] = g[:, k]
        return du
"""


@pytest.mark.parametrize(("given", "verdict"), [(", np.float32", "correct"), ("", "unstable")])
def test_an_empty_output_says_nothing_of_the_dtype(tmp_path, given, verdict):
    file = tmp_path / "peak.py"
    file.write_text(WINDOWS.replace("{given}", given))
    (one,) = outcomes(file, Settings(cases=60))
    assert one.verdict == verdict
