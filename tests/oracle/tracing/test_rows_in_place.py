"""Rows of parameters that are updated one by one: no gradient of the whole, and not accused."""

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

FACTORS = """
import numpy as np

rng = np.random.default_rng(6)
seen = [(0, 1, 3.0), (2, 0, 1.0), (1, 1, 4.0), (2, 2, 2.0)]
users, films = rng.random((3, 4)), rng.random((3, 4))
for turn in range(6):
    for u, f, rating in seen:
        off = rating - users[u] @ films[f]
        loss = off ** 2
        to_user, to_film = -2 * off * films[f], -2 * off * users[u]
        users[u] -= 0.01 * to_user
        films[f] -= 0.01 * to_film
"""


def test_rows_in_place_are_not_accused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "factors.py").write_text(FACTORS, encoding="utf-8")
    recorded = run("factors.py", [], 3, lambda stored, notes: enough(stored, notes, 3))
    report = judge.report(recorded, "factors.py", 3)
    gradients = [g for result in report.results for g in result.gradients]
    assert not [g for g in gradients if g.verdict in ("wrong", "inherited")]
    assert gradients or "one by one" in report.errors[0].message
