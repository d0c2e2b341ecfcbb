"""Guards against log(0) where the ordinary values themselves need them: large scores."""

import textwrap

import pytest

from oracle.commands.check import Settings
from oracle.results import Result
from tests.oracle.outcomes import outcomes

STEEP = """
import numpy as np

# oracle: shapes x: N D, W: D C, y: N labels(C)
def steep_loss(x, W, y):
    s = 100 * (x @ W)
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y] + 1e-7).mean(), (x, W, y, p)

def steep_loss_backward(cache):
    x, W, y, p = cache
    ds = p.copy()
    ds[np.arange(len(y)), y] -= 1
    dz = ds * {factor} / len(y)
    return dz @ W.T, x.T @ dz
"""


@pytest.mark.parametrize(("factor", "is_wrong"), [("100", False), ("50", True)])
def test_a_guard_that_most_cases_need_is_told_from_a_mistake(tmp_path, factor, is_wrong):
    file = tmp_path / "steep.py"
    file.write_text(textwrap.dedent(STEEP.format(factor=factor)), encoding="utf-8")
    (found,) = (one for one in outcomes(file, Settings()) if isinstance(one, Result))
    assert (found.verdict == "wrong") is is_wrong
    names = {one.name: [note.name for note in one.findings] for one in found.gradients}
    assert names.get("dz", []) == (["wrong-constant-factor"] if is_wrong else [])
