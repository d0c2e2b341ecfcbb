"""Faults that are no matter of numbers are told at the line that is at fault."""

import pytest

from oracle.commands.check import Settings
from tests.oracle.outcomes import outcomes

SETTINGS = Settings(cases=40)
HEAD = "import numpy as np\n\n"
RAISES = """
# oracle: shapes x: N D
def bend(x):
    return np.sin(x), x


def slope(x):
    if x.shape[0] > 1:
        return missing(x)  # here
    return np.cos(x)


def bend_backward(dout, x):
    s = slope(x)
    return dout * s
"""
BY_A_HELPER = """
# oracle: shapes x: N D
def leaky(x):
    return np.where(x > 0, x, 0.1 * x), x


def dampen(g, mask):
    g[mask] *= 0.1  # here


def leaky_backward(dout, x):
    dampen(dout, x < 0)
    return dout.copy()
"""
ARGUMENT = """
# oracle: shapes x: N D, w: D
def gain(x, w):
    return x * w


def gain_backward(dout, x, w):
    dw = (dout * x).sum(0)
    for j in range(len(w)):
        x[:, j] = dout[:, j] * w[j]  # here
    return x.copy(), dw
"""


@pytest.mark.parametrize(
    ("text", "finding"),
    [(RAISES, "raises"), (BY_A_HELPER, "mutates-input"), (ARGUMENT, "mutates-input")],
    ids=["raises in a helper", "upstream, by a helper", "argument"],
)
def test_the_line_at_fault_is_told(text, finding, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(HEAD + text, encoding="utf-8")
    results = outcomes(file, SETTINGS)
    found = {
        gradient.line
        for result in results
        for gradient in result.gradients
        if finding in {note.name for note in gradient.findings}
    }
    here = [i for i, line in enumerate((HEAD + text).splitlines(), 1) if "# here" in line]
    assert found == set(here)
