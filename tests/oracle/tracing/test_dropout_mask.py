"""A mask that the script draws in each step, forgotten on the way back."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

NET = """
import numpy as np

rng = np.random.default_rng(8)
X, T = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
A, B = rng.normal(size=(3, 7)), rng.normal(size=(7, 2))
for epoch in range(30):
    keep = (rng.random((20, 7)) < 0.7) / 0.7
    h = np.tanh(X @ A)
    thinned = h * keep
    y = thinned @ B
    loss = np.mean((y - T) ** 2)
    dy = 2 * (y - T) / T.size
    dB = thinned.T @ dy
    dh = {dh} * (1 - h * h)
    dA = X.T @ dh
    A -= 0.1 * dA
    B -= 0.1 * dB
"""


@pytest.mark.parametrize(
    ("dh", "findings"),
    [("dy @ B.T * keep", {}), ("dy @ B.T", {"dh": ["dropout-mask-missing"]})],
)
def test_a_forgotten_mask_is_named(dh, findings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET.format(dh=dh), encoding="utf-8")
    recorded = run("net.py", [], 3, lambda stored, notes: enough(stored, notes, 3))
    report = judge.report(recorded, "net.py", 3)
    gradients = [g for result in report.results for g in result.gradients]
    assert gradients
    wrong = {g.name: [f.name for f in g.findings] for g in gradients if g.verdict == "wrong"}
    assert wrong == findings
