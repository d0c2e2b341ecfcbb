"""Which loss gradients belong to, and what of an update is the optimizer's, in small scripts."""

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough


@pytest.fixture
def judged(tmp_path):
    """The verdicts by line and name, the names of mistakes, and what is not judged."""

    def of(text, **given):
        path = tmp_path / "script.py"
        path.write_text(text.format(**given), encoding="utf-8")
        recorded = run(str(path), [], 3, lambda stored, notes: enough(stored, notes, 3))
        report = judge.report(recorded, str(path), 3)
        source = path.read_text(encoding="utf-8").splitlines()
        found = [g for result in report.results for g in result.gradients]
        verdicts = {(source[g.line - 1].strip(), g.name): g.verdict for g in found}
        named = {note.name for g in found for note in g.findings}
        return verdicts, named, {name for left in report.not_judged for name in left.names}

    return of


def wrong(verdicts):
    return [line for (line, _), verdict in verdicts.items() if verdict == "wrong"]


def correct(verdicts):
    return {name for (_, name), verdict in verdicts.items() if verdict == "correct"}


# -- running means, norms and decay ----------------------------------------------------------------

# The loss is printed after the updates, from the difference that they were made of.
AVERAGED = """
import numpy as np
rng = np.random.default_rng(5)
A = np.c_[rng.normal(size=(12, 3)), np.ones(12)]
t = rng.normal(size=12)
theta, mean, square = rng.normal(size=4), np.zeros(4), np.zeros(4)
keep = 0.8
for k in range(1, 9):
    gap = A @ theta - t
    slope = 2 * A.T @ gap / {samples}
    slope[:-1] {decay} 0.01 * theta[:-1]
    mean = keep * mean + (1 - keep) * slope
    square = 0.9 * square + 0.1 * slope ** 2
    theta -= {step}
"""
MOMENTUM = "0.1 * mean"
ADAM = "0.1 * mean / (1 - keep ** k) / (np.sqrt(square / (1 - 0.9 ** k)) + 1e-8)"


@pytest.mark.parametrize("step", [MOMENTUM, ADAM])
def test_the_weights_of_a_running_mean_are_no_part_of_the_gradient(step, judged):
    verdicts, _, _ = judged(AVERAGED, samples="len(t)", decay="+=", step=step)
    assert wrong(verdicts) == []
    assert "slope" in correct(verdicts)


def test_a_decay_of_the_wrong_sign_is_not_called_right(judged):
    verdicts, _, _ = judged(AVERAGED, samples="len(t)", decay="-=", step=MOMENTUM)
    assert "slope" not in correct(verdicts)


CLIPPED = """
import numpy as np
rng = np.random.default_rng(6)
X, y = rng.normal(size=(8, 3)), rng.normal(size=(8, 1))
net = {{"U": rng.normal(size=(3, 4)), "c": np.zeros(4), "V": rng.normal(size=(4, 1))}}
net["c"][1:3] = 0.5
for turn in range(7):
    h = np.tanh(X @ net["U"] + net["c"])
    off = h @ net["V"] - y
    d_out = 2 * off / 8
    g = {{"V": h.T @ d_out}}
    d_h = d_out @ net["V"].T * {slope}
    g["U"], g["c"] = X.T @ d_h, d_h.sum(0)
    norm = np.sqrt(sum((part ** 2).sum() for part in g.values()))
    if norm > 0.1:
        for key in g:
            g[key] *= 0.1 / norm
    for key in net:
        net[key] -= 0.3 * g[key]
    if turn % 50 == 0:
        print("mse", float((off ** 2).mean()))
"""


def test_a_norm_that_clips_all_gradients_is_no_part_of_them(judged):
    verdicts, _, left = judged(CLIPPED, slope="(1 - h ** 2)")
    assert wrong(verdicts) == []
    assert {"d_out", "g['V']", "g['U']", "g['c']"} <= correct(verdicts)
    assert not left


def test_a_mistake_below_a_clipping_norm_is_found(judged):
    verdicts, named, _ = judged(CLIPPED, slope="(1 - h)")
    assert wrong(verdicts) == ['d_h = d_out @ net["V"].T * (1 - h)']
    assert named


# -- what is to be made large ----------------------------------------------------------------------

ASCENT = """
import numpy as np
rng = np.random.default_rng(7)
X, y = rng.normal(size=(9, 3)), (rng.random(9) < 0.5) * 1.0
w = rng.normal(size=3)
def log_likelihood():
    z = X @ w
    return np.sum(y * z - np.logaddexp(0, z))
for sweep in range(6):
    print(log_likelihood())
    seen = X.T @ y
    expected = X.T @ (1 / (1 + np.exp(-X @ w)))
    w += 0.1 * ({difference})
"""


def test_the_gradient_of_a_likelihood_may_be_a_difference_in_the_update(judged):
    verdicts, _, _ = judged(ASCENT, difference="seen - expected")
    assert wrong(verdicts) == []
    assert "the update of w" in correct(verdicts)


def test_a_likelihood_that_is_made_small_is_an_error(judged):
    verdicts, named, _ = judged(ASCENT, difference="expected - seen")
    assert wrong(verdicts) == ["w += 0.1 * (expected - seen)"]
    assert "sign-flipped" in named


# -- what the file says of a loss that no step computes --------------------------------------------

SAMPLES = """
import numpy as np
rng = np.random.default_rng(8)
class LogCost:
    @staticmethod
    def value(p, t):
        return -np.sum({formula})
    @staticmethod
    def start(p, t):
        return {start}
def squash(z):
    return 1 / (1 + np.exp(-z))
weights = [rng.normal(size=(4, 3)), rng.normal(size=(2, 4))]
data = [(rng.random((3, 1)), np.array([[k % 2], [1 - k % 2]])) for k in range(6)]
for epoch in range(5):
    sums = [np.zeros(w.shape) for w in weights]
    for x, t in data:
        acts = [x]
        for w in weights:
            acts.append(squash(w @ acts[-1]))
        delta = LogCost.start(acts[-1], t)
        sums[1] = sums[1] + delta @ acts[1].T
        delta = weights[1].T @ delta * acts[1] * (1 - acts[1])
        sums[0] = sums[0] + delta @ x.T
    weights = [w - 0.5 / len(data) * s for w, s in zip(weights, sums)]
"""
LOG = "t * np.log(p) + (1 - t) * np.log(1 - p)"


def test_a_cost_function_that_is_never_called_says_which_loss_is_meant(judged):
    verdicts, named, _ = judged(SAMPLES, formula=LOG, start="(p - t) * p * (1 - p)")
    assert wrong(verdicts) == ["return (p - t) * p * (1 - p)"]
    assert named == {"doubled-activation-derivative"}


@pytest.mark.parametrize(
    ("formula", "start"), [(LOG, "p - t"), ("-0.5 * (p - t) ** 2", "(p - t) * p * (1 - p)")]
)
def test_gradients_of_the_cost_that_is_written_down_are_right(formula, start, judged):
    verdicts, _, _ = judged(SAMPLES, formula=formula, start=start)
    assert wrong(verdicts) == []
    assert {"delta", "sums[0]", "sums[1]"} <= correct(verdicts)


PENALIZED = """
import numpy as np
rng = np.random.default_rng(9)
X = rng.normal(size=(10, 4))
E, D = rng.normal(size=(4, 2)), rng.normal(size=(2, 4))
for turn in range(5):
    code = X @ E
    back = code @ D
    d_back = (back - X) / 10
    d_D = code.T @ d_back
    d_code = d_back @ D.T + 0.1 * np.sign(code)
    d_E = X.T @ d_code
    D -= 0.1 * d_D
    E -= 0.1 * d_E
"""


def test_a_second_term_beside_a_loss_that_is_not_computed_is_not_judged(judged):
    verdicts, _, left = judged(PENALIZED)
    assert wrong(verdicts) == []
    assert "d_D" in correct(verdicts)
    assert {"d_code", "d_E"} <= left


# -- the line --------------------------------------------------------------------------------------

HELPERS = """
import numpy as np
rng = np.random.default_rng(10)
X, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
U, a, V, b = rng.normal(size=(3, 5)), np.zeros(5), rng.normal(size=(5, 2)), np.zeros(2)
def of_layer(below, delta):
    return below.T @ delta, np.{reduce}(delta, axis=0)
for turn in range(5):
    h = np.maximum(X @ U + a, 0)
    loss = np.mean(np.sum((h @ V + b - y) ** 2, axis=1))
    delta = 2 * (h @ V + b - y) / 7
    dV, db = of_layer(h, delta)
    delta = delta @ V.T
    delta[{mask}] = 0
    dU, da = of_layer(X, delta)
    U -= 0.1 * dU
    a -= 0.1 * da
    V -= 0.1 * dV
    b -= 0.1 * db
"""


def test_a_helper_that_is_wrong_in_all_its_calls_is_blamed_at_its_own_line(judged):
    verdicts, _, _ = judged(HELPERS, reduce="mean", mask="h <= 0")
    assert set(wrong(verdicts)) == {"return below.T @ delta, np.mean(delta, axis=0)"}


def test_a_mask_that_hits_nothing_is_blamed_and_not_the_line_before(judged):
    verdicts, _, _ = judged(HELPERS, reduce="sum", mask="h < 0")
    assert wrong(verdicts) == ["delta[h < 0] = 0"]


def test_a_helper_that_is_right_is_not_blamed(judged):
    verdicts, _, left = judged(HELPERS, reduce="sum", mask="h <= 0")
    assert wrong(verdicts) == []
    assert not left


# -- what belongs to a loss, and what is no parameter ---------------------------------------------

# The number with the sure name is only a part of the one that is returned and kept.
PENALISED = """
import numpy as np
rng = np.random.default_rng(3)
A, t = rng.normal(size=(15, 3)), rng.integers(0, 2, 15).astype(float)

def loss_and_slope(v, lam):
    q = 1 / (1 + np.exp(-A @ v))
    loss = -np.mean(t * np.log(q) + (1 - t) * np.log(1 - q))
    loss += lam / 2 * np.sum(v[1:] ** 2)
    slope = A.T @ (q - t) / len(t)
    {decay}
    return loss, slope

v, speed = np.zeros(3), np.zeros(3)
for _ in range(6):
    J, slope = loss_and_slope(v, 0.05)
    speed = 0.9 * speed - 0.1 * slope
    v = v + speed
"""


def test_a_penalty_that_is_added_to_the_loss_belongs_to_it(judged):
    verdicts, named, _ = judged(PENALISED, decay="pass")
    assert wrong(verdicts) == ["slope = A.T @ (q - t) / len(t)"]
    assert named == {"missing-regularization"}


def test_a_gradient_with_the_penalty_is_correct(judged):
    verdicts, _, _ = judged(PENALISED, decay="slope[1:] += lam * v[1:]")
    assert verdicts
    assert not wrong(verdicts)


IN_THE_LOOP = """
import numpy as np
rng = np.random.default_rng(3)
A, t = rng.normal(size=(15, 3)), rng.integers(0, 2, 15).astype(float)
v, lam = np.zeros(3), 0.05
for _ in range(6):
    q = 1 / (1 + np.exp(-A @ v))
    loss = -np.mean(t * np.log(q) + (1 - t) * np.log(1 - q))
    loss += lam / 2 * np.sum(v ** 2)
    dv = A.T @ (q - t) / len(t)
    {decay}
    v -= 0.1 * dv
"""


def test_a_loss_that_grows_by_a_penalty_within_a_step_is_one(judged):
    verdicts, _, _ = judged(IN_THE_LOOP, decay="dv += lam * v")
    assert verdicts
    assert not wrong(verdicts)
    verdicts, named, _ = judged(IN_THE_LOOP, decay="pass")
    assert wrong(verdicts) == ["dv = A.T @ (q - t) / len(t)"]
    assert named == {"missing-regularization"}


# Plain numbers, one weight at a time: the step size may be any of the factors.
SINGLE = """
import random
random.seed(2)
rows = [[random.random(), random.random()] for _ in range(9)]
ends = [{share} * a - b for a, b in rows]
unit = {{"w": [random.random(), random.random()]}}
for row, end in zip(rows, ends):
    out = unit["w"][0] * row[0] + unit["w"][1] * row[1]
    unit["delta"] = {sign}(out - end)
    for j in range(2):
        unit["w"][j] {update}
"""


def test_a_step_size_among_plain_numbers_is_no_mistake(judged):
    verdicts, _, _ = judged(SINGLE, share="2", sign="", update="-= 0.3 * unit['delta'] * row[j]")
    assert not wrong(verdicts)


# The parameters are set by a call; the statements that update store running means alone.
BY_CALLS = """
import numpy as np
rng = np.random.default_rng(1)
A, t = rng.normal(size=(10, 3)), rng.normal(size=10)

class Line:
    def __init__(self):
        self.v = rng.normal(size=3)

line, kept = Line(), {{}}
for _ in range(6):
    gap = A @ line.v - t
    loss = np.mean(gap ** 2)
    line.dv = 2 * A.T @ gap / len(t)
    for name in ("v",):
        slope = getattr(line, "d" + name)
        m, s = kept.get(name, (0.0, 0.0))
        m = 0.9 * m + 0.1 * slope
        s = 0.99 * s + 0.01 * slope * slope
        kept[name] = m, s
        setattr(line, name, getattr(line, name) - 0.1 * m / (np.sqrt(s) + 1e-8))
"""


def test_a_running_mean_is_no_parameter(judged):
    verdicts, _, _ = judged(BY_CALLS)
    assert not wrong(verdicts)


def test_of_what_did_run_it_is_not_said_that_it_was_not_called(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        "import numpy as np\n"
        "class Line:\n"
        "    def __init__(self):\n"
        "        self.v = np.ones(2)\n"
        "    def fit(self, A, t):\n"
        "        gap = A @ self.v - t\n"
        "        dv = A.T @ gap\n"
        "        vars(self).update(v=self.v - 0.1 * dv)\n"
        "Line().fit(np.eye(2), np.zeros(2))\n"
    )
    recorded = run(str(path), [], 3, lambda stored, notes: enough(stored, notes, 3))
    said = " ".join(error.message for error in judge.report(recorded, str(path), 3).errors)
    assert "no update of parameters was seen" in said
    assert "not called" not in said
