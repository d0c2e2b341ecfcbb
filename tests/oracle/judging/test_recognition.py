"""Forwards that torch has too, and those that differ from torch's in a way that can be said."""

from pathlib import Path

import numpy as np
import pytest

import oracle
from oracle.commands.check import Settings
from oracle.judging import recognition
from oracle.judging.recognised_norms import norm
from oracle.results import Result
from tests.oracle.outcomes import outcomes

HEAD = "import numpy as np\n\n"

NORM = """
# oracle: shapes x: N D, g: D, b: D
def norm_forward(x, g, b, eps=1e-5):
    d = {divisor}
    xh = (x - x.mean({axis}, keepdims=True)) / d
    return g * xh + b, (xh, d, g)

def norm_backward(dout, cache):
    xh, d, g = cache
    return dout * g, (dout * xh).sum(0), dout.sum(0)  # the first is wrong, and no matter here
"""

LOSS = """
# oracle: shapes {shapes}
def {name}(a, t):
    {lines}
"""


def judged(tmp_path: Path, text: str) -> Result:
    file = tmp_path / "file.py"
    file.write_text(HEAD + text, encoding="utf-8")
    (found,) = outcomes(file, Settings(cases=60))
    assert isinstance(found, Result), found
    return found


def mismatches(result: Result) -> list[str]:
    return [note.message for note in result.remarks if note.name == "forward-mismatch"]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(
    ("divisor", "said"),
    [
        ("np.sqrt(x.var({axis}, keepdims=True) + eps)", []),
        ("x.std({axis}, keepdims=True) + eps", ["ε = 1e-05 outside the root"]),
        ("np.sqrt(x.var({axis}, ddof=1, keepdims=True) + eps)", ["with N − 1"]),
    ],
)
def test_where_the_epsilon_stands_and_which_variance_is_taken_is_told(
    tmp_path: Path, axis: int, divisor: str, said: list[str]
) -> None:
    text = NORM.format(divisor=divisor.format(axis=axis), axis=axis)
    found = mismatches(judged(tmp_path, text))
    assert len(found) == len(said)
    assert all(part in message for part, message in zip(said, found, strict=True))


MSE = "y: N D, t: N D".replace("y", "a")


@pytest.mark.parametrize(
    ("name", "shapes", "lines", "said"),
    [
        ("mse_loss", MSE, "return ((a - t) ** 2).mean(), 2 * (a - t) / a.size", ""),
        ("mse_loss", MSE, "return ((a - t) ** 2).sum(), 2 * (a - t)", "the sum over everything"),
        ("mse_loss", MSE, "return 0.5 * ((a - t) ** 2).mean(), (a - t) / a.size", "half the mean"),
        ("mse_loss", MSE, "return ((a - t) ** 2).sum() / len(a), 2 * (a - t) / len(a)", "axis 0"),
        ("sse_loss", MSE, "return ((a - t) ** 2).sum(), 2 * (a - t)", ""),
        (
            "crossEntropyLoss",
            "a: N C, t: N labels(C)",
            "p = np.exp(a) / np.exp(a).sum(1, keepdims=True); n = np.arange(len(t)); "
            "L = -np.log(p[n, t]).sum(); p[n, t] -= 1; return L, p",
            "the sum over everything",
        ),
    ],
)
def test_a_loss_that_is_named_like_torchs_is_compared_with_it(
    tmp_path: Path, name: str, shapes: str, lines: str, said: str
) -> None:
    result = judged(tmp_path, LOSS.format(name=name, shapes=shapes, lines=lines))
    found = mismatches(result)
    assert result.verdict == "correct"
    assert [said in message for message in found] == ([True] if said else [])


def test_a_function_of_arrays_of_any_shape_is_no_norm() -> None:
    arrays = [np.ones(shape) for shape in ((3, 4), (5,), (2, 3, 4))]
    samples = [recognition.Sample({"x": array}, array**3) for array in arrays]
    assert norm("cube", samples) is None


def test_an_approximation_of_gelu_is_told_from_gelu(tmp_path: Path) -> None:
    text = (
        "c = np.sqrt(2 / np.pi)\n\n# oracle: shapes x: N D\n"
        "def gelu(x):\n    return 0.5 * x * (1 + np.tanh(c * (x + 0.044715 * x**3)))\n\n"
        "def gelu_grad(x):\n    t = np.tanh(c * (x + 0.044715 * x**3))\n"
        "    return 0.5 * (1 + t) + 0.5 * x * (1 - t**2) * c * (1 + 3 * 0.044715 * x**2)\n"
    )
    result = judged(tmp_path, text)
    assert "tanh approximation" in mismatches(result)[0]
    assert result.verdict == "correct"


def test_torchs_own_function_is_another_witness_where_the_values_are_the_same(
    tmp_path: Path,
) -> None:
    text = (
        "# oracle: shapes z: N D\ndef act_forward(z):\n    return 1 / (1 + np.exp(-z))\n\n"
        "def act_backward(dout, z):\n    s = 1 / (1 + np.exp(-z))\n    return dout * s * (1 - s)\n"
    )
    result = judged(tmp_path, text)
    assert "torch twin torch.sigmoid" in result.witnesses


def test_a_softmax_that_overflows_where_torchs_does_not_is_unstable(tmp_path: Path) -> None:
    text = (
        "# oracle: shapes z: N C\ndef soft_forward(z):\n    {shift}e = np.exp(z)\n"
        "    p = e / e.sum(1, keepdims=True)\n    return p, p\n\n"
        "def soft_backward(dp, p):\n    return p * (dp - (dp * p).sum(1, keepdims=True))\n"
    )
    result = judged(tmp_path, text.format(shift=""))
    assert result.verdict == "unstable"
    (finding,) = result.gradients[0].findings
    assert finding.name == "overflow"
    assert "saturated values, where F.softmax(dim=-1) is" in finding.message
    stable = judged(tmp_path, text.format(shift="z = z - z.max(1, keepdims=True); "))
    assert not stable.remarks
    assert stable.verdict == "correct"


def test_an_overflow_inside_a_loss_stays_a_remark(tmp_path: Path) -> None:
    text = """
# oracle: shapes z: N C, t: N C onehot
def mean_xent_forward(z, t):
    e = np.exp(z)
    p = e / e.sum(1, keepdims=True)
    return -(t * np.log(p)).sum() / len(z), (p, t)

def mean_xent_backward(d, cache):
    p, t = cache
    return d * (p - t) / len(p)
"""
    result = judged(tmp_path, text)
    assert result.verdict == "correct"
    assert [note.name for note in result.remarks] == ["overflow"]


def test_a_distance_that_float32_rounds_to_0_has_no_derivative_there(tmp_path: Path) -> None:
    text = """
# oracle: shapes a: N 1, b: N 1
def distance_forward(a, b):
    diff = np.tanh(8 * a) - np.tanh(8 * b)
    dist = np.sqrt((diff**2).sum(axis=1))
    return dist, (a, b, diff, dist)

def distance_backward(dout, cache):
    a, b, diff, dist = cache
    d = 8 * (dout / dist)[:, None] * diff
    return d * (1 - np.tanh(8 * a) ** 2), -d * (1 - np.tanh(8 * b) ** 2)
"""
    result = judged(tmp_path, text)
    assert result.verdict == "correct"


def test_what_overflows_on_the_way_is_unstable_all_the_same(tmp_path: Path) -> None:
    text = """
# oracle: shapes z: N D
def sig_forward(z):
    return 0.5 * (1 + np.tanh(0.5 * z))

def sig_backward(dout, z):
    e = np.exp(-z)
    return dout * e / (1 + e) ** 2
"""
    result = judged(tmp_path, text)
    assert [note.name for g in result.gradients for note in g.findings] == ["overflow"]


def test_where_the_derivative_does_not_exist_nan_is_no_mistake(tmp_path: Path) -> None:
    """The standard deviation of one number is 0, where a root has no derivative."""
    text = """
# oracle: shapes x: N D
def scale_forward(x):
    s = x.std(axis=1, keepdims=True)
    xh = (x - x.mean(axis=1, keepdims=True)) / (s + 1e-5)
    return xh, (xh, s)

def scale_backward(dout, cache):
    xh, s = cache
    mean = dout.mean(axis=1, keepdims=True)
    slope = (dout * xh).mean(axis=1, keepdims=True) / s
    return (dout - mean) / (s + 1e-5) - xh * slope
"""
    result = judged(tmp_path, text)
    assert result.verdict == "correct"
    assert result.truth == "autograd"
    assert any("where a derivative is infinite" in said for said in result.not_checked)


def test_a_function_that_overflows_where_torchs_own_does_not_is_unstable():
    def log_total(z):
        return np.log(np.exp(z).sum(axis=-1))

    def log_total_backward(g, z):
        return g[..., None] * np.exp(z - log_total(z)[..., None])

    found = oracle.check(log_total, log_total_backward, shapes="z: N C", cases=80)
    assert (found.verdict, found.findings) == ("unstable", ["overflow"])
