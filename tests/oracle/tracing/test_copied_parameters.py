"""Parameters that are copied before each update, and gradients that come back from functions."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

NET = """
import copy

import numpy as np

rng = np.random.default_rng(3)
X, T = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))


def backward(d, cache):
    x, w = cache
    gw = x.T @ d
    gb = {gb}
    return d @ w.T, gw, gb


net = dict(w1=rng.normal(size=(4, 5)), b1=np.zeros(5), w2=rng.normal(size=(5, 2)), b2=np.zeros(2))
for epoch in range(20):
    h = np.tanh(X @ net["w1"] + net["b1"])
    y = h @ net["w2"] + net["b2"]
    loss = np.sum((y - T) ** 2) / 9
    grads = dict()
    dh, grads["w2"], grads["b2"] = backward(2 * (y - T) / 9, (h, net["w2"]))
    _, grads["w1"], grads["b1"] = backward(dh * (1 - h * h), (X, net["w1"]))
    net = copy.deepcopy(net)
    for key in net:
        net[key] -= 0.1 * grads[key]
"""


def judged(gb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET.format(gb=gb), encoding="utf-8")
    recorded = run("net.py", [], 3, lambda stored, notes: enough(stored, notes, 3))
    report = judge.report(recorded, "net.py", 3)
    return recorded, [g for result in report.results for g in result.gradients]


def test_copied_parameters_are_updated(tmp_path, monkeypatch):
    recorded, gradients = judged("d.sum(axis=0)", tmp_path, monkeypatch)
    assert len(recorded.notes) < 1000  # ended after some steps
    assert {"gw", "gb"} <= {g.name for g in gradients}
    assert {g.verdict for g in gradients} == {"correct"}


@pytest.mark.parametrize("gb", ["d.mean(axis=0)", "d[0]"])
def test_the_line_in_the_function_is_blamed(gb, tmp_path, monkeypatch):
    _, gradients = judged(gb, tmp_path, monkeypatch)
    assert {(g.name, g.line) for g in gradients if g.verdict == "wrong"} == {("gb", 13)}
    inherited = {g.name for g in gradients if g.verdict == "inherited"}
    assert inherited <= {"grads['b1']", "grads['b2']"}
