"""``oracle check --fix --diff``: what is offered is proved, and the check passes with it."""

import subprocess
import sys

import pytest

from oracle.commands import fix, workers
from oracle.commands.check import Settings
from oracle.commands.workers import Job
from oracle.diagnosis.repair import line_edits
from oracle.results import Cure
from tests import TESTS

FOLDER = TESTS / "user_files"
SETTINGS = Settings(cases=40)
OFFERED = {
    "square_hidden.py": "    dW1 = X.T @ ((dZ2 @ W2.T) * (1 - A1**2))",
    "dropout_keep.py": "    dW = dZ @ A.T",
    "affine_mean_loss.py": "    dW = X.T @ dZ / m",
    "bias_add.py": "    gb = g.sum(axis=0)",
    "logreg_course_sum.py": "    db = np.sum(dZ) / m",
    "torch_linear.py": "        grad_bias = grad_output.sum(0)",
    "linear_dict.py": '    return {"dx": dY @ W.T, "dW": x.T @ dY, "db": np.sum(dY, axis=0)}',
    "attention_heads.py": '    dk = np.einsum("bts,btd->bsd", dscore, q) / q.shape[-1] ** 0.5',
}


def fixed(file):
    report = workers.check([Job(file)], SETTINGS, 60, 1)
    (one,) = fix.fixes(report, SETTINGS, 60)
    return one


@pytest.mark.parametrize("name", OFFERED)
def test_what_is_offered_is_one_line_that_makes_the_check_pass(name, tmp_path):
    one = fixed(FOLDER / name)
    added = [ln[1:] for ln in one.diff().splitlines() if ln[0] == "+" and ln[:3] != "+++"]
    assert added == [OFFERED[name]]
    (tmp_path / name).write_text(one.after, encoding="utf-8")
    report = workers.check([Job(tmp_path / name)], SETTINGS, 60, 1)
    assert {g.verdict for r in report.results for g in r.gradients} == {"correct"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gate_in_place.py", "the cure of mutates-input is no simple change of a line"),
    ],
)
def test_where_no_change_is_offered_the_reason_is_told(name, why):
    one = fixed(FOLDER / name)
    assert (one.diff(), one.changed) == ("", [])
    assert why in one.kept[0]


TWO = """import numpy as np
from helper import halved


# oracle: shapes X: N D, W: D M, b: M
def layer_forward(X, W, b):
    return halved(X @ W + b)


def layer_backward(dout, X, W, b):
    η = halved(dout)
    return (
        η @ W.T, -(X.T @ η),
        η.mean(axis=0),
    )
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "helper.py").write_text("def halved(x):\n    return x / 2\n", encoding="utf-8")
    (tmp_path / "net.py").write_bytes(TWO.replace("\n", "\r\n").encode())
    return tmp_path


def check(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "oracle", "check", "--cases", "40", *arguments, "net.py"],
        cwd=folder, capture_output=True,
    )  # fmt: skip


def test_diff_shows_and_fix_writes_all_changes_of_a_file(folder):
    before = (folder / "net.py").read_bytes()
    shown = check(folder, "--diff")
    assert (shown.returncode, (folder / "net.py").read_bytes()) == (1, before)
    assert shown.stdout.startswith(b"--- net.py")
    assert b"dW, the gradient of W, is wrong" in shown.stderr
    done = check(folder, "--fix")
    assert done.returncode == 1, "something was wrong"
    assert b"fixed net.py:13: dW (sign-flipped)" in done.stdout
    mended = before.decode().replace("-(X.T @ η)", "X.T @ η").replace(".mean(", ".sum(")
    assert (folder / "net.py").read_bytes().decode() == mended
    assert check(folder).returncode == 0
    assert check(folder, "--diff", "--format", "json").returncode == 2


def test_what_changes_the_value_or_another_gradient_is_no_proof(folder):
    one = fix.Fixed(folder / "net.py", TWO, TWO, [], [])

    def checked(text):
        return fix._checked(one, text, "layer_backward", SETTINGS, 60)

    before = checked(TWO)
    wrong = next(g for g in before.gradients if g.of == "b")
    assert not fix._is_better(before, before, wrong)
    mended = TWO.replace(".mean(", ".sum(")
    assert fix._is_better(before, checked(mended), wrong)
    assert not fix._is_better(before, checked(mended.replace("W.T,", "W.T * 2,")), wrong)
    assert checked(mended.replace("(X @ W + b)", "(X @ W + b + 1)")) is None


N = Cure("factor", powers=(("N", -1),), places=(("N", "X", ".shape[0]"),))


@pytest.mark.parametrize(
    ("text", "cure", "due"),
    [
        ("def f(X, d):\n    dW = X.T @ d", N, "X.T @ d / X.shape[0]"),
        ("def f(X, d):\n    dW = X.T @ d + d", N, "(X.T @ d + d) / X.shape[0]"),
        ("def f(s, d):\n    n = len(X)\n    dW = d", N, "d / n"),
        ("def f(X, d):\n    n, m = X.shape\n    dW = d", N, "d / n"),
        ("def f(self, d):\n    x = self.X\n    dW = d", N, "d / self.X.shape[0]"),
        ("def f(s, d):\n    dW = d", N, None),
        ("def f(a, b):\n    dW = a - b", Cure("factor", -1), "b - a"),
        ("def f(a, b):\n    dW = a + b", Cure("factor", -1), "-(a + b)"),
        ("def f(a, b):\n    dW = -a", Cure("factor", -1), "a"),
        ("def f(a, b):\n    dW = a + b", Cure("transpose", axes=(1, 0)), "(a + b).T"),
        ("def f(a, b):\n    dW = a + b", Cure("sum", axes=(0,), keepdims=True),
         "(a + b).sum(axis=0, keepdims=True)"),
    ],
)  # fmt: skip
def test_the_first_candidate_is_the_one_that_one_would_write(text, cure, due):
    made = line_edits.candidates(text, len(text.splitlines()), cure)
    assert [t.rpartition("dW = ")[2] for t in made][:1] == ([due] if due else [])


WRITTEN = {
    "bracket": (
        """# oracle: shapes z: N D
def tanh_forward(z):
    h = np.tanh(z)
    return h, h


def tanh_backward(dout, h):
    return dout*(1 - h)**2  # the slope
""",
        "    return dout*(1 - h**2)  # the slope",
    ),
    "operand, in the user's own spelling": (
        """# oracle: shapes x: N D, w: D
def scale(x, w):
    return (x*w) ** 3


def scale_backward(dout, x, w):
    s = dout * 3*(x*w)**2
    return {'dx': s*w, "dw": (s*w).sum( axis=0 )}
""",
        """    return {'dx': s*w, "dw": (s*x).sum( axis=0 )}""",
    ),
    "accumulate": (
        """# oracle: shapes x: N D
def shifted(x):
    y = np.zeros((x.shape[0], x.shape[1] + 1))
    for k in range(2):
        y[:, k:k+x.shape[1]] += (k + 1) * x**2
    return y


def shifted_backward(dout, x):
    dx = np.zeros_like(x)
    for k in range(2):
        dx[:, :] = (k + 1) * 2*x * dout[:, k:k+x.shape[1]]  # each tap
    return dx
""",
        "        dx[:, :] += (k + 1) * 2*x * dout[:, k:k+x.shape[1]]  # each tap",
    ),
    "another place": (
        """# oracle: shapes x: N D
class Stack:
    def __init__(self, D, H):
        self.V = np.random.default_rng(0).normal(size=(D, H))
        self.W = np.random.default_rng(1).normal(size=(H, 3))

    def forward(self, x):
        self.x, self.h = x, np.tanh(x @ self.V)
        return self.h @ self.W

    def backward(self, dy):
        self.dW = self.h.T @ dy
        self.W -= 0.1 * self.dW  # learn
        dh = dy @ self.W.T * (1 - self.h**2)
        self.dV = self.x.T @ dh
        return dh @ self.V.T
""",
        "        self.W -= 0.1 * self.dW  # learn",
    ),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_an_edit_that_repair_has_proved_is_written_as_it_is(what, tmp_path):
    text, due = WRITTEN[what]
    file = tmp_path / "mine.py"
    file.write_text("import numpy as np\n\n\n" + text, encoding="utf-8")
    one = fixed(file)
    changed = [ln[1:] for ln in one.diff().splitlines() if ln[0] == "+" and ln[:3] != "+++"]
    assert changed == [due], one.kept
    file.write_text(one.after, encoding="utf-8")
    report = workers.check([Job(file)], SETTINGS, 60, 1)
    assert {g.verdict for r in report.results for g in r.gradients} == {"correct"}
