"""A wrong gradient that one change of the calls behind it makes right is named by that change."""

import pytest

from tests.oracle.tracing.test_engine import findings, traced

SQUARE = """
import numpy as np
rng = np.random.default_rng(2)
X = rng.normal(size=(9, 3))
Y = rng.normal(size=(9, 2))
W1, W2, W3 = rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 2))
b2 = np.zeros(4)
for turn in range(5):
    a1 = np.tanh(X @ W1)
    a2 = np.tanh(a1 @ W2 + b2)
    out = a2 @ W3
    loss = np.sum((out - Y) ** 2) / 2
    d3 = out - Y
    dW3 = a2.T @ d3
    d2 = d3 @ W3.T * (1 - {slope} ** 2)
    dW2 = {operand}.T @ d2
    db2 = d2.sum({axis})
    d1 = d2 @ W2{turned} * (1 - a1 ** 2){more}
    dW1 = X.T @ d1
    W1 -= 0.01 * dW1
    W2 -= 0.01 * dW2
    b2 -= 0.01 * db2
    W3 -= 0.01 * dW3
"""
RIGHT = {"slope": "a2", "operand": "a1", "axis": "axis=0", "turned": ".T", "more": ""}


def test_nothing_is_named_where_nothing_is_wrong(tmp_path):
    assert findings(traced(tmp_path, SQUARE.format(**RIGHT))) == {}


@pytest.mark.parametrize(
    ("change", "place", "name"),
    [
        ({"operand": "a2"}, (16, "dW2"), "wrong-operand"),
        ({"axis": ""}, (17, "db2"), "summed-over-wrong-axis"),
        ({"turned": ""}, (18, "d1"), "transposed"),
    ],
)
def test_one_change_names_the_mistake(tmp_path, change, place, name):
    found = findings(traced(tmp_path, SQUARE.format(**RIGHT | change)))
    assert found == {place: [name]}


def test_what_two_changes_would_cure_is_unexplained(tmp_path):
    text = SQUARE.format(**RIGHT | {"turned": "", "more": " * np.sqrt(np.abs(a1) + 0.7)"})
    assert findings(traced(tmp_path, text)) == {(18, "d1"): ["unexplained"]}
