"""Remarks on a training whose gradients are right and that learns nothing, each with its number."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

NET = """
import numpy as np

np.seterr(all='ignore')
rng = np.random.default_rng(0)
X = rng.normal(size=(9, 3)) * {inputs}
Y = (X[:, :1] > 0).astype(float)
W1, b1 = {W1}, np.full(6, {b1})
W2, b2 = {W2}, np.zeros(6)
W3, b3 = {W3}, np.zeros(1)
rate = {rate}
for epoch in range(1, 6):
    A1 = {activation}
    A2 = np.tanh(A1 @ W2 + b2)
    out = A2 @ W3 + b3
    loss = {loss}
    d_out = {d_out}
    dW3, db3 = A2.T @ d_out, d_out.sum(axis=0)
    dZ2 = d_out @ W3.T * (1 - A2**2)
    dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0)
    dZ1 = dZ2 @ W2.T * {slope}
    dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0)
    for p, g in zip([W1, b1, W2, b2, W3, b3], [dW1, db1, dW2, db2, dW3, db3]):
        p -= {step} * g
"""
USUAL = {
    "inputs": "1",
    "W1": "rng.normal(size=(3, 6)) / 2",
    "b1": "0.0",
    "W2": "rng.normal(size=(6, 6)) / 2",
    "W3": "rng.normal(size=(6, 1)) / 2",
    "rate": "0.1",
    "activation": "np.tanh(X @ W1 + b1)",
    "slope": "(1 - A1**2)",
    "loss": "np.mean((out - Y) ** 2)",
    "d_out": "2 * (out - Y) / len(X)",
    "step": "rate",
}
RELU = {"activation": "np.maximum(0, X @ W1 + b1)", "slope": "(A1 > 0)"}
SIGMOID = {"activation": "1 / (1 + np.exp(-(X @ W1 + b1)))", "slope": "A1 * (1 - A1)"}


@pytest.fixture
def remarks(tmp_path, monkeypatch):
    """The remarks, by name, on the net with some of its parts replaced."""

    def of(steps=3, **parts):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "net.py").write_text(NET.format(**USUAL | parts), encoding="utf-8")
        ran = run("net.py", [], steps, lambda stored, notes: enough(stored, notes, steps))
        report = judge.report(ran, "net.py", steps)
        assert {g.verdict for r in report.results for g in r.gradients} <= {
            "correct", "undecidable",
        }  # fmt: skip
        return {note.name: note.message for r in report.results for note in r.remarks[1:]}

    return of


@pytest.mark.parametrize("parts", [{}, RELU, SIGMOID])
def test_a_usual_net_gets_no_remark(remarks, parts):
    assert remarks(**parts) == {}


def test_a_step_size_of_one_over_the_epoch_vanishes(remarks):
    said = remarks(step="rate / epoch")
    assert "0.1, 0.05, 0.0333 (like 1/t: 0.001 in step 100)" in said["vanishing-step-size"]


def test_a_step_size_of_one_over_the_epoch_is_read_where_only_one_step_was_seen(remarks):
    said = remarks(steps=1, step="rate / epoch")
    assert "rate / epoch, falls like 1/t" in said["vanishing-step-size"]
    assert remarks(steps=1, step="rate / (1 + 0.1 * epoch)") == {}


def test_a_step_size_that_shrinks_by_a_tenth_does_not_vanish(remarks):
    assert remarks(step="rate / (1 + 0.1 * epoch)") == {}
    assert remarks(step="rate * 0.9 ** epoch") == {}


def test_a_corrected_mean_of_gradients_is_no_step_size_that_vanishes(remarks):
    assert remarks(step="rate / (1 - 0.1**epoch) * 0.9") == {}


def test_weights_that_all_begin_positive_are_told(remarks):
    positive = {"W1": "rng.random((3, 6))", "W2": "rng.random((6, 6))", "W3": "rng.random((6, 1))"}
    assert (
        "all 60 weights of W1, W2, W3 are positive" in remarks(**positive)["all-positive-weights"]
    )


def test_weights_are_not_all_positive_if_a_single_one_is_not(remarks):
    one = "np.where(np.arange(36).reshape(6, 6) == 7, -0.1, 0.2 + rng.random((6, 6)) / 9)"
    assert "all-positive-weights" not in remarks(W2=one)


@pytest.mark.parametrize("parts", [{}, SIGMOID])
def test_saturated_hidden_units_are_counted(remarks, parts):
    said = remarks(inputs="40", **parts)["saturated-units"]
    assert "of 162 outputs of hidden units are saturated" in said


def test_hidden_relus_that_are_never_above_0_are_counted(remarks):
    assert (
        "6 of 6 hidden units are 0 for all 27 samples" in remarks(b1="-30.0", **RELU)["dead-units"]
    )


def test_units_that_begin_equal_are_told(remarks):
    equal = {"W1": "np.full((3, 6), 0.1)", "W2": "np.full((6, 6), -0.1)"}
    assert "all 6 units of W1" in remarks(**equal)["identical-units"]


def test_labels_that_broadcast_against_outputs_are_told(remarks):
    slope = "2 * (out - Y.mean()) / len(X)"  # right for the loss that is computed
    said = remarks(loss="np.mean((out[:, 0] - Y) ** 2)", d_out=slope)["unintended-broadcast"]
    assert "shapes (9,) and (9, 1) make (9, 9)" in said


def test_a_loss_that_is_not_finite_is_told_with_its_step(remarks):
    assert "is inf in step 2" in remarks(rate="1e200", **RELU)["loss-not-finite"]


def test_a_gradient_that_vanishes_by_layer_is_told_with_its_size(remarks):
    small = {"W2": "rng.normal(size=(6, 6)) * 1e-6", "W3": "rng.normal(size=(6, 1)) * 1e-6"}
    assert "the mean gradient of W1 is" in remarks(**small)["vanishing-gradient"]


def test_a_gradient_that_explodes_is_told_with_its_growth(remarks):
    assert "within 3 steps" in remarks(rate="1e5", **RELU)["exploding-gradient"]
