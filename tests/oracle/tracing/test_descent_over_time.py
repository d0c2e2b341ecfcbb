"""Descent directions that a loop over time passes on under a second name, and no loss computed."""

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

NET = """
import numpy as np

rng = np.random.default_rng(4)
V, U, O = rng.normal(size=(3, 6)), 0.4 * rng.normal(size=(6, 6)), rng.normal(size=(6, 1))
for epoch in range(30):
    xs, ts = rng.normal(size=(5, 1, 3)), rng.normal(size=(5, 1, 1))
    hs, errors = [np.zeros((1, 6))], []
    for t in range(5):
        hs.append(np.tanh(xs[t] @ V + hs[-1] @ U))
        errors.append(ts[t] - hs[-1] @ O)
    stepV, stepU, stepO = np.zeros_like(V), np.zeros_like(U), np.zeros_like(O)
    coming = np.zeros((1, 6))
    for t in reversed(range(5)):
        back = (errors[t] @ O.T + coming @ U.T) * (1 - hs[t + 1] ** 2)
        stepO += hs[t + 1].T @ errors[t]
        stepU += hs[{before}].T @ back
        stepV += xs[t].T @ back
        coming = back
    V += 0.1 * stepV
    U += 0.1 * stepU
    O += 0.1 * stepO
"""


def verdicts(before, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET.format(before=before), encoding="utf-8")
    recorded = run("net.py", [], 3, lambda stored, notes: enough(stored, notes, 3))
    report = judge.report(recorded, "net.py", 3)
    return {(g.name, g.verdict) for result in report.results for g in result.gradients}


def test_descent_directions_over_time_are_correct(tmp_path, monkeypatch):
    found = verdicts("t", tmp_path, monkeypatch)
    assert {verdict for _, verdict in found} == {"correct"}
    assert {"back", "stepV", "stepU", "stepO"} <= {name for name, _ in found}


def test_only_the_sum_with_the_wrong_state_is_blamed(tmp_path, monkeypatch):
    found = verdicts("t + 1", tmp_path, monkeypatch)
    assert {name for name, verdict in found if verdict == "wrong"} == {"stepU"}
    assert ("back", "correct") in found
