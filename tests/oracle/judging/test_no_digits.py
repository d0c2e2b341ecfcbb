"""Values that rounding leaves without digits, log(1 − p) at p ≈ 1, decide nothing."""

from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.results import Result
from tests.oracle.outcomes import outcomes

FEW = Settings(cases=60)

# Many features: the sigmoid of their sum is 1 but for its last digits in many cases.
SATURATED = '''
import numpy as np


def hit_rate_loss_and_grad(X, y, w):
    """X: (N, 200); y: (N,) in {{0, 1}}; w: (200,)"""
    p = 1 / (1 + np.exp(-X @ w))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log({rest}))
    return loss, {grad}
'''
RESTS = ["1 - p", "np.array([float(q) for q in 1 - p])"]


def verdict(folder: Path, rest: str, grad: str) -> str:
    file = folder / "rate.py"
    file.write_text(SATURATED.format(rest=rest, grad=grad))
    (one,) = outcomes(file, FEW)
    assert isinstance(one, Result), one
    return one.verdict


@pytest.mark.parametrize("rest", RESTS)
def test_a_right_gradient_is_right_where_the_loss_has_no_digits(tmp_path, rest):
    assert verdict(tmp_path, rest, "X.T @ (p - y) / len(y)") == "correct"


@pytest.mark.parametrize("grad", ["X.T @ (p - y)", "X.T @ (p - 1) / len(y)"])
def test_a_wrong_one_is_wrong_where_it_has_some(tmp_path, grad):
    assert verdict(tmp_path, "1 - p", grad) == "wrong"
