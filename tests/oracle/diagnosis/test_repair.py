"""Where no known mistake fits, the one edit that cures is found, proved and named."""

import numpy as np
import pytest

import oracle
from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.diagnosis.repair.code import sources
from oracle.results import Result


def judged(folder, text):
    """What the check says of a user's file."""
    file = folder / "mine.py"
    file.write_text("import numpy as np\n" + text, encoding="utf-8")
    (subject,), failures = discovery.subjects(file, "")
    assert not failures
    result = judge(subject, Settings(cases=60))
    assert isinstance(result, Result), result
    return result


SWIGLU = """
def forward(gate, up):
    s = 1 / (1 + np.exp(-gate))
    return gate * s * up

def backward(dout, gate, up):
    s = 1 / (1 + np.exp(-gate))
    dgate = dout * up * s * (1 + gate * (1 - gate))
    dup = dout * gate * s
    return dgate, dup
"""
LOOP = """
def forward(x, w):
    y = np.zeros((x.shape[0], x.shape[1] - 2))
    for i in range(3):
        y += x[:, i : i + y.shape[1]] * w[i]
    return y

def backward(dy, x, w):
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for n in range(x.shape[0]):
        for i in range(3):
            dw[i] = np.sum(x[n, i : i + dy.shape[1]] * dy[n])
            dx[n, i : i + dy.shape[1]] += w[i] * dy[n]
    return dx, dw
"""
RECURRENT = """
def forward(x, h0, U):
    h, hs = h0, []
    for t in range(x.shape[0]):
        h = np.tanh(x[t] + h @ U)
        hs.append(h)
    return np.stack(hs)

def backward(dh, x, h0, U):
    hs = forward(x, h0, U)
    dx, dU, dnext = np.zeros_like(x), np.zeros_like(U), np.zeros_like(h0)
    for t in reversed(range(len(x))):
        da = (dh[t] + dnext) * (1 - hs[t]) ** 2
        before = hs[t - 1] if t else h0
        dx[t] = da
        dU += before.T @ da
        dnext = da @ U.T
    return dx, dnext, dU
"""
TORCH = """
import torch

class Net(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        a, b = x.chunk(2, dim=-1)
        s = torch.sigmoid(b)
        ctx.save_for_backward(a, s)
        return a * s

    @staticmethod
    def backward(ctx, grad):
        a, s = ctx.saved_tensors
        da = grad * s
        db = grad * a * s
        return torch.cat((da, db), dim=-1)
"""
UPDATED = """
class Net:
    def __init__(self, D, H, M):
        self.V = np.random.default_rng(0).normal(size=(D, H))
        self.W = np.random.default_rng(1).normal(size=(H, M))

    def forward(self, x):
        self.x = x
        self.h = np.tanh(x @ self.V)
        return self.h @ self.W

    def backward(self, dy):
        self.dW = self.h.T @ dy
        self.W -= 0.1 * self.dW
        dh = dy @ self.W.T * (1 - self.h**2)
        self.dV = self.x.T @ dh
        return dh @ self.V.T
"""


HANDED_ON = RECURRENT.replace(
    "da = (dh[t] + dnext) * (1 - hs[t]) ** 2", "da = dh[t] * (1 - hs[t] ** 2)"
)
AGAIN = HANDED_ON.replace("da = dh[t]", "da = (dh[t] + dnext)").replace(
    "dnext = da @ U.T", "dnext = (dh[t] * (1 - hs[t] ** 2)) @ U.T"
)
TOO_FEW = """
def forward(x, u):
    h = np.zeros_like(x[0])
    for t in range(len(x)):
        h = np.tanh(x[t] + u * h)
    return h

def backward(dh, x, u):
    hs = [np.zeros_like(x[0])]
    for t in range(len(x)):
        hs.append(np.tanh(x[t] + u * hs[-1]))
    dx, du = np.zeros_like(x), np.zeros_like(u)
    for t in range(len(x) - 1, 0, -1):
        dz = dh * (1 - hs[t + 1] ** 2)
        dx[t] = dz
        du += (dz * hs[t]).sum(0)
        dh = dz * u
    return dx, du
"""
ALIAS = """
def forward(x, w):
    return np.maximum(x, 0) * w + x

def backward(dy, x, w):
    dz = dy
    dw = (dy * np.maximum(x, 0)).sum(0)
    dz *= x > 0
    return dz * w + dy, dw
"""
SCALED = """
SLOPE = 1.3

def forward(x, w):
    return SLOPE * np.where(x > 0, x, np.exp(x) - 1) * w

def backward(dy, x, w):
    s = np.where(x > 0, 1.0, SLOPE * np.exp(x))
    return dy * w * s, (dy * SLOPE * np.where(x > 0, x, np.exp(x) - 1)).sum(0)
"""
GAIN = """
def forward(V, g):
    n = np.sqrt((V**2).sum(axis=0))
    return V / n * g

def backward(dW, V, g):
    n = np.sqrt((V**2).sum(axis=0))
    unit = V / n
    dg = np.sum(dW * unit)
    return (dW - unit * dg) * g / n, dg
"""
PER_IMAGE = """
def forward(x):
    mean, var = x.mean(axis=(1, 2), keepdims=True), x.var(axis=(1, 2), keepdims=True)
    return (x - mean) / np.sqrt(var + 1e-5)

def backward(g, x):
    h, s = forward(x), np.sqrt(x.var(axis=(1, 2), keepdims=True) + 1e-5)
    d = g - g.mean(axis=(0, 2), keepdims=True) - h * (g * h).mean(axis=(0, 2), keepdims=True)
    return d / s
"""
TAPS = """
def forward(x, w):
    T = x.shape[1] - 2
    return sum(w[k] * x[:, k : k + T] for k in range(3))

def backward(g, x, w):
    T = g.shape[1]
    dw = np.array([(g * x[:, k : k + T]).sum() for k in range(3)])
    wide = np.pad(g, ((0, 0), (2, 2)))
    dx = sum(w[k] * wide[:, k : k + T + 2] for k in range(3))
    return dx, dw
"""
REPEATED = """
TAPS = (([0, 0, 1, 2], 0.25), ([0, 1, 2, 2], 0.75))

def forward(x):
    return sum(share * x[:, :, taps] for taps, share in TAPS)

def backward(g, x):
    dx = np.zeros_like(x)
    for taps, share in TAPS:
        dx[:, :, taps] += share * g
    return dx
"""
ONES = """
def forward(x, W):
    a = np.c_[np.ones(len(x)), np.tanh(x)]
    return a @ W

def backward(dy, x, W):
    a = np.tanh(x)
    return (dy @ W.T)[:, :-1] * (1 - a**2), np.c_[np.ones(len(x)), a].T @ dy
"""
GRAM = """
def forward(x):
    s = (x * x).sum(1)
    K = np.exp(2 * x @ x.T - s[:, None] - s)
    return K, (x, K)

def backward(dK, cache):
    x, K = cache
    M = dK * K
    dx = -2.0 * (M.sum(1)[:, None] * x - M @ x)
    return dx
"""
IN_GROUPS = """
def forward(x):
    N, C, H = x.shape
    g = x.reshape(N, 2, C // 2, H)
    d = g - g.mean(axis=(2, 3), keepdims=True)
    s = np.sqrt((d * d).mean(axis=(2, 3), keepdims=True) + 0.1)
    return (d / s).reshape(N, C, H), (d / s, s)

def backward(dy, cache):
    y, s = cache
    N, C, H = dy.shape
    g = dy.reshape(N, 2, C // 2, H)
    m = C * H
    first = g.sum(axis=(2, 3), keepdims=True)
    second = (g * y).sum(axis=(2, 3), keepdims=True)
    dx = (g - first / m - y * second / m) / s
    return dx.reshape(N, C, H)
"""
BY_SAMPLES = """
def forward(x):
    d = x - x.mean(1, keepdims=True)
    s = np.sqrt((d * d).mean(1, keepdims=True) + 0.1)
    return d / s, (d / s, s)

def backward(dy, cache):
    y, s = cache
    N, D = dy.shape
    a, b = dy.sum(1, keepdims=True), (dy * y).sum(1, keepdims=True)
    dx = (N * dy - a - y * b) / (N * s)
    return dx
"""
MASKED_BY = """
def forward(x, w):
    z = x @ w
    return np.maximum(z, 0), (x, w, z)

def backward(dy, cache):
    x, w, z = cache
    dz = dy.copy()
    dz[dy < 0] = 0
    return dz @ w.T, x.T @ dz
"""
HINGE = """
def loss_and_grad(W, X, y):
    n = np.arange(len(X))
    s = X @ W
    margins = np.maximum(0, s - s[n, y][:, None] + 1)
    margins[n, y] = 0
    ds = (margins > 0).astype(float)
    ds[n, y] = -1
    return margins.sum(), X.T @ ds
"""
IN_LOOPS = """
def loss_and_grad(W, X, y):
    loss, dW = 0.0, np.zeros_like(W)
    for i in range(len(X)):
        s = X[i] @ W
        for j in range(W.shape[1]):
            margin = s[j] - s[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
        dW[:, y[i]] -= X[i]
    return loss, dW
"""


def of(text, shapes):
    """The shapes said above the forward."""
    starts = ("class Net", "def forward", "def loss_and_grad")
    first = next(start for start in starts if start in text)
    return text.replace(first, f"# oracle: shapes {shapes}\n{first}", 1)


PARTS = """
def forward(x):
    N, C, H = x.shape
    G = 2
    g = x.reshape(N, G, -1)
    d = g - g.mean(axis=2, keepdims=True)
    return (d * d.std(axis=2, keepdims=True)).reshape(N, C, H)

def backward(dy, x):
    N, C, H = x.shape
    G = 2
    g, dg = x.reshape(N, G, -1), dy.reshape(N, G, -1)
    m = H
    d = g - g.mean(axis=2, keepdims=True)
    s = d.std(axis=2, keepdims=True)
    dd = dg * s + d * (dg * d).sum(axis=2, keepdims=True) / (m * s)
    dx = dd - dd.sum(axis=2, keepdims=True) / m
    return dx.reshape(N, C, H)
"""
LABELS = "W: D C, X: N D fixed, y: N labels(C)"
GATE = of(SWIGLU, "gate: N H, up: N H")
STEPS = of(RECURRENT, "x: T N H, h0: N H, U: H H")


@pytest.mark.parametrize(
    ("text", "finding", "said"),
    [
        (GATE, "activation-derivative-at-wrong-point", "1 - s"),
        (of(LOOP, "x: N K+2, w: 3"), "overwritten-not-accumulated", "should add"),
        (STEPS, "wrong-activation-derivative", "hs[t]**2"),
        (of(TORCH, "x: N 2*D"), "wrong-activation-derivative", "sigmoid"),
        (of(UPDATED, "x: N D"), "updated-weights-used", ""),
        (of(HANDED_ON, "x: T N H, h0: N H, U: H H"), "time-steps-truncated", "da leaves out"),
        (of(AGAIN, "x: T N H, h0: N H, U: H H"), "time-steps-truncated", "da @ U.T"),
        (of(SCALED, "x: N D, w: D"), "wrong-constant-factor", "SLOPE"),
        (of(GAIN, "V: D+1 M, g: M"), "summed-over-wrong-axis", "axis=0"),
        (of(ONES, "x: N D, W: D+1 M"), "bias-row-not-dropped", "1:"),
        (of(PER_IMAGE, "x: N H+1 W+1"), "summed-over-wrong-axis", "(1, 2)"),
        (of(TAPS, "x: N T+2, w: 3"), "kernel-not-flipped", "-1 - k"),
        (of(REPEATED, "x: N D 3"), "overwritten-not-accumulated", "should add"),
        (of(GRAM, "x: N D"), "dropped-term", "(M + M.T) @ x"),
        (of(IN_GROUPS, "x: N 2*K H"), "wrong-size-factor", "C // 2"),
        (of(BY_SAMPLES, "x: N D+1"), "wrong-size-factor", "(D * dy - a - y * b) / (D * s)"),
        (of(PARTS, "x: N 2*K H"), "wrong-size-factor", "H * (C // G)"),
        (of(MASKED_BY, "x: N D, w: D M"), "derivative-of-the-upstream", "relu"),
        (of(HINGE, LABELS), "dropped-term", "-ds.sum(axis=1)"),
        (of(IN_LOOPS, LABELS), "dropped-term", "line 13 belongs into the block before it"),
    ],
    ids=[
        "operand", "loop", "bracket", "torch", "order", "handed-on", "computed-again",
        "named-number", "along-an-axis", "bias-row", "two-axes", "taps", "repeated-index",
        "symmetric", "at-hand", "size-throughout", "parts-of-a-size", "mask", "row-sum", "indented",
    ],
)  # fmt: skip
def test_an_edit_that_cures_is_found_and_named(tmp_path, text, finding, said):
    result = judged(tmp_path, text)
    notes = [note for g in result.gradients for note in g.findings]
    assert [finding] == [note.name for note in notes]
    assert said in notes[0].message


def test_what_follows_from_the_edited_line_is_inherited(tmp_path):
    result = judged(tmp_path, STEPS)
    verdicts = {g.name: g.verdict for g in result.gradients}
    assert verdicts.pop("da") == "wrong"
    assert set(verdicts.values()) == {"inherited"}


def test_a_term_is_missing_where_the_operand_is_made_and_not_where_it_is_used(tmp_path):
    text = STEPS.replace("da = ", "da = (1 - hs[t] ** 2) * dht #").replace(
        "        da = ", "        dht = dh[t]\n        da = "
    )
    result = judged(tmp_path, text)
    ((name, line),) = {(g.name, g.line) for g in result.gradients if g.verdict == "wrong"}
    assert name == "dht"
    assert text.splitlines()[line - 2].strip() == "dht = dh[t]"


def test_a_loop_that_stops_one_turn_too_early_is_told(tmp_path):
    result = judged(tmp_path, of(TOO_FEW, "x: T+1 N H, u: H"))
    wrong = [g for g in result.gradients if g.verdict == "wrong"]
    assert {note.name for g in wrong for note in g.findings} == {"time-steps-truncated"}
    assert all("range(len(x) - 1, -1, -1)" in g.findings[0].message for g in wrong)


def test_an_alias_that_is_written_to_is_told_by_the_copy_that_cures_it(tmp_path):
    result = judged(tmp_path, of(ALIAS, "x: N D, w: D"))
    notes = [note for g in result.gradients if g.name == "dz" for note in g.findings]
    assert [note.name for note in notes] == ["mutates-input"]
    assert "dy.copy()" in notes[0].message


def test_two_mistakes_in_one_gradient_stay_unexplained(tmp_path):
    text = GATE.replace("(1 - gate)", "(up - gate)").replace(
        "dout * up * s *", "dout * up * s**2 *"
    )
    wrong = [g for g in judged(tmp_path, text).gradients if g.verdict == "wrong"]
    assert [note.name for g in wrong for note in g.findings] == ["unexplained"]


def test_an_edit_that_changes_the_forward_is_no_cure(tmp_path):
    text = """
# oracle: shapes x: N
def f_value_and_grad(x):
    c = 2.0
    return np.sum(c * x**2), 6.0 * x
"""
    (wrong,) = judged(tmp_path, text).gradients
    assert wrong.line == 6
    assert wrong.findings[0].name == "wrong-constant-factor"


def test_the_users_functions_are_left_as_they_were():
    def square(x):
        return x * x

    def square_backward(d, x):
        return d * x + np.sin(x)

    before = square_backward.__code__
    assert oracle.check(square, square_backward, shapes="x: N", cases=40).verdict == "wrong"
    assert square_backward.__code__ is before


def test_closures_are_compiled_anew_with_what_they_close_over():
    def outer(scale):
        def backward(d, x):
            return scale * d * x

        return backward

    closure = outer(3.0)
    (source,) = [s for s in sources((closure,)) if s.function is closure]
    code = source.compiled()
    assert code is not None
    with source.replaced(code):
        assert np.array_equal(closure(1.0, np.ones(2)), np.full(2, 3.0))


GUARDED = """
# oracle: shapes W: D H, x: N D, t: N H mask
def cost_and_grad(W, x, t):
    a = np.tanh(x @ W)
    q = 1 / (1 + np.exp(-a))
    cost = -(np.log(q + 1e-10) * t + np.log(1 - q + 1e-10) * (1 - t)).sum()
    da = q - t
    dz = da * a * (1 - a)
    return cost, {"W": x.T @ dz}
"""


def test_a_cure_is_spelled_in_code_also_beside_a_guard_that_the_backward_ignores(tmp_path):
    result = judged(tmp_path, GUARDED)
    (wrong,) = [g for g in result.gradients if g.verdict == "wrong"]
    assert (wrong.name, wrong.findings[0].name) == ("dz", "wrong-activation-derivative")
    assert "da * (1 - a**2)" in wrong.findings[0].fix


def test_a_guard_does_not_make_up_for_a_mistake(tmp_path):
    result = judged(tmp_path, GUARDED.replace("da * a * (1 - a)", "da * (1 - a**2) / len(x)"))
    assert result.verdict == "wrong"
