"""Two mistakes in one step, of which the second one raises: each is blamed on its own line."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

NET = """
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(2, 7))
Y = (X[:1] > 0) * 1.0
W1, b1 = rng.random((5, 2)), rng.random((5, 1))
W2, b2 = rng.random((1, 5)), rng.random((1, 1))
for epoch in range(1, 50):
    a1 = 1 / (1 + np.exp(-(W1 @ X + b1)))
    a2 = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
    cost = -np.mean(Y * np.log(a2) + (1 - Y) * np.log(1 - a2))
    delta2 = a2 * (1 - a2) * -(Y / a2 - (1 - Y) / (1 - a2))
    dW2 = delta2 @ a1.T
    db2 = {db2}
    delta1 = (W2.T @ delta2) * a1 * (1 - a1)
    dW1, db1 = delta1 @ X.T, delta1.sum(axis=1, keepdims=True)
    W2 -= 1 / epoch * dW2
    W1 -= 1 / epoch * dW1
    b1 -= 1 / epoch * db1
    b2 -= 1 / epoch * db2
"""


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """The verdicts by line, with the names of the findings."""

    def of(db2):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "net.py").write_text(NET.format(db2=db2), encoding="utf-8")
        report = judge.report(
            run("net.py", [], 3, lambda stored, notes: enough(stored, notes, 3)), "net.py", 3
        )
        found = [g for r in report.results for g in r.gradients]
        assert {g.name for g in found if g.verdict != "wrong"} >= {"dW2", "delta1", "dW1", "db1"}
        return {g.line: [n.name for n in g.findings] for g in found if g.verdict == "wrong"}

    return of


def test_a_missing_mean_and_an_unsummed_bias_are_two_lines(judged):
    assert judged("delta2") == {13: ["missing-batch-mean"], 15: ["not-summed-over-batch"]}


def test_a_missing_mean_alone_is_one_line(judged):
    summed = "delta2.sum(axis=1, keepdims=True)"
    assert judged(summed) == {13: ["missing-batch-mean"]}
