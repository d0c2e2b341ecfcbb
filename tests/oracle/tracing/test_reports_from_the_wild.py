"""What was said falsely of code as people ask about it: each kind in a script of our own."""

import json

import pytest

from oracle.commands.check import Settings, of_file
from oracle.results import Failure
from oracle.tracing import judge, negated
from oracle.tracing.run import run
from oracle.tracing.steps import enough


@pytest.fixture
def traced(tmp_path, monkeypatch):
    """The report on a script."""

    def of(text):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "net.py").write_text(text, encoding="utf-8")
        recorded = run("net.py", [], 3, lambda stored, notes: enough(stored, notes, 3))
        return judge.report(recorded, "net.py", 3)

    return of


def gradients(report):
    return [g for result in report.results for g in result.gradients]


def verdicts(report):
    return {g.name: g.verdict for g in gradients(report)}


# One gradient for two parameters

LISTS = """
import math

rows, wanted = [[0.5, 1.5], [-1.0, 0.3], [2.0, -0.7]], [1, 0, 1]
u, v, rate = [0.3, -0.2], [0.5, 0.1], 0.1
for turn in range(50):
    for row, want in zip(rows, wanted):
        h = math.tanh(sum(a * w for a, w in zip(row, u)))
        out = 1 / (1 + math.exp(-(h * v[0] + v[1])))
        loss = 0.5 * (out - want) ** 2
        d_out = (out - want) * out * (1 - out)
        d_h = d_out * v[0] * (1 - h * h)
        v = [w - rate * d_out * a for w, a in zip(v, [h, 1])]
        u = [w - rate * {delta} * a for w, a in zip(u, row)]
"""


def test_a_delta_that_updates_the_weights_of_a_second_layer_too_is_wrong_there(traced):
    wrong = [g for g in gradients(traced(LISTS.format(delta="d_out"))) if g.verdict == "wrong"]
    assert {g.line for g in wrong} == {14}


def test_the_delta_of_its_own_layer_is_right(traced):
    assert set(verdicts(traced(LISTS.format(delta="d_h"))).values()) == {"correct"}


# Squared errors that no code computes, and a single weight

LINE = """
import numpy as np

rng = np.random.default_rng(1)
x = rng.random((1, 40))
target = 4 * x + 1
slope, height = np.zeros((1, 1)), 0
for turn in range(20):
    out = slope.T @ x + height
    by_slope = {factor} * x @ (out - target).T
    by_height = {other} * np.sum(out - target)
    slope = slope - 0.05 * by_slope
    height = height - 0.05 * by_height
"""


def test_the_mean_of_squares_is_meant_where_all_gradients_have_its_factor(traced):
    report = traced(LINE.format(factor="2 / 40", other="2 / 40"))
    assert verdicts(report) == {"by_slope": "correct", "by_height": "correct"}
    assert "Σ(a − y)²/40" in report.results[0].remarks[0].message


def test_a_factor_that_one_of_two_gradients_lacks_is_a_mistake(traced):
    report = traced(LINE.format(factor="2 / 40", other="1"))
    assert "wrong" in verdicts(report).values()


ONE_WEIGHT = """
import numpy as np

x, y = np.array([[-2.0, -1.0, 1.5, 2.5]]), np.array([[0, 0, 1, 1]])
w = np.array([[0.3]])
for turn in range(1, 60):
    a = 1 / (1 + np.exp(-w @ x))
    if turn == 1:
        cost = -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    dz = a - y
    dw = dz @ a.T
    below = w.T @ dz
    w = w - 0.5 * dw
"""


def test_a_wrong_gradient_of_a_single_weight_is_not_named_by_a_fitted_number(traced):
    (wrong,) = [g for g in gradients(traced(ONE_WEIGHT)) if g.verdict == "wrong"]
    assert wrong.name == "dw"
    assert [f.name for f in wrong.findings] == ["unexplained"]
    assert "expected" in wrong.findings[0].message


def test_a_multiple_by_chance_is_no_gradient_with_a_factor(traced):
    assert "below" not in verdicts(traced(ONE_WEIGHT))


# A score whose negative is the loss

SCORE = """
import numpy as np

rng = np.random.default_rng(2)
x, t = rng.normal(size=(9, 4)), np.eye(3)[rng.integers(0, 3, 9)]
W, c = rng.normal(size=(4, 3)), np.zeros(3)


def error_sum(p, t):
    return np.sum(t * np.log(p))


for epoch in range(4):
    total = 0
    for k in range(0, 9, 3):
        e = np.exp(x[k : k + 3] @ W + c)
        p = e / e.sum(axis=1, keepdims=True)
        total += error_sum(p, t[k : k + 3])
        dz = {dz}
        W -= 0.1 * x[k : k + 3].T @ dz
        c -= 0.1 * dz.sum(axis=0)
    print({cost})
"""


def test_minus_a_score_is_descended_where_the_code_writes_the_minus(traced):
    report = traced(SCORE.format(dz="p - t[k : k + 3]", cost="-total / 9"))
    assert set(verdicts(report).values()) == {"correct"}


def test_without_the_minus_the_sign_is_wrong(traced):
    report = traced(SCORE.format(dz="p - t[k : k + 3]", cost="total / 9"))
    assert "sign-flipped" in {f.name for g in gradients(report) for f in g.findings}


def test_the_minus_does_not_excuse_gradients_of_the_score_itself(traced):
    report = traced(SCORE.format(dz="t[k : k + 3] - p", cost="-total / 9"))
    assert "sign-flipped" in {f.name for g in gradients(report) for f in g.findings}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("cost = -score / n", True), ("total += score(y)\nprint(np.mean(-total))", True),
     ("cost = n - score", False), ("y = -1 * other", False)],
)  # fmt: skip
def test_a_minus_is_found_before_the_score_and_before_sums_of_it(tmp_path, text, expected):
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    assert negated.is_negated_later(str(tmp_path / "a.py"), "score") is expected


# A step size within a product

RATES = """
import numpy as np

rng = np.random.default_rng(4)
x, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
A, B = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))
for turn in range(30):
    h = np.tanh(x @ A)
    loss = 0.5 * np.sum((h @ B - y) ** 2)
    d_out = h @ B - y
    d_h = d_out @ B.T * (1 - h**2)
    B -= 0.01 * h.T @ d_out
    A -= {rate} * x.T @ d_h
"""


def test_a_plain_number_before_a_product_is_the_step_size(traced):
    assert set(verdicts(traced(RATES.format(rate="0.01"))).values()) == {"correct"}


def test_a_second_number_before_it_is_a_factor(traced):
    assert "wrong" in verdicts(traced(RATES.format(rate="0.01 * 3 * np.ones((8, 1)).T"))).values()


# Derivations on paper: nothing follows that could bring a factor in

SHEET = """
import numpy as np

rng = np.random.default_rng(5)
x, K = rng.normal(size=(6, 3)), rng.normal(size=(3, 2))
z = x @ K
loss = np.mean(np.sum(np.logaddexp(0, z), axis=1))
dz = 1 / (1 + np.exp(-z)){mean}
dK = x.T @ dz{later}
"""


@pytest.mark.parametrize(("delta", "expected"), [("d_h", set()), ("d_out", {"d_h on line 12"})])
def test_a_gradient_that_nothing_uses_is_remarked_on(traced, delta, expected):
    notes = [n for r in traced(LISTS.format(delta=delta)).results for n in r.remarks]
    said = {n.message.partition(" is computed")[0] for n in notes if n.name == "gradient-not-used"}
    assert said == expected


@pytest.mark.parametrize(("mean", "later"), [("/ 6", ""), ("", "\ndK = dK / 6"), ("", "/ 6")])
def test_a_mean_may_be_taken_on_any_line_of_a_sheet(traced, mean, later):
    assert set(verdicts(traced(SHEET.format(mean=mean, later=later))).values()) == {"correct"}


def test_a_mean_that_no_line_of_a_sheet_takes_is_missing(traced):
    found = verdicts(traced(SHEET.format(mean="", later="")))
    assert found == {"dz": "wrong", "dK": "inherited"}


# What a trace says that has nothing to judge


def test_a_function_that_trains_and_is_not_called_is_named(traced):
    text = "def fit(w, X, y, lr):\n    dw = X.T @ (X @ w - y)\n    w -= lr * dw\n    return w\n"
    (error,) = traced(text).errors
    assert "fit (line 1) updates parameters and was not called" in error.message


def test_a_script_that_ends_before_its_training_is_told_once(traced):
    (error,) = traced("x = [1.0]\nx.nothing()\n").errors
    assert error.line == 2
    assert "before a step of a training could be judged" in error.message


# A notebook that trains, twice

FIRST = """import numpy as np
x = np.random.default_rng(0).normal(size=(6, 3))
y = x @ np.array([1.0, -2.0, 0.5])
w = np.zeros(3)
for turn in range(9):
    loss = np.mean((x @ w - y) ** 2)
    w -= 0.1 * (2 / 6 * x.T @ (x @ w - y))
"""
SECOND = """v = np.zeros(3)
for turn in range(9):
    v -= 0.1 * (x.T @ (x @ v - 2 * y))
"""


def notebook(path, *cells):
    made = [
        {"cell_type": "code", "id": f"c{i}", "source": text, "metadata": {}, "outputs": [],
         "execution_count": None}
        for i, text in enumerate(cells)
    ]  # fmt: skip
    document = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_notebook_is_run_cell_by_cell(tmp_path):
    book = notebook(tmp_path / "a.ipynb", "raise OSError('no data')", FIRST)
    outcomes = [judge_it() for _, _, judge_it in of_file(book, "", Settings())]
    (result,) = [one for one in outcomes if not isinstance(one, Failure)]
    assert {g.verdict for g in result.gradients} == {"correct"}


def test_what_a_file_computes_after_its_first_training_is_listed(tmp_path):
    from oracle.discovery import uses
    from oracle.discovery.text import reading, source

    book = notebook(tmp_path / "a.ipynb", FIRST, SECOND)
    outcomes = [judge_it() for _, _, judge_it in of_file(book, "", Settings())]
    results = [one for one in outcomes if not isinstance(one, Failure)]
    text = source.parse(reading.read(book), str(book))
    (left,) = uses.not_judged(text, uses.uses(text, ()), results)
    assert left.lines == (13, 13)  # the third of the second cell, below two marks
    assert "after the first training" in left.message
