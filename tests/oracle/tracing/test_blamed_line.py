"""The one line that is wrong is blamed, and none that follows from it or comes before it."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough
from oracle.tracing.turns import aligned


@pytest.fixture
def judged(tmp_path):
    """The verdicts by name, and what is not judged, of a script."""

    def of(text):
        path = tmp_path / "script.py"
        path.write_text(text, encoding="utf-8")
        recorded = run(str(path), [], 3, lambda stored, notes: enough(stored, notes, 3))
        report = judge.report(recorded, str(path), 3)
        found = {g.name: g.verdict for result in report.results for g in result.gradients}
        return found, {name for left in report.not_judged for name in left.names}

    return of


def wrong(verdicts):
    return {name for name, verdict in verdicts.items() if verdict == "wrong"}


# -- over time -------------------------------------------------------------------------------------

# A minimal gated unit, a batch of rows; the state is used by the gate, twice by the update.
GATED = """
import numpy as np
rng = np.random.default_rng(3)
X, Y = rng.normal(size=(3, 4, 2)), rng.normal(size=(4, 3))
net = {{"F": rng.normal(size=(5, 3)), "C": rng.normal(size=(5, 3)), "f": np.zeros(3)}}
for epoch in range(9):
    state, tape = np.zeros((4, 3)), []
    for x in X:
        seen = np.concatenate([x, state], axis=1)
        gate = 1 / (1 + np.exp(-(seen @ net["F"] + net["f"])))
        damped = np.concatenate([x, gate * state], axis=1)
        fresh = np.tanh(damped @ net["C"])
        tape.append((seen, gate, damped, fresh, state))
        state = (1 - gate) * state + gate * fresh
    loss = 0.5 * np.sum((state - Y) ** 2)
    slope = {{name: np.zeros_like(p) for name, p in net.items()}}
    d_state = state - Y
    for seen, gate, damped, fresh, old in reversed(tape):
        d_fresh = d_state * gate * {fresh}
        slope["C"] += damped.T @ d_fresh
        d_damped = (d_fresh @ net["C"].T)[:, 2:]
        d_gate = (d_state * {change} + d_damped * old) * gate * (1 - gate)
        slope["F"] += seen.T @ d_gate
        slope["f"] += d_gate.sum(axis=0)
        d_state = d_state * (1 - gate) + d_damped * gate + (d_gate @ net["F"].T)[:, 2:]
    for name in net:
        net[name] -= 0.1 * slope[name]
"""
RIGHT = {"fresh": "(1 - fresh ** 2)", "change": "(fresh - old)"}


def test_a_right_network_over_time_is_right_in_every_turn(judged):
    verdicts, left = judged(GATED.format(**RIGHT))
    assert set(verdicts.values()) == {"correct"}
    assert verdicts.keys() >= {"d_fresh", "d_gate", "slope['C']", "slope['F']", "slope['f']"}
    assert not left


@pytest.mark.parametrize(
    ("line", "mistake", "blamed"),
    [("fresh", "(1 - fresh)", "d_fresh"), ("change", "(old - fresh)", "d_gate")],
)
def test_of_a_network_over_time_one_line_is_blamed(judged, line, mistake, blamed):
    verdicts, _ = judged(GATED.format(**{**RIGHT, line: mistake}))
    assert wrong(verdicts) == {blamed}


def turns(count, known, family):
    """The numbers of the values that so many turns belong to, of which some are known."""
    found = aligned(count, {turn: family[at] for turn, at in known.items()}, lambda value: family)
    return found and [family.index(value) for value in found]


def test_turns_go_back_through_those_of_the_forward():
    assert turns(6, {0: 5}, list("abcdef")) == [5, 4, 3, 2, 1, 0]
    assert turns(6, {2: 2, 3: 3}, list("abcdef")) == [0, 1, 2, 3, 4, 5]


def test_turns_of_one_gate_of_two_are_every_second_one():
    assert turns(3, {0: 5}, list("abcdef")) == [5, 3, 1]


def test_turns_that_may_go_either_way_belong_to_nothing():
    assert turns(3, {1: 1}, list("abc")) is None


# -- numbers that are no step size -----------------------------------------------------------------

ONE_OUTPUT = """
import numpy as np
rng = np.random.default_rng(1)
u, c, v = rng.normal(size=6), rng.normal(size=6), rng.normal(size=6)
for turn in range(9):
    for s, t in zip(np.linspace(-1, 1, 5), np.linspace(0, 2, 5)):
        hidden = np.tanh(u * s + c)
        miss = v @ hidden - t
        {early}
        back = miss * v * (1 - hidden ** 2)
        v -= 0.1 * miss * hidden
        u -= 0.1 * back * s
        c -= 0.1 * back
"""


def test_an_error_that_is_one_number_is_part_of_the_gradient(judged):
    verdicts, _ = judged(ONE_OUTPUT.format(early="pass"))
    assert set(verdicts.values()) == {"correct"}
    assert "the update of v" in verdicts


def test_weights_that_are_updated_before_their_use_do_not_accuse_their_own_update(judged):
    verdicts, _ = judged(ONE_OUTPUT.format(early="v -= 0.1 * miss * hidden"))
    assert wrong(verdicts) >= {"back"}
    assert "miss" not in wrong(verdicts)


# -- a part of its own -----------------------------------------------------------------------------

RIDGE = """
import numpy as np
rng = np.random.default_rng(5)
A, k = rng.normal(size=(12, 4)), rng.integers(0, 3, 12)
W = rng.normal(size=(4, 3)) * 0.1
for turn in range(6):
    scores = A @ W
    over = np.maximum(0, scores - scores[np.arange(12), k][:, None] + 1)
    over[np.arange(12), k] = 0
    loss = over.sum() / 12 + 0.01 * np.sum(W * W)
    chosen = (over > 0) * 1.0
    chosen[np.arange(12), k] = {own}
    dW = A.T @ chosen / 12 + 0.02 * W
    W = W - 0.1 * dW
"""


def test_beside_a_penalty_the_line_before_is_blamed(judged):
    assert wrong(judged(RIDGE.format(own="-chosen.sum(axis=1)"))[0]) == set()
    verdicts, _ = judged(RIDGE.format(own="-1"))
    assert wrong(verdicts) == {"chosen"}
    assert verdicts["dW"] == "inherited"


# -- ties, and units that are all dead -------------------------------------------------------------

POOLED = """
import numpy as np
rng = np.random.default_rng(2)
Z, v = rng.normal(size=(6, 4, 3)), rng.normal(size=3)
b = -np.ones(3)
for turn in range(4):
    pre = Z + b
    act = np.maximum(pre, 0)
    top = act.max(axis=1)
    loss = np.sum((top @ v - 1) ** 2)
    d_top = 2 * np.outer(top @ v - 1, v)
    d_act = d_top[:, None, :] * (act == top[:, None, :])
    d_pre = d_act{mask}
    db = d_pre.sum(axis=(0, 1))
    dv = 2 * (top @ v - 1) @ top
    b -= {rate} * db
    v -= {rate} * dv
"""


def test_each_of_equal_entries_may_be_given_the_whole_gradient(judged):
    verdicts, _ = judged(POOLED.format(mask=" * (pre > 0)", rate=0.01))
    assert set(verdicts.values()) == {"correct"}
    assert "wrong" in judged(POOLED.format(mask="", rate=0.01))[0].values()


def test_a_mistake_below_equal_entries_is_the_only_one(judged):
    verdicts, _ = judged(POOLED.format(mask=" * 2 * (pre > 0)", rate=0.01))
    assert wrong(verdicts) == {"d_pre"}


# -- what is not known -----------------------------------------------------------------------------

HALVES = """
import numpy as np
rng = np.random.default_rng(4)
X, t = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
W, w = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
for turn in range(5):
    s = 1 / (1 + np.exp(-X @ W))
    y = s @ w
    loss = 0.5 * np.sum((y - t) ** 2)
    dy = y - t
    dw = s.T @ dy
    ds = dy @ w.T
    d_half = ds * s
    dz = d_half * {other}
    dW = X.T @ dz
    w -= 0.1 * dw
    W -= 0.1 * dW
"""


def test_a_line_is_not_blamed_that_follows_from_one_of_which_nothing_is_known(judged):
    assert wrong(judged(HALVES.format(other="(1 - s)"))[0]) == set()
    verdicts, left = judged(HALVES.format(other="(1 + s)"))
    assert "dz" not in wrong(verdicts)
    assert {"dz", "d_half"} <= left


# -- a factor that all gradients of a step have ----------------------------------------------------

# A gradient of unit norm: the norm is taken of all of them, and each is divided in place.
UNIT_NORM = """
import numpy as np
rng = np.random.default_rng(5)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
net = {{"V": rng.normal(size=(3, 4)), "W": rng.normal(size=(4, 2)), "w": np.zeros(2)}}
for epoch in range(4):
    hidden = np.tanh(X @ net["V"])
    error = hidden @ net["W"] + net["w"] - Y
    slope = {{"W": hidden.T @ error, "w": {bias}}}
    slope["V"] = X.T @ (error @ net["W"].T * {bent})
    length = np.sqrt(sum((g ** 2).sum() for g in slope.values()))
    for name in slope:
        slope[name] {divide}
    for name in net:
        net[name] -= 0.2 * slope[name]
"""


@pytest.mark.parametrize("divide", ["/= length", "*= 1 / length"])
def test_a_norm_that_all_gradients_are_divided_by_is_no_mistake(judged, divide):
    right = UNIT_NORM.format(bias="error.sum(axis=0)", bent="(1 - hidden ** 2)", divide=divide)
    assert judged(right)[0].keys() <= {"error", "slope['W']", "slope['V']", "slope['w']"}
    assert set(judged(right)[0].values()) <= {"correct"}


def test_gradients_with_different_factors_are_not_taken_for_one_norm(judged):
    text = UNIT_NORM.format(bias="error.sum(axis=0)", bent="hidden", divide="/= length")
    verdicts, left = judged(text)
    assert verdicts.get("slope['V']") != "correct"
    assert verdicts or left
