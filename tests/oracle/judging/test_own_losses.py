"""A network without a loss is judged by the loss that its file defines, and by no other one."""

import pytest

from oracle.commands.check import Settings
from oracle.discovery import subjects
from tests.oracle.judging.test_right_code import results

FEW = Settings(cases=30)

NET = """
    def poisson_loss(rate, target):
        return LOSS

    class Counts:
        def __init__(self, n):
            self.v = np.zeros((n, 1))
        def forward(self, X):
            self.X = X
            self.rate = np.exp(X @ self.v)
            return self.rate
        def backward(self, target):
            d = DELTA
            self.dv = self.X.T @ d

    def report(net, X, target):
        return poisson_loss(GIVEN, target)
"""
RATE = {"LOSS": "np.sum(rate - target * np.log(rate))", "DELTA": "self.rate - target"}


def counts(folder, **changed):
    text = NET
    for old, new in {"GIVEN": "net.forward(X)", **RATE, **changed}.items():
        text = text.replace(old, new)
    return results(folder, text, FEW)["Counts"]


def test_the_loss_of_the_file_is_the_loss(tmp_path):
    result = counts(tmp_path)
    assert result.verdict == "correct"


@pytest.mark.parametrize(
    "changed",
    [
        {"LOSS": "-np.sum(rate - target * np.log(rate))"},  # the sign of the loss
        {"DELTA": "target - self.rate"},
        {"DELTA": "(self.rate - target) / 2"},
    ],
)
def test_another_gradient_than_that_of_the_files_own_loss_is_wrong(tmp_path, changed):
    assert counts(tmp_path, **changed).verdict == "wrong"


SQUARES = {"LOSS": "((rate - target) ** 2).mean()", "DELTA": "(self.rate - target) * self.rate"}


def test_a_usual_loss_of_which_the_files_own_is_a_multiple_is_a_question(tmp_path):
    assert counts(tmp_path, **SQUARES).verdict == "undecidable"


def test_a_function_of_something_else_is_not_the_loss(tmp_path):
    assert counts(tmp_path, GIVEN="np.log(net.rate)", **SQUARES).verdict == "correct"


def test_options_beyond_those_that_are_judged_are_told(tmp_path):
    powers = range(1, 19)
    cases = [f"        if kind == 'p{k}': return {{k}} * u ** {k}" for k in powers]
    slopes = [
        f"        if self.kind == 'p{k}': return {k} * {k} * g * self.u ** {k - 1}" for k in powers
    ]
    text = "\n".join(
        ["import numpy as np", "class Power:", "    def __init__(self, kind='p1'):"]
        + ["        self.kind = kind", "    def forward(self, u):"]
        + ["        self.u, kind = u, self.kind"]
        + [line.format(k=k) for k, line in zip(powers, cases)]
        + ["        raise ValueError(kind)", "    def backward(self, g):"]
        + slopes
    )
    (tmp_path / "net.py").write_text(text)
    usable, failures = subjects(tmp_path / "net.py")
    assert len(usable) == 16
    assert [f.message for f in failures] == [
        'Power: 2 further options are not judged: kind="p17", kind="p18"'
    ]
