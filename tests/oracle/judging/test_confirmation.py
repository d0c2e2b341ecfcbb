"""No numbers are called wrong unless differences of the code's own forward say so."""

import numpy as np
import pytest

import oracle
from oracle import discovery
from oracle.judging import trial
from oracle.judging.examine import examine


def softplus(x):
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def softplus_backward(g, x):
    return g / (1 + np.exp(-x))


def of_another_truth(monkeypatch, change, agrees=True):
    """Let autograd's truth be changed, and the directional witness say that it is right."""
    honest = trial.Trial.truth

    def changed(self):
        found = honest(self)
        for path, gradient in found.gradients.items():
            found.gradients[path] = change(self.case, gradient)
        return found

    monkeypatch.setattr(trial.Trial, "truth", changed)
    monkeypatch.setattr(trial.Trial, "witness_agrees", lambda self, truth: (agrees, "as it was"))


def test_a_truth_that_is_not_the_derivative_accuses_nobody(monkeypatch):
    of_another_truth(monkeypatch, lambda case, gradient: 2 * gradient)
    subject = discovery.subject(softplus, softplus_backward, "x: N D")
    found = examine(subject, 60)
    assert found.result.verdict == "correct"
    assert found.result.truth == "finite differences"


def test_failures_by_a_truth_that_is_distrusted_later_are_taken_back(monkeypatch):
    def only_small(case, gradient):
        return 2 * gradient if case.sizes["N"] < 3 else gradient

    of_another_truth(monkeypatch, only_small)
    subject = discovery.subject(softplus, softplus_backward, "x: N D")
    assert examine(subject, 60).result.verdict == "correct"


def test_a_wrong_gradient_stays_wrong_whatever_the_truth(monkeypatch):
    of_another_truth(monkeypatch, lambda case, gradient: 2 * gradient)
    subject = discovery.subject(softplus, lambda g, x: g * np.exp(-x), "x: N D")
    found = examine(subject, 60)
    assert found.result.verdict == "wrong"
    want = found.result.gradients[0].counterexample.want
    assert np.abs(want).max() < 5  # by differences, not twice as much


def test_a_single_probability_at_the_edge_of_a_clip_accuses_nobody():
    def surprise(p):
        return -np.log(np.clip(p, 1e-12, 1 - 1e-12)).sum()

    def surprise_backward(g, p):
        return -g / np.clip(p, 1e-12, 1 - 1e-12)

    found = oracle.check(surprise, surprise_backward, shapes="p: N C probabilities")
    assert found.verdict == "correct"


@pytest.mark.parametrize("wrong", [lambda g, x: g * x, lambda g, x: 1.001 * g * 3 * x**2])
def test_wrong_numbers_are_confirmed_and_called_wrong(wrong):
    assert oracle.check(lambda x: x**3, wrong, shapes="x: N D", cases=40).verdict == "wrong"


def test_a_wrong_shape_needs_no_differences():
    def backward(g, b):
        return np.full((2, 2), g)

    assert oracle.check(lambda b: (b**2).sum(), backward, shapes="b: M").verdict == "wrong"
