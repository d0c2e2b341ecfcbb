"""``%%oracle`` in a notebook, and ``oracle.trace`` in Python."""

import builtins

import numpy as np
import pytest

import oracle
from oracle.commands import api, notebook

DATA = """
import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(9, 3))
Y = (X[:, :1] > 0).astype(float)
class Net: pass
net = Net()
net.W1, net.b1 = rng.normal(size=(3, 4)), np.zeros(4)
params = {"W2": rng.normal(size=(4, 1))}
"""
TRAINING = """
for epoch in range(20):
    A1 = np.tanh(X @ net.W1 + net.b1)
    out = A1 @ params["W2"]
    loss = np.mean((out - Y) ** 2)
    d_out = 2 * (out - Y) / len(X)
    dW2 = A1.T @ d_out
    dZ1 = d_out @ params["W2"].T * (1 - A1**2)
    dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0)
    net.W1 -= 0.1 * dW1
    net.b1 -= 0.1 * db1
    params["W2"] -= 0.1 * dW2
"""
WRONG = TRAINING.replace("(1 - A1**2)", "(1 - A1)")
PAIR = """
# oracle: shapes x: N D, w: D M
def scaled_forward(x, w):
    return x @ w, (x, w)

def scaled_backward(dout, cache):
    x, w = cache
    return dout @ w.T, -x.T @ dout
"""


class Shell:
    """As much of IPython's shell as the magic uses."""

    def __init__(self):
        self.user_ns = {"__name__": "__main__", "__builtins__": builtins, "In": [""]}
        self.execution_count = 1
        self.magics = {}

    def transform_cell(self, cell):
        return cell

    def register_magic_function(self, function, kind, name):
        self.magics[kind, name] = function

    def run(self, cell):
        self.execution_count += 1
        self.user_ns["In"].append(cell)
        exec(cell, self.user_ns)


@pytest.fixture
def shell():
    found = Shell()
    oracle.load_ipython_extension(found)
    found.run(DATA)
    return found


def test_a_cell_that_trains_on_what_earlier_cells_made_is_judged_by_line(shell):
    found = shell.magics["cell", "oracle"]("", WRONG)
    wrong = {(g.line, g.name): g.findings[0].name for g in found.gradients if g.verdict == "wrong"}
    assert wrong == {(9, "dZ1"): "wrong-activation-derivative"}
    assert {g.name for g in found.gradients if g.verdict == "correct"} == {"d_out", "dW2"}
    assert "net.W1" in {g.of for g in found.gradients}
    assert "<details" in found._repr_html_()


def test_a_right_cell_is_not_accused(shell):
    found = shell.magics["cell", "oracle"]("--steps 2", TRAINING)
    assert found.verdict == "correct"
    assert found.report.results[0].cases == 2


def test_a_cell_leaves_what_it_would_leave_without_the_magic(shell):
    shell.magics["cell", "oracle"]("", TRAINING)
    plain = Shell()
    plain.run(DATA)
    plain.run(TRAINING)
    ours, theirs = shell.user_ns, plain.user_ns
    for name in ("loss", "dW1", "A1"):
        assert type(ours[name]) is type(theirs[name])
        assert np.array_equal(ours[name], theirs[name])
    assert type(ours["net"].W1) is np.ndarray
    assert np.array_equal(ours["net"].W1, theirs["net"].W1)
    assert np.array_equal(ours["params"]["W2"], theirs["params"]["W2"])
    assert ours["np"] is np
    assert ours["__builtins__"] is builtins


def test_a_cell_that_defines_a_derivation_is_checked_on_its_own_lines(shell):
    found = shell.magics["cell", "oracle"]("", PAIR)
    (result,) = found.report.results
    (wrong,) = [g for g in result.gradients if g.verdict == "wrong"]
    assert (wrong.name, wrong.line) == ("dw", 9)
    assert wrong.findings[0].name == "sign-flipped"
    assert "sign-flipped" in found._repr_html_()
    assert "sign-flipped" in repr(found)


def test_a_bad_option_of_the_magic_is_named(shell):
    with pytest.raises(ValueError, match=r"%%oracle: .*--stops"):
        notebook.judged_cell(shell, "--stops 2", TRAINING)


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train.py"
    path.write_text(f"{DATA}{WRONG}print('trained')\n", encoding="utf-8")
    return path


def test_a_script_is_traced_from_python(script, capsys):
    found = oracle.trace(script)
    assert isinstance(found, api.Traced)
    assert found.verdict == "wrong"
    assert found.findings == ["wrong-activation-derivative"]
    assert not found
    assert "∂L/∂" in repr(found)
    assert "<details" in found._repr_html_()
    assert "trained" not in capsys.readouterr().out  # it was ended after three steps
    oracle.trace(script, to_end=True)
    assert "trained" in capsys.readouterr().out


def test_a_script_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"no_such\.py"):
        oracle.trace("no_such.py")
