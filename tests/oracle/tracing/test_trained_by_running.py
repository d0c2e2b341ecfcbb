"""Code that trains and that nothing says how to call: it is called as it runs."""

import pytest

from oracle.commands import check
from oracle.discovery import trainers
from oracle.results import Failure, Result

NETWORK = """
import numpy as np


class Classifier:
    def __init__(self, n_in, n_hidden, n_out, rate=0.1):
        self.V = np.random.randn(n_in, n_hidden)
        self.c = np.zeros(n_hidden)
        self.U = np.random.randn(n_hidden, n_out)
        self.rate = rate

    def learn(self, X, y, epochs=20000):
        for epoch in range(epochs):
            h = np.tanh(X @ self.V + self.c)
            out = h @ self.U
            cost = np.sum((out - y) ** 2) / (2 * len(X))
            error = (out - y) / len(X)
            g_U = h.T @ error
            g_h = error @ self.U.T * {slope}
            self.V -= self.rate * (X.T @ g_h)
            self.c -= self.rate * g_h.sum(axis=0)
            self.U -= self.rate * g_U
"""

SOFTMAX = """
import numpy as np


def descend(X, y, W, rate):
    for turn in range(50):
        s = X @ W
        p = np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)
        loss = -np.mean(np.sum(y * np.log(p), axis=1))
        g = X.T @ (p - y){mean}
        W = W - rate * g
    return W
"""

LAYERS = """
import numpy as np


class Linear:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, dout):
        self.dW = self.x.T @ dout
        return dout @ self.W.T


class Stack:
    def __init__(self, sizes):
        self.layers = [Linear(a, b) for a, b in zip(sizes[:-1], sizes[1:])]

    def fit_batch(self, X, Y, rate=0.1):
        out = X
        for layer in self.layers:
            out = layer.forward(out)
        loss = 0.5 * np.sum((out - Y) ** 2) / len(X)
        d = (out - Y){mean}
        for layer in reversed(self.layers):
            d = layer.backward(d)
        for layer in self.layers:
            layer.W -= rate * layer.dW
        return loss
"""


def judged(folder, text) -> Result | Failure:
    path = folder / "net.py"
    path.write_text(text, encoding="utf-8")
    (trainer,), failures = trainers.of_file(str(path))
    assert not failures
    assert trainer.is_open
    return check._trained(path, check._calls(path, trainer), check.Settings())


def verdicts(outcome) -> dict[str, str]:
    assert isinstance(outcome, Result), outcome
    return {gradient.name: gradient.verdict for gradient in outcome.gradients}


def test_a_class_that_trains_is_made_and_called_without_a_comment(tmp_path):
    right = judged(tmp_path, NETWORK.format(slope="(1 - h**2)"))
    assert set(verdicts(right).values()) == {"correct"}
    (note,) = [n for n in right.remarks if n.name == "shapes-inferred"]
    assert "Classifier(n_in=n_in, n_hidden=4, n_out=n_out).learn(X, y, epochs=3)" in note.message
    wrong = verdicts(judged(tmp_path, NETWORK.format(slope="(1 - h)")))
    assert [name for name, verdict in wrong.items() if verdict == "wrong"] == ["g_h"]
    assert wrong["g_U"] == "correct"


def test_the_call_that_is_told_can_be_pasted(tmp_path):
    text = NETWORK.format(slope="(1 - h)")
    found = judged(tmp_path, text)
    (note,) = [n for n in found.remarks if n.name == "shapes-inferred"]
    line = note.message.split('"')[1]
    path = tmp_path / "pasted.py"
    path.write_text(text.replace("class Classifier", f"{line}\nclass Classifier"))
    (trainer,), failures = trainers.of_file(str(path))
    assert not failures
    assert not trainer.is_open
    assert verdicts(check._trained(path, [trainer], check.Settings())) == verdicts(found)


@pytest.mark.parametrize(("mean", "verdict"), [(" / len(X)", "correct"), ("", "wrong")])
def test_targets_are_one_hot_where_only_then_the_code_is_right(tmp_path, mean, verdict):
    assert verdicts(judged(tmp_path, SOFTMAX.format(mean=mean)))["g"] == verdict


def test_an_upstream_that_a_training_computes_is_judged(tmp_path):
    right = judged(tmp_path, LAYERS.format(mean=" / len(X)"))
    assert verdicts(right)["d"] == "correct"
    # The layers are right: what they are handed is not, and nothing of it is called correct.
    wrong = judged(tmp_path, LAYERS.format(mean=""))
    assert isinstance(wrong, Failure) or "correct" not in verdicts(wrong).values()


@pytest.mark.parametrize("write", ["np.save('weights.npy', self.V)", "open('log.txt', 'w')"])
def test_what_writes_files_is_not_called_by_a_search(tmp_path, write):
    text = NETWORK.format(slope="(1 - h)") + f"            {write}\n"
    path = tmp_path / "net.py"
    path.write_text(text, encoding="utf-8")
    assert trainers.of_file(str(path)) == ([], [])
