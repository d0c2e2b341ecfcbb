"""Boundary sizes: extents at which blocks, tails and tables begin and end."""

import numpy as np

import oracle
from oracle import discovery
from oracle.cases.plan import boundaries, functions_in, integers

BLOCK = 24


def scaled(x, rows=12):
    """A constant of each kind: a literal, a default and a name of the module."""
    return x * 40.0 + np.zeros(20).sum() + BLOCK * rows


def test_integers_are_found_as_literals_defaults_and_names():
    assert integers([scaled]) == [12, 20, 24]


def test_integers_are_found_in_methods_and_in_functions_within():
    class Layer:
        def forward(self, x):
            return [x[i] for i in range(31)]

    assert 31 in integers([Layer])


def test_one_extent_at_a_time_is_large_and_sizes_take_turns():
    def linear(X, W):
        return X @ W

    def linear_backward(dY, X, W):
        return dY @ W.T, X.T @ dY

    subject = discovery.subject(linear, linear_backward, "X: N D, W: D M")
    drawn = list(boundaries(subject, [], 0))
    for extent, case in drawn:
        (name,) = (n for n, size in case.sizes.items() if size == extent)
        assert case.sizes[name] == extent
        assert all(other <= 4 for size, other in case.sizes.items() if size != name)
    assert [max(case.sizes, key=case.sizes.__getitem__) for _, case in drawn[:6]] == [
        "N",
        "D",
        "M",
        "N",
        "D",
        "M",
    ]
    assert {8, 9, 16, 17, 32, 33, 64, 65, 128, 129} == {extent for extent, _ in drawn}


def test_a_tail_that_is_left_out_of_a_sum_is_wrong():
    def centre(x):
        return x - x.mean(axis=1, keepdims=True)

    def centre_backward(g, x):
        total = np.zeros((len(g), 1))
        for start in range(0, x.shape[1], 11):
            total = g[:, start : start + 11].sum(axis=1, keepdims=True)
        return g - total / x.shape[1]

    found = oracle.check(centre, centre_backward, shapes="x: N D")
    assert found.verdict == "wrong"
    assert found.gradients["dx"].counterexample.dims["D"] >= 12


def test_a_table_that_ends_is_wrong():
    weights = 1.0 / np.arange(1, 65)

    def decayed(x):
        return x / np.arange(1, len(x) + 1)[:, None]

    def decayed_backward(g, x):
        dx = np.zeros_like(x)
        dx[: len(weights)] = g[: len(weights)] * weights[: len(x), None]
        return dx

    found = oracle.check(decayed, decayed_backward, shapes="x: T D")
    assert found.verdict == "wrong"


def test_classes_that_hold_each_other_are_looked_at_once():
    class Forward:
        def run(self, x):
            return x[:12]

    class Backward:
        of = Forward

    Forward.partner = Backward
    assert functions_in([Forward, Backward]) == [Forward.run]
