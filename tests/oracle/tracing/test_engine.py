"""What the engine of a trace tells apart: rounding, kinks, losses, velocities, shape errors."""

import numpy as np
import pytest

from oracle.commands import check
from oracle.discovery import trainers
from oracle.results import Result
from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough


def traced(folder, text):
    """The report on a script, in this process."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    recorded = run(str(path), [], 3, lambda stored, notes: enough(stored, notes, 3))
    return judge.report(recorded, str(path), 3)


def verdicts(report):
    return {g.name: g.verdict for result in report.results for g in result.gradients}


def findings(report):
    return {
        (g.line, g.name): [note.name for note in g.findings]
        for result in report.results
        for g in result.gradients
        if g.verdict == "wrong"
    }


def loss_of(report):
    return next(n.message for r in report.results for n in r.remarks if n.name == "loss")


NET = """
import numpy as np
rng = np.random.default_rng(4)
X = {data}
Y = rng.normal(size=(len(X), 2)){cast}
V = rng.normal(size=(X.shape[1], 5)){cast}
c = np.zeros(5{dtype})
U = rng.normal(size=(5, 2)){cast}
for turn in range(9):
    pre = X @ V + c
    act = np.maximum(pre, 0)
    out = act @ U
    loss = ((out - Y) ** 2).sum() / 2
    d_out = out - Y
    d_U = act.T @ d_out
    d_act = d_out @ U.T
    d_pre = {d_pre}
    d_V = X.T @ d_pre
    d_c = d_pre.sum(axis=0)
    U -= {rate} * d_U
    V -= {rate} * d_V
    c -= {rate} * d_c
"""
PLAIN = {
    "data": "rng.normal(size=(8, 3))", "cast": "", "dtype": "", "rate": "0.01",
    "d_pre": "d_act * (pre > 0)",
}  # fmt: skip
NARROW = {
    **PLAIN, "data": "rng.normal(size=(8, 3)).astype(np.float32)", "cast": ".astype(np.float32)",
    "dtype": ", np.float32", "rate": "np.float32(0.01)",
}  # fmt: skip


def test_a_script_in_float32_is_judged_and_its_mistake_found(tmp_path):
    right = verdicts(traced(tmp_path, NET.format(**NARROW)))
    assert set(right.values()) == {"correct"}
    assert right.keys() >= {"d_U", "d_pre", "d_V", "d_c"}
    wrong = findings(traced(tmp_path, NET.format(**{**NARROW, "d_pre": "d_act"})))
    assert [name for _, name in wrong] == ["d_pre"]


def test_either_derivative_of_relu_at_0_is_right(tmp_path):
    # With a bias of 0 the first sample, which is 0, stands at the kink.
    at_kink = {**PLAIN, "data": "np.vstack([np.zeros(3), rng.normal(size=(7, 3))])"}
    for choice in ("pre > 0", "pre >= 0"):
        text = NET.format(**{**at_kink, "d_pre": f"d_act * ({choice})"})
        assert set(verdicts(traced(tmp_path, text)).values()) == {"correct"}


def test_a_mistake_beside_a_kink_is_found(tmp_path):
    at_kink = {**PLAIN, "data": "np.vstack([np.zeros(3), rng.normal(size=(7, 3))])"}
    wrong = findings(traced(tmp_path, NET.format(**{**at_kink, "d_pre": "d_act * 1.0"})))
    assert [name for _, name in wrong] == ["d_pre"]


LOGISTIC = """
import numpy as np
rng = np.random.default_rng(1)
X = rng.normal(size=(30, 4))
y = (X[:, 0] > X[:, 1]).astype(int)
w, b, eta = np.zeros(4), 0.0, 0.5
for turn in range(9):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    {monitor}
    slope = p - y
    w = w - eta * X.T @ slope / len(y)
    b = b - eta * np.mean(slope)
"""


def test_the_loss_is_one_that_fits_all_steps_and_not_only_the_first(tmp_path):
    # At weights of 0 squares and cross-entropy have proportional gradients.
    report = traced(tmp_path, LOGISTIC.format(monitor="pass"))
    assert "binary cross-entropy" in loss_of(report)
    assert set(verdicts(report).values()) == {"correct"}


def test_a_mean_absolute_error_that_is_printed_is_not_the_loss(tmp_path):
    report = traced(tmp_path, LOGISTIC.format(monitor="loss = np.mean(np.abs(p - y))"))
    assert "binary cross-entropy" in loss_of(report)
    assert set(verdicts(report).values()) == {"correct"}


ADAM = """
import numpy as np
rng = np.random.default_rng(2)
x, t = rng.normal(size=(20, 3)), rng.normal(size=20)
w, b = np.zeros(3), np.zeros(1)
state = [(0.0, 0.0) for _ in range(2)]
for k in range(1, 9):
    r = x @ w + b - t
    loss = (r ** 2).mean()
    grads = [2 * x.T @ r / 20, np.array([{db}])]
    fresh = []
    for p, g, (m, v) in zip([w, b], grads, state):
        m = 0.9 * m + 0.1 * g
        v = 0.99 * v + 0.01 * g ** 2
        p -= 0.1 * (m / (1 - 0.9 ** k)) / (np.sqrt(v / (1 - 0.99 ** k)) + 1e-8)
        fresh.append((m, v))
    state = fresh
"""


def test_running_averages_are_no_gradients(tmp_path):
    assert findings(traced(tmp_path, ADAM.format(db="2 * r.mean()"))) == {}
    wrong = findings(traced(tmp_path, ADAM.format(db="2 * r.sum()")))
    assert len(wrong) == 1


POLICY = """
import numpy as np
rng = np.random.default_rng(0)
theta = rng.normal(size=4) * 0.1
for episode in range(6):
    states, chances, slopes, rewards = [], [], [], []
    for t in range(8):
        s = rng.normal(size=4)
        p = 1 / (1 + np.exp(-s @ theta))
        action = 1 if rng.random() < p else 0
        states.append(s)
        slopes.append({slope})
        rewards.append(1.0 if action == (s[0] > 0) else -1.0)
    S, d, R = np.vstack(states), np.array(slopes), np.array(rewards)
    d *= R
    theta += 0.1 * S.T @ d
"""


def test_a_policy_gradient_is_that_of_a_weighted_cross_entropy(tmp_path):
    report = traced(tmp_path, POLICY.format(slope="action - p"))
    assert "w·" in loss_of(report)
    assert set(verdicts(report).values()) <= {"correct"}


SHEET = """
import numpy as np
rng = np.random.default_rng(0)
h, W, t = rng.normal(size=(6, 4)), rng.normal(size=(4, 2)), rng.normal(size=(6, 2))
z = h @ W
y = np.tanh(z)
L = ((y - t) ** 2).sum()
dL_dy = 2 * (y - t)
dL_dz = dL_dy * {slope}
dL_dW = h.T @ dL_dz
"""


def test_a_derivation_without_updates_is_judged(tmp_path):
    right = verdicts(traced(tmp_path, SHEET.format(slope="(1 - y ** 2)")))
    assert right == {"dL_dy": "correct", "dL_dz": "correct", "dL_dW": "correct"}
    wrong = traced(tmp_path, SHEET.format(slope="(1 - y)"))
    assert verdicts(wrong)["dL_dz"] == "wrong"
    assert verdicts(wrong)["dL_dW"] == "inherited"


TRAINER = """
import numpy as np

# oracle: run Machine(4, 3).learn(X, T, 1) with X: 4 m, T: 3 m
class Machine:
    def __init__(self, below, above):
        self.K = np.random.rand(above, below) - 0.5
        self.bias = np.zeros((above, 1))

    def learn(self, X, T, turns):
        for turn in range(turns):
            Y = np.tanh(self.K @ X + self.bias)
            cost = 0.5 * np.sum((Y - T) ** 2) / X.shape[1]
            error = (Y - T) * (1 - Y ** 2){mean}
            grad_K = error @ X.T
            grad_bias = {bias}
            self.K -= 0.1 * grad_K
            self.bias -= 0.1 * grad_bias
"""


def checked(folder, text):
    path = folder / "machine.py"
    path.write_text(text, encoding="utf-8")
    (trainer,), failures = trainers.of_file(str(path))
    assert not failures
    assert trainer.name == "Machine.learn"
    outcome = check._trained(path, [trainer], check.Settings())
    assert isinstance(outcome, Result)
    return outcome


def test_check_judges_a_method_that_trains_by_its_run_line(tmp_path):
    summed = "error.sum(axis=1, keepdims=True)"
    right = checked(tmp_path, TRAINER.format(mean=" / X.shape[1]", bias=summed))
    assert {g.name: g.verdict for g in right.gradients} == dict.fromkeys(
        ("error", "grad_K", "grad_bias"), "correct"
    )
    wrong = checked(tmp_path, TRAINER.format(mean="", bias=summed))
    assert [g.name for g in wrong.gradients if g.verdict == "wrong"] == ["error"]


def test_a_shape_error_is_explained_by_the_gradient_that_it_follows_from(tmp_path):
    found = checked(tmp_path, TRAINER.format(mean=" / X.shape[1]", bias="error"))
    (bias,) = [g for g in found.gradients if g.verdict == "wrong"]
    assert [note.name for note in bias.findings] == ["not-summed-over-batch"]
    (raised,) = [note.message for note in found.remarks if note.name == "raises"]
    assert f"it follows from line {bias.line}" in raised


@pytest.mark.parametrize("offset", [0.0, 1.0])
def test_the_derivative_of_an_odd_function_is_confirmed(offset):
    from oracle.truth.confirm import confirm
    from oracle.truth.differences import Forward

    x = np.full(5, offset)
    forward = Forward(
        lambda v: (np.sum(np.tanh(v)),), (x,), None, {(0,): np.ones(())}, lambda p: True
    )
    true = 1 - np.tanh(x) ** 2
    assert confirm(forward, (0,), true, 0.25 * true, 0) == "truth"
