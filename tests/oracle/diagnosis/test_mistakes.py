"""The bank of mistakes: each by itself, planted into right code by one edit, is found and named.

``pytest -m full`` tries all of them, else one of every fourth file is; which names are confused
is printed by ``python -m benchmarks.bank``.
"""

import shutil
import tomllib
from collections import Counter

import pytest

from oracle.commands.check import Settings
from oracle.report import findings
from oracle.results import Result
from tests import TESTS
from tests.oracle.outcomes import outcomes

BANK = TESTS / "mistakes"
ENTRIES = [
    (folder, entry)
    for folder in sorted(path.parent for path in BANK.glob("*/mistakes.toml"))
    for entry in tomllib.loads((folder / "mistakes.toml").read_text(encoding="utf-8"))["mistake"]
]
RIGHT = sorted(BANK.glob("*/*.py"))
SETTINGS = Settings(cases=60)


def judged(file):
    found = outcomes(file, SETTINGS)
    assert found
    for outcome in found:
        assert isinstance(outcome, Result), outcome.message
    return found


def bad(results):
    return [g for r in results for g in r.gradients if g.verdict in ("wrong", "unstable")]


def once_each(entries):
    """The first entry of every fourth file; the rest is marked full."""
    seen = Counter()
    for folder, entry in entries:
        seen[entry["file"]] += 1
        marks = [pytest.mark.full] if seen[entry["file"]] > 1 or len(seen) % 4 else []
        name = f"{entry['file']}: {entry['what']}"
        yield pytest.param(folder, entry, id=name, marks=marks)


def test_there_are_many_and_no_two_are_the_same():
    edits = {(entry["file"], *entry["replace"]) for _, entry in ENTRIES}
    assert len(edits) == len(ENTRIES) >= 350
    named = {name for _, entry in ENTRIES for name in entry["findings"]}
    assert named <= set(findings.names())


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.name)
def test_the_files_are_right_as_they_are(file):
    assert {gradient.verdict for gradient in bad(judged(file))} == set()


@pytest.mark.parametrize(("folder", "entry"), list(once_each(ENTRIES)))
def test_a_mistake_is_found_and_named(folder, entry, tmp_path):
    text = (folder / entry["file"]).read_text(encoding="utf-8")
    old, new = entry["replace"]
    assert text.count(old) == 1
    for helper in folder.glob("*.py"):
        shutil.copy(helper, tmp_path)
    (tmp_path / entry["file"]).write_text(text.replace(old, new), encoding="utf-8")
    wrong = bad(judged(tmp_path / entry["file"]))
    assert wrong
    came = {note.name for gradient in wrong for note in gradient.findings}
    if "unnamed" not in entry:  # or why another name, or none, is said today
        assert came & set(entry["findings"]), came


VARIATIONS = {
    "relu of the gradient, in columns, of one layer": (
        "activation-applied-to-gradient",
        """
# oracle: shapes x: D N, w: M D
def rectified(x, w):
    return np.clip(w @ x, 0, None), (x, w)


def rectified_backward(upstream, cache):
    x, w = cache
    dz = np.clip(upstream, 0, None)
    return w.T @ dz, dz @ x.T
""",
    ),
    "sigmoid of the gradient": (
        "activation-applied-to-gradient",
        """
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# oracle: shapes z: N M
def squash_forward(z):
    return sigmoid(z)


def squash_backward(dout, z):
    return sigmoid(dout)
""",
    ),
    "softplus's slope at the gradient": (
        "derivative-of-the-upstream",
        """
# oracle: shapes x: B H
class Softplus:
    def forward(self, x):
        self.x = x
        return np.log1p(np.exp(x))

    def backward(self, grad):
        return grad / (1 + np.exp(-grad))
""",
    ),
    "exp of the gradient": (
        "derivative-of-the-upstream",
        """
# oracle: shapes s: N, t: N
def weights(s, t):
    return np.exp(s) * t


def weights_backward(dout, s, t):
    up = dout * t
    return up * np.exp(up), dout * np.exp(s)
""",
    ),
    "returns after the first row": (
        "returns-inside-loop",
        """
# oracle: shapes x: N D, w: D
def gate(x, w):
    return np.tanh(x * w)


def gate_backward(dout, x, w):
    dx, dw = np.empty_like(x) * 0, np.zeros_like(w)
    n = 0
    while n < len(x):
        g = dout[n] * (1 - np.tanh(x[n] * w) ** 2)
        dx[n] = g * w
        dw += g * x[n]
        n += 1
        return dx, dw
""",
    ),
    "every tied entry of many windows": (
        "tie-spread",
        """
# oracle: shapes x: 12 18
def pool_forward(x):
    return x.reshape(6, 2, 6, 3).max(axis=(1, 3)), x


def pool_backward(dout, x):
    windows = x.reshape(6, 2, 6, 3)
    top = windows.max(axis=(1, 3), keepdims=True)
    return ((windows == top) * dout[:, None, :, None]).reshape(x.shape)
""",
    ),
    "a layer updates its weights before it hands the gradient on": (
        "updated-weights-used",
        """
# oracle: shapes x: N D
class Linear:
    def __init__(self, D, M, learning_rate=0.05):
        self.params = {"W": np.random.randn(D, M), "b": np.zeros(M)}
        self.learning_rate = learning_rate

    def forward(self, x):
        self.x = x
        return x @ self.params["W"] + self.params["b"]

    def backward(self, dout):
        dW, db = self.x.T @ dout, dout.sum(axis=0)
        self.params["W"] = self.params["W"] - self.learning_rate * dW
        self.params["b"] = self.params["b"] - self.learning_rate * db
        return dout @ self.params["W"].T
""",
    ),
}


@pytest.mark.parametrize("what", VARIATIONS)
def test_a_mechanism_is_named_in_whatever_style(what, tmp_path):
    finding, text = VARIATIONS[what]
    (tmp_path / "mine.py").write_text("import numpy as np\n\n" + text, encoding="utf-8")
    wrong = bad(judged(tmp_path / "mine.py"))
    assert {note.name for gradient in wrong for note in gradient.findings} == {finding}


def test_a_size_is_named_only_if_it_varied(tmp_path):
    """Three times too much, where there are always three columns: nobody can tell the two."""
    (tmp_path / "mine.py").write_text(
        "# oracle: shapes X: N 3\ndef f(X):\n    return X * X\n\n\n"
        "def f_backward(dY, X):\n    return 2 * X.shape[1] * dY * X\n"
    )
    (gradient,) = bad(judged(tmp_path / "mine.py"))
    assert "N" not in gradient.findings[0].message.replace("dX", "")


def test_the_original_is_blamed_and_not_its_alias(tmp_path):
    (tmp_path / "mine.py").write_text(
        """import numpy as np


# oracle: shapes x: N D, b: N D
def tilt_forward(x, b):
    return np.sin(x + b)


def tilt_backward(dout, x, b):
    dz = dout * np.sin(x + b)
    db = dz
    return dz * 1.0, db
"""
    )
    (gradient,) = [
        g for r in judged(tmp_path / "mine.py") for g in r.gradients if g.verdict == "wrong"
    ]
    assert (gradient.name, gradient.line) == ("dz", 10)


def test_a_verdict_stands_where_the_diagnosis_breaks_down(tmp_path, monkeypatch):
    def breaks_down(*given):
        raise RuntimeError("no reason")

    file = tmp_path / "scale.py"
    file.write_text(
        "# oracle: shapes X: N D\ndef f(X):\n    return 2 * X\n\n\n"
        "def f_backward(dY, X):\n    return 3 * dY\n"
    )
    monkeypatch.setattr("oracle.diagnosis.diagnose.explain", breaks_down)
    (gradient,) = bad(judged(file))
    assert gradient.verdict == "wrong"
    assert [note.name for note in gradient.findings] == ["unexplained"]
