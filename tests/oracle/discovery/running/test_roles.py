"""Arguments that are no plain arrays, found by running: vectors, whole numbers, lists, dicts."""

import pytest

from oracle.commands.check import Settings, judge
from oracle.discovery import subjects
from tests.oracle.discovery.differences import write

FEW = Settings(cases=40)


def judged(folder, text, name="", settings=FEW):
    """The line that was found for the one derivation of a text, and the verdict under it."""
    usable, failures = subjects(write(folder, text), name)
    assert not failures, failures
    (subject,) = usable
    return subject.shapes, judge(subject, settings).verdict


VECTOR = """
    from scipy.optimize import minimize

    def misfit(theta, U, T, width):
        n, d = U.shape
        A = theta[:width * d].reshape(width, d)
        v = theta[width * d:width * d + width]
        c = theta[-1]
        S = np.sin(U @ A.T)
        r = S @ v + c - T
        gA = (np.outer(r, v) * np.cos(U @ A.T)).T @ U / n
        return 0.5 * r @ r / n, np.concatenate([gA.ravel(), {gv}, [r.sum() / n]])

    def fit(U, T):
        return minimize(misfit, np.zeros(9), args=(U, T, 2), jac=True)
"""


def test_a_vector_is_as_long_as_its_slices_need(tmp_path):
    line, verdict = judged(tmp_path, VECTOR.format(gv="S.T @ r / n"))
    assert line == "theta: width+d*width+1, U: n d, T: n, width=width"
    assert verdict == "correct"


def test_a_wrong_part_of_a_vector_is_wrong(tmp_path):
    assert judged(tmp_path, VECTOR.format(gv="S.T @ r"))[1] == "wrong"


GROUPS = """
    def centred(x, groups):
        n, c = x.shape
        parts = x.reshape(n, groups, -1)
        return (parts - parts.mean(2, keepdims=True)).reshape(n, c)

    def centred_backward(g, groups):
        n, c = g.shape
        parts = g.reshape(n, groups, -1)
        return (parts - {mean}).reshape(n, c)
"""


def test_an_axis_is_a_whole_number_of_groups(tmp_path):
    line, verdict = judged(tmp_path, GROUPS.format(mean="parts.mean(2, keepdims=True)"))
    assert line == "x: n groups*c, groups=groups"
    assert verdict == "correct"


def test_a_mean_over_the_wrong_groups_is_wrong(tmp_path):
    assert judged(tmp_path, GROUPS.format(mean="parts.mean(1, keepdims=True)"))[1] == "wrong"


NUMBERS = """
    def decay(times, amp, rate):
        out = []
        level = amp
        for t in times:
            level = level * math.exp(-rate * t)
            out.append(level)
        return np.array(out), (times, amp, rate, out)

    def decay_backward(dout, cache):
        times, amp, rate, out = cache
        damp = drate = 0.0
        dtimes = np.zeros(len(times))
        for i in range(len(times)):
            damp += dout[i] * math.exp(-rate * sum(times[:i + 1]))
            drate -= dout[i] * out[i] * {until}
            dtimes[:i + 1] -= dout[i] * out[i] * rate
        return dtimes, damp, drate
"""


def test_what_only_a_number_can_be_is_one(tmp_path):
    text = "    import math\n" + NUMBERS.format(until="sum(times[:i + 1])")
    line, verdict = judged(tmp_path, text)
    assert line == "times: N, amp: scalar"
    assert verdict == "correct"


def test_a_number_with_a_wrong_gradient_is_wrong(tmp_path):
    text = "    import math\n" + NUMBERS.format(until="times[i]")
    assert judged(tmp_path, text)[1] == "wrong"


PAIRS = """
    def stack(layers, x):
        kept = [x]
        for k, c in layers:
            x = np.sin(x @ k + c)
            kept.append(x)
        return x, kept

    def stack_backward(g, layers, kept):
        made = []
        for i in range(len(layers) - 1, -1, -1):
            k, c = layers[i]
            g = g * {slope}
            made.insert(0, [kept[i].T @ g, g.sum(0)])
            g = g @ k.T
        return made, g
"""


def test_a_list_of_pairs_has_two_layers(tmp_path):
    line, verdict = judged(tmp_path, PAIRS.format(slope="np.cos(kept[i] @ k + c)"))
    assert line.startswith("layers[0][0]: ")
    assert verdict == "correct"


def test_a_list_of_pairs_with_a_wrong_slope_is_wrong(tmp_path):
    assert judged(tmp_path, PAIRS.format(slope="np.cos(kept[i + 1])"))[1] == "wrong"


KEYS = """
    def forward(X, theta):
        kept = [X]
        for l in range(1, len(theta) // 2 + 1):
            X = np.tanh(X @ theta[f"V{l}"] + theta[f"a{l}"])
            kept.append(X)
        return X, kept

    def cost(out, T):
        return ((out - T) ** 2).sum() / len(T)

    def backward(out, T, kept, theta):
        grads = {}
        g = 2 * (out - T) / len(T)
        for l in range(len(theta) // 2, 0, -1):
            g = g * (1 - kept[l] ** 2)
            grads[f"dV{l}"] = kept[l - 1].T @ g
            grads[f"da{l}"] = BIAS
            g = g @ theta[f"V{l}"].T
        return grads
"""


@pytest.mark.parametrize(("bias", "verdict"), [("g.sum(0)", "correct"), ("g.mean(0)", "wrong")])
def test_keys_with_a_number_are_two_layers(tmp_path, bias, verdict):
    line, found = judged(tmp_path, KEYS.replace("BIAS", bias))
    assert "theta.V1: " in line
    assert "theta.a2: " in line
    assert found == verdict


HEADS = """
    class Mixer:
        def __init__(self, dim, heads):
            assert dim % heads == 0
            self.heads = heads
            self.M = np.random.randn(heads, dim // heads, dim // heads)

        def forward(self, x):
            self.parts = x.reshape(len(x), self.heads, -1)
            return np.einsum("nhi,hij->nhj", self.parts, self.M).reshape(len(x), -1)

        def backward(self, g):
            g = g.reshape(len(g), self.heads, -1)
            self.dM = np.einsum("nhi,nhj->hij", self.parts, g)
            return np.einsum("nhj,{back}->nhi", g, self.M).reshape(len(g), -1)
"""


def test_a_width_is_a_number_of_heads_times_another_size(tmp_path):
    # (A forward that refuses odd widths leaves few of the cases.)
    assert judged(tmp_path, HEADS.format(back="hij"), settings=Settings())[1] == "correct"


def test_a_head_that_is_not_transposed_is_wrong(tmp_path):
    assert judged(tmp_path, HEADS.format(back="hji"))[1] == "wrong"


LOGARITHM = """
    def entropy_like(a, q):
        s = a * a + q
        return np.log(q) * a + np.log(s)

    def entropy_like_grad(a, q):
        s = a * a + q
        return np.log(q) + {da} / s, a / q + 1 / s
"""


@pytest.mark.parametrize(("da", "verdict"), [("2 * a", "correct"), ("a", "wrong")])
def test_what_a_logarithm_takes_is_positive(tmp_path, da, verdict):
    line, found = judged(tmp_path, LOGARITHM.format(da=da))
    assert "q: " in line
    assert "positive" in line
    assert found == verdict


CLOSURE = """
    def scaled(k, c, u):
        def back(g):
            return g * k, {{"k": (g * u).sum(0), "c": {dc}}}
        return u * k + c, back
"""


@pytest.mark.parametrize(("dc", "verdict"), [("g.sum(0)", "correct"), ("g.sum(0) * 2", "wrong")])
def test_a_pullback_returns_a_dict_beside_an_array(tmp_path, dc, verdict):
    assert judged(tmp_path, CLOSURE.format(dc=dc))[1] == verdict


ONE_OUTPUT = """
    def margin_loss_and_grads(w, b, X, t):
        h = np.maximum(0, 1 - t * (X.dot(w) + b))
        value = 0.5 * w.dot(w) + np.sum(h ** 2)
        dw = w - 2 * X.T.dot(t * h)
        db = {db}
        return value, dw, db
"""


@pytest.mark.parametrize(
    ("db", "verdict"), [("-2 * np.sum(t * h)", "correct"), ("-np.sum(t * h)", "wrong")]
)
def test_a_model_of_one_output_has_a_vector_of_weights(tmp_path, db, verdict):
    line, found = judged(tmp_path, ONE_OUTPUT.format(db=db))
    assert line == "w: D, b: scalar, X: N D, t: N"
    assert found == verdict


CRITIC = """
    def critic_loss_and_grads(W, b, A, B):
        p, q = A @ W + b, B @ W + b
        loss = np.logaddexp(0, -p).mean() + np.logaddexp(0, q).mean()
        dp, dq = -1 / (1 + np.exp(p)) / len(A), 1 / (1 + np.exp(-q)) / len(B)
        return loss, A.T @ dp + B.T @ dq, dp.sum(0) + dq.sum(0)
"""


def test_a_mean_over_samples_that_is_right_for_one_output_is_not_wrong(tmp_path):
    assert judged(tmp_path, CRITIC)[1] != "wrong"
