"""Losses and parameters in the places where scripts keep them."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

SETUP = """
import numpy as np
rng = np.random.default_rng(7)
X = rng.normal(size=(6, 3))
y = rng.normal(size=(6, 2))
"""
LOOP = """
W, b = rng.normal(size=(3, 2)), np.zeros(2)
smooth_loss = 5.0
for n in range(50):
    a = np.tanh(X @ W + b)
    {loss}
    dz = 2 * (a - y) / y.size{slope}
    dW, db = X.T @ dz, dz.sum(axis=0)
    {late}
    W -= 0.1 * dW
    b -= 0.1 * db
"""
SLOPE = " * (1 - a**2)"
NET = """
class Net:
    def __init__(self):
        for name, shape in (("W", (3, 2)), ("b", (2,))):
            setattr(self, name, rng.normal(size=shape))
    def step(self):
        a = np.tanh(X @ self.W + self.b)
        loss = np.mean((a - y) ** 2)
        dz = 2 * (a - y) / y.size{slope}
        grads = {{"W": X.T @ dz, "b": dz.sum(axis=0)}}
        for name, grad in grads.items():
            setattr(self, name, getattr(self, name) - 0.1 * grad)
net = Net()
for n in range(50):
    net.step()
"""
ONE_BY_ONE = """
W, c = rng.normal(size=(3, 2)), np.zeros(2)
for n in range(20):
    loss = 0
    dW, dc = np.zeros_like(W), np.zeros_like(c)
    for i in range(6):
        z = X[i] @ W + c
        loss += np.sum((z - y[i]) ** 2)
        dz = 2 * (z - y[i])
        dW += np.outer(X[i], dz)
        dc += {dc}
    W -= 0.01 * dW
    c -= 0.01 * dc
"""


def gradients(folder, text):
    path = folder / "script.py"
    path.write_text(SETUP + text, encoding="utf-8")
    recorded = run(str(path), [], 3, lambda stored, notes: enough(stored, notes, 3))
    report = judge.report(recorded, str(path), 3)
    return [g for result in report.results for g in result.gradients], report


def verdicts(folder, text):
    return {g.name: g.verdict for g in gradients(folder, text)[0]}


LOSSES = {
    "a running average": (
        "smooth_loss = smooth_loss * 0.999 + np.mean((a - y) ** 2) * 0.001",
        "pass",
    ),
    "both": ("loss = np.mean((a - y) ** 2); smooth_loss = 0.9 * smooth_loss + 0.1 * loss", "pass"),
    "every tenth step": ("if n % 10 == 0: loss = np.mean((a - y) ** 2)", "pass"),
    "after the gradients": ("pass", "cost = np.mean((a - y) ** 2)"),
    "printed only": ("print('loss:', np.mean((a - y) ** 2))", "pass"),
}


@pytest.mark.parametrize("where", LOSSES)
def test_the_loss_is_found_where_it_is_computed(where, tmp_path):
    loss, late = LOSSES[where]
    right = LOOP.format(loss=loss, late=late, slope=SLOPE)
    wrong = LOOP.format(loss=loss, late=late, slope="")
    assert verdicts(tmp_path, right) == {"dz": "correct", "dW": "correct", "db": "correct"}
    found, _ = gradients(tmp_path, wrong)
    assert {g.name: g.verdict for g in found}["dz"] == "wrong"
    names = {note.name for g in found if g.verdict == "wrong" for note in g.findings}
    assert names == {"missing-activation-derivative"}


def test_parameters_that_are_set_by_name_are_updated(tmp_path):
    right = verdicts(tmp_path, NET.format(slope=SLOPE))
    assert right == {"dz": "correct", "grads['W']": "correct", "grads['b']": "correct"}
    wrong = verdicts(tmp_path, NET.format(slope=""))
    assert wrong == {"dz": "wrong", "grads['W']": "inherited", "grads['b']": "inherited"}


def test_sums_over_single_samples_are_right_from_the_first_step_on(tmp_path):
    found = verdicts(tmp_path, ONE_BY_ONE.format(dc="dz"))
    assert found == {"dz": "correct", "dW": "correct", "dc": "correct"}


def test_a_sum_that_is_added_to_itself_accuses_no_other_line(tmp_path):
    found, report = gradients(tmp_path, ONE_BY_ONE.format(dc="dc"))
    assert {g.name: g.verdict for g in found} == {"dz": "correct", "dW": "correct"}
    assert [each.names for each in report.not_judged] == [("dc",)]


def test_a_gradient_that_is_doubled_in_place_is_wrong(tmp_path):
    text = LOOP.format(loss="loss = np.mean((a - y) ** 2)", late="db += db", slope=SLOPE)
    found, _ = gradients(tmp_path, text)
    (wrong,) = [g for g in found if g.verdict == "wrong"]
    assert (wrong.name, wrong.findings[0].name) == ("db", "wrong-constant-factor")


def test_arrays_of_other_makers_join_in(tmp_path):
    text = """
class Table:
    def __array__(self, dtype=None, copy=None):
        return X
table = Table()
X_ = np.asarray(table)
""" + LOOP.replace("X", "X_").format(loss="loss = np.mean((a - y) ** 2)", late="pass", slope=SLOPE)
    assert verdicts(tmp_path, text) == {"dz": "correct", "dW": "correct", "db": "correct"}
