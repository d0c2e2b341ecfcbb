"""What a file itself calls with data is judged by a run of the file, where nothing says shapes."""

from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.results import Failure, Result
from tests.oracle.outcomes import outcomes

POISSON = """
import numpy as np


def fit_counts(rows, counts, rate, rounds):
    rows, counts = np.array(rows), np.array(counts)
    w, c = np.zeros(rows.shape[1]), 0.0
    for _ in range(rounds):
        eta = rows @ w + c
        mean = np.exp(eta)
        loss = np.mean(mean - counts * eta)
        residual = mean - counts
        w_step = rows.T @ residual {share}
        c_step = np.sum(residual) / len(counts)
        w -= rate * w_step
        c -= rate * c_step
    return w, c


{call}
"""
CALL = "print(fit_counts([[1.0, 2.0], [0.5, -1.0], [0.0, 3.0]], [2, 0, 4], 0.05, 3))"
SHARE = "/ len(counts)"

# Layers are dicts, of which nothing says the sizes.
SPECS = """
import numpy as np

SPEC = [{"units": 4, "act": "tanh"}, {"units": 2, "act": "none"}]


def sweep_forward(x, table, spec):
    kept = []
    for at, one in enumerate(spec):
        z = table[f"K{at}"] @ x + table[f"c{at}"]
        kept.append((x, z))
        x = np.tanh(z) if one["act"] == "tanh" else z
    return x, kept


def sweep_backward(out, goal, kept, table, spec):
    pulls = {}
    d_out = (out - goal) / goal.shape[1]
    for at in reversed(range(len(spec))):
        x, z = kept[at]
        d_z = d_out * (1 - np.tanh(z) ** 2) if spec[at]["act"] == "tanh" else d_out
        pulls[f"K{at}"] = d_z @ x.T
        pulls[f"c{at}"] = d_z.sum(axis=1, keepdims=True)
        d_out = table[f"K{at}"].T @ d_z
    return pulls


def run_all(x, goal, spec):
    rng, wide, table = np.random.default_rng(3), len(x), {}
    for at, one in enumerate(spec):
        table[f"K{at}"] = rng.normal(size=(one["units"], wide))
        table[f"c{at}"] = np.zeros((one["units"], 1))
        wide = one["units"]
    for _ in range(4):
        out, kept = sweep_forward(x, table, spec)
        cost = 0.5 * np.sum((out - goal) ** 2) / goal.shape[1]
        pulls = sweep_backward(out, goal, kept, table, spec)
        for name in table:
            table[name] = table[name] - 0.1 * pulls[name]
    return cost


run_all(np.random.default_rng(1).normal(size=(3, 6)), np.ones((2, 6)), SPEC)
"""


def judged(folder: Path, text: str) -> tuple[list[Result], list[Failure]]:
    file = folder / "script.py"
    file.write_text(text)
    each = outcomes(file, Settings(cases=30))
    results = [one for one in each if isinstance(one, Result)]
    return results, [one for one in each if isinstance(one, Failure)]


def wrong(results: list[Result]) -> set[str]:
    return {g.name for one in results for g in one.gradients if g.verdict == "wrong"}


def test_a_function_that_trains_is_judged_in_the_call_of_the_file(tmp_path):
    (one,), failures = judged(tmp_path, POISSON.format(share=SHARE, call=CALL))
    assert not failures
    assert (one.target, one.verdict) == ("fit_counts", "correct")


def test_its_mistake_is_blamed(tmp_path):
    results, _ = judged(tmp_path, POISSON.format(share="", call=CALL))
    assert wrong(results) == {"w_step"}


@pytest.mark.parametrize("call", ["", f'if __name__ == "__main__":\n    {CALL}'])
def test_what_an_import_does_not_call_is_called_as_a_search_finds(tmp_path, call):
    (one,), _ = judged(tmp_path, POISSON.format(share="", call=call))
    assert "shapes-inferred" in {note.name for note in one.remarks}


def test_a_backward_without_shapes_is_judged_in_the_call_of_the_file(tmp_path):
    results, failures = judged(tmp_path, SPECS)
    assert not failures
    assert {one.verdict for one in results} == {"correct"}
    assert any("as the file itself calls it" in r.message for one in results for r in one.remarks)


def test_a_wrong_backward_without_shapes_is_not_cleared(tmp_path):
    results, _ = judged(tmp_path, SPECS.replace(" * (1 - np.tanh(z) ** 2)", " * (1 - z**2)"))
    assert wrong(results)
