"""Side conditions of a user's backward: nothing changed, aliased or remembered between calls."""

from pathlib import Path

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.results import Result

HEAD = "import numpy as np\n\n\n"
PULLBACK = (
    HEAD
    + """# oracle: shapes x: N D
def square(x):
    kept = 2 * x
{before}
    def pullback(g):
{body}

    return x * x, pullback
"""
)


def checked(folder: Path, text: str) -> Result:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    (subject,), failures = discovery.subjects(file, "")
    assert not failures
    result = judge(subject, Settings(cases=30))
    assert isinstance(result, Result), result
    return result


def findings(result: Result) -> set[str]:
    return {note.name for gradient in result.gradients for note in gradient.findings}


def pullback(body: str, before: str = "") -> str:
    return PULLBACK.format(
        before="\n".join(f"    {line}" for line in before.splitlines()),
        body="\n".join(f"        {line}" for line in body.splitlines()),
    )


def test_a_pullback_that_changes_nothing_is_told_nothing(tmp_path: Path) -> None:
    result = checked(tmp_path, pullback("return (g * kept,)"))
    assert result.verdict == "correct"
    assert not findings(result)
    assert not result.gradients[0].remarks


def test_a_gradient_that_is_the_upstream_array_itself_is_a_remark(tmp_path: Path) -> None:
    text = HEAD + (
        "# oracle: shapes a: N D, b: N D\n"
        "def add(a, b):\n    return a + b\n\n\n"
        "def add_backward(dout, a, b):\n    return dout, dout.copy()\n"
    )
    result = checked(tmp_path, text)
    assert result.verdict == "correct"
    remarks = {g.of: [note.name for note in g.remarks] for g in result.gradients}
    assert remarks == {"a": ["aliases-argument"], "b": []}


def test_different_gradients_in_a_second_call_are_a_verdict(tmp_path: Path) -> None:
    body = "kept[...] = g * kept\nreturn (kept.copy(),)"
    result = checked(tmp_path, pullback(body))
    assert result.verdict == "wrong"
    assert findings(result) == {"not-deterministic"}


def test_two_interleaved_calls_that_mix_are_a_verdict(tmp_path: Path) -> None:
    text = HEAD + (
        "KEPT = {}\n\n\n"
        "# oracle: shapes x: N D\n"
        "def square(x):\n    KEPT['x'] = x\n    return x * x\n\n\n"
        "def square_backward(dout):\n    return 2 * KEPT['x'] * dout\n"
    )
    result = checked(tmp_path, text)
    assert result.verdict == "wrong"
    assert findings(result) == {"state-not-kept"}


@pytest.mark.parametrize("write", ["self.dW = self.x.T @ g", "self.dW += self.x.T @ g"])
def test_a_layer_may_keep_state_between_forward_and_backward(tmp_path: Path, write: str) -> None:
    text = HEAD + (
        "# oracle: shapes x: N D\n"
        "class Dense:\n"
        "    def __init__(self, D, M):\n"
        "        self.W = np.random.randn(D, M)\n"
        "        self.dW = np.zeros_like(self.W)\n\n"
        "    def forward(self, x):\n"
        "        self.x = x\n"
        "        return x @ self.W\n\n"
        "    def backward(self, g):\n"
        f"        {write}\n"
        "        return g @ self.W.T\n"
    )
    result = checked(tmp_path, text)
    assert result.verdict == "correct"
    assert not findings(result)


def test_a_cache_that_is_used_up_by_the_backward_is_no_fault(tmp_path: Path) -> None:
    body = "return (g * stack.pop(),)"
    result = checked(tmp_path, pullback(body, before="stack = [kept]"))
    assert result.verdict == "correct"
