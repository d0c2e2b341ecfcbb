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


# Each gradient of a layer divides by the number of samples itself; the pooling's way back is a
# function of its own, and what it returns has not gone through the relu yet.
POOLED = """
import numpy as np
rng = np.random.default_rng(4)
X, Y = rng.normal(size=(12, 6)), rng.integers(0, 3, 12)
K, k, W, c = rng.normal(size=(6, 8)), np.zeros(8), rng.normal(size=(4, 3)), np.zeros(3)
def unpool(d, at):
    wide = np.zeros((len(d), 4, 2))
    np.put_along_axis(wide, at[..., None], d[..., None], axis=2)
    return wide.reshape(len(d), 8)
for turn in range(5):
    Z = X @ K + k
    pairs = np.maximum(Z, 0).reshape(12, 4, 2)
    P, at = pairs.max(axis=2), pairs.argmax(axis=2)
    e = np.exp(P @ W + c)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[range(12), Y]))
    err = p.copy()
    err[range(12), Y] -= 1
    dW, dc = P.T @ err / 12, err.sum(axis=0) / 12
    dP = err @ W.T / 12
    dZ = unpool(dP, at){mask}
    dK, dk = X.T @ dZ, dZ.sum(axis=0)
    W -= 0.1 * dW
    c -= 0.1 * dc
    K -= 0.1 * dK
    k -= 0.1 * dk
"""


def test_a_line_that_puts_in_the_mean_is_right_whatever_follows_from_it(tmp_path):
    found = findings(traced(tmp_path, POOLED.format(mask="")))
    assert found == {(21, "dZ"): ["missing-activation-derivative"]}


def test_with_the_mask_all_of_it_is_right(tmp_path):
    assert findings(traced(tmp_path, POOLED.format(mask=" * (Z > 0)"))) == {}


# The bias is a row, and its gradient has one axis less: the update adds it to that row.
ROW = """
import numpy as np
rng = np.random.default_rng(6)
X, Y = rng.normal(size=(11, 3)), rng.normal(size=(11, 4))
W, b = rng.normal(size=(3, 4)), np.zeros((1, 4))
for turn in range(5):
    out = X @ W + b
    loss = np.sum((out - Y) ** 2)
    d = 2 * (out - Y)
    dW = X.T @ d
    db = d.{how}(axis=0)
    W = W - 0.01 * dW
    b = b - 0.01 * db
"""


def test_a_bias_gradient_with_one_axis_less_than_its_row_is_right(tmp_path):
    assert findings(traced(tmp_path, ROW.format(how="sum"))) == {}


def test_its_numbers_are_judged_all_the_same(tmp_path):
    found = findings(traced(tmp_path, ROW.format(how="mean")))
    assert found == {(11, "db"): ["extra-batch-mean"]}
