"""Gradients that are used and got no verdict are listed; a name alone is nothing."""

import textwrap
from pathlib import Path

import pytest

from oracle.discovery import find, not_judged
from oracle.discovery.text import source
from oracle.discovery.uses import not_judged as not_judged_of
from oracle.discovery.uses import uses
from oracle.results import Gradient, Result

TESTS = Path(__file__).parents[2]
# A derivative is judged in it, and the gradient of its training loop is not.
KNOWN = {"nonlin_trask.py": [("demo", ("dsynapse_0",))]}


def used(text):
    """Target, first and last line, and names of each use outside of derivations."""
    user = source.parse(textwrap.dedent(text).strip())
    found = uses(user, find.candidates(user))
    return [(use.target, *use.lines, use.names) for use in found if not use.derivation]


def files():
    folders = ("user_files", "unseen", "wrong_derivations", "rewritten_derivations")
    return [file for folder in folders for file in sorted((TESTS / folder).rglob("*.py"))]


def test_files_that_are_judged_whole_list_nothing():
    listed = {}
    for file in files():
        user = source.parse(file.read_text(encoding="utf-8-sig"), str(file))
        found = [u for u in uses(user, find.candidates(user)) if not u.derivation]
        if found:
            listed[file.name] = [(use.target, use.names) for use in found]
    assert len(files()) > 600
    assert listed == KNOWN


def test_a_training_method_beside_a_judged_derivative():
    text = """
    class Logit:
        def squash(self, z):
            return 1 / (1 + np.exp(-z))

        def squash_derivative(self, a):
            return a * (1 - a)

        def fit(self, X, y, epochs, learning_rate=0.1):
            for _ in range(epochs):
                hidden = self.squash(X @ self.V)
                out = hidden @ self.u
                error = out - y
                grad_u = hidden.T @ error / len(X)
                back = np.outer(error, self.u) * self.squash_derivative(hidden)
                grad_V = X.T @ back / len(X)
                self.u = self.u - learning_rate * grad_u
                self.V = self.V - learning_rate * grad_V
    """
    assert used(text) == [("Logit.fit", 13, 15, ("grad_u", "grad_V"))]


UPDATES = {
    "in place": "w -= lr * dw",
    "as a sum": "w = w - lr * dw",
    "added with a negative rate": "w += -lr * dw",
    "a mean": "w -= (lr / len(X)) * dw",
    "with weight decay": "w -= lr * (dw + 0.01 * w)",
    "a number for a rate": "w -= 0.05 * dw",
    "a rate that falls": "w -= (1 / epoch) * dw",
    "clipped": "w -= lr * np.clip(dw, -1, 1)",
    "with momentum": "v = 0.9 * v - lr * dw; w += v",
    "as Adam does": "m = b1 * m + (1 - b1) * dw; w -= lr * m / (np.sqrt(v) + 1e-8)",
    "returned": "return w - lr * dw",
    "under a new name": "w_new = w - lr * dw",
    "in a dict": "p['w'] -= lr * dw",
    "a list": "ws = [u - lr * h for u, h in zip(ws, [dw])]",
    "in a loop": "\n    for q, h in zip([w], [dw]):\n        q -= lr * h",
}


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_each_way_to_take_a_step(update):
    text = "def descend(X, t, w, ws, p, v, m, b1, lr):\n    dw = X.T @ (X @ w - t)\n    " + update
    assert used(text) == [("descend", 2, 2, ("dw",))]


def test_weights_of_another_object_that_are_moved_at_a_rate_that_falls():
    text = """
    class Trio:
        def fit(self, X, t):
            for turn in range(1, 9):
                h = np.tanh(self.low.K @ X)
                gap = self.top.K @ h - t
                Dtop = gap @ h.T
                Dlow = (self.top.K.T @ gap * (1 - h**2)) @ X.T
                self.top.K -= (1 / turn) * Dtop
                self.low.K -= (1 / turn) * Dlow
    """
    assert used(text) == [("Trio.fit", 6, 7, ("Dtop", "Dlow"))]


RECEIVED = {
    "as an argument": "def step(w, grads, lr):\n    w -= lr * grads",
    "in pairs": "def step(ws, gs, lr):\n    for w, g in zip(ws, gs):\n        w -= lr * g",
    "from a layer": "def step(layer, lr):\n    layer.W -= lr * layer.dW",
    "from autograd": "def step(w, lr):\n    w -= lr * w.grad",
    "from another file": "from net import backprop\n\n\ndef fit(w, X, lr):\n    w -= lr * backprop(X, w)",
    "from a function that is judged": """
def cost(w):
    return (w @ w) / 2


def gradient(w):
    return w


def fit(w, lr):
    total = 0
    for _ in range(10):
        g = gradient(w)
        total = 0.9 * total + g
        w = w - lr * total
    return w
""",
}


@pytest.mark.parametrize("text", RECEIVED.values(), ids=RECEIVED)
def test_a_gradient_that_is_received_is_judged_where_it_is_computed(text):
    assert used(text) == []


NOTHING = {
    "names alone": "data = X @ W\ndilation, degree, doc, dt = 2, 3, '', 0.1",
    "k-means": "def fit(X, c, lr):\n    for x in X:\n        c += lr * (x - c)",
    "a running mean": "def norm(X, mu, rate):\n    running_mean = rate * X.mean() + mu",
    "Euler's rule": "def euler(x, A, dt):\n    v = A @ x\n    return x + dt * v",
    "a mean that is taken away": "def centred(X, V, n):\n    X -= (1 / n) * X.sum(0)\n    return X @ V",
    "a counter": "def count(n):\n    n += 1\n    n -= 2 * n",
    "a step of a search": "def search(x, step):\n    x += step\n    return x",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_what_is_no_gradient_is_not_listed(text):
    assert used(text) == []


def test_a_backward_without_a_forward_of_its_own():
    text = """
    def backpropagate(weights, activations, targets):
        delta = activations[-1] - targets
        grads = []
        for W, a in zip(reversed(weights), reversed(activations[:-1])):
            grads.append(a.T @ delta)
            delta = (delta @ W.T) * a * (1 - a)
        return grads[::-1]
    """
    assert used(text) == [("backpropagate", 5, 5, ("grads",))]


def test_a_script_that_trains_outside_of_functions():
    text = """
    w = np.zeros(3)
    for step in range(100):
        dw = X.T @ (X @ w - t)
        w -= 0.01 * dw
    """
    assert used(text) == [("<module>", 3, 3, ("dw",))]


@pytest.mark.parametrize(
    "where",
    ["def fit(X, t, w, lr):  # oracle: ignore", "@njit  # oracle: ignore\ndef fit(X, t, w, lr):"],
)
def test_a_comment_on_the_def_silences_one(where):
    text = f"{where}\n    dw = X.T @ (X @ w - t)\n    w -= lr * dw\n"
    assert used(text) == []
    assert used(text.replace("ignore", "ignore[sign-flipped]"))


LAYER = """
class Mix:
    def __init__(self, n, m):
        self.params = {"W": np.ones((n, m)), "b": np.ones(m)}
        self.gradients = {}
        self.scale = np.ones(m)

    def forward(self, X):
        self.X = X
        return (X @ self.params["W"] + self.params["b"]) * self.scale

    def backward(self, dout):
        self.dscale = np.sum(dout, axis=0)
        dout = dout * self.scale
        self.gradients["W"] = self.X.T @ dout
        self.gradients["b"] = dout.sum(axis=0)
        self.dX = dout @ self.params["W"].T
        return self.dX
"""


def listed(folder, names):
    """What is listed of the layer where gradients of these names have a verdict."""
    file = folder / "mix.py"
    file.write_text(LAYER)
    gradients = [Gradient(name, "", 0) for name in names]
    return not_judged(file, [Result(str(file), "Mix", 2, "", gradients)])


def test_a_layer_all_of_whose_gradients_were_judged_lists_nothing(tmp_path):
    names = ["self.dscale", 'self.gradients["W"]', 'self.gradients["b"]', "self.dX"]
    assert listed(tmp_path, names) == []


def test_a_parameter_whose_gradient_got_no_verdict(tmp_path):
    found = listed(tmp_path, ["self.dX", 'self.gradients["b"]'])
    assert [(n.target, n.lines, n.names) for n in found] == [
        ("Mix.backward", (13, 13), ("self.dscale",)),
        ("Mix.backward", (15, 15), ('self.gradients["W"]',)),
    ]
    assert found[0].message.startswith("1 gradient not judged: ")


def test_a_class_that_is_an_error_is_not_listed_again(tmp_path):
    file = tmp_path / "mix.py"
    file.write_text(LAYER)
    assert not_judged(file, []) == []


def test_with_a_name_only_that_piece_is_looked_at(tmp_path):
    file = tmp_path / "two.py"
    file.write_text("def fit(X, t, w, lr):\n    w -= lr * (X.T @ (X @ w - t))\n" + LAYER)
    assert [n.target for n in not_judged(file, [])] == ["fit"]
    assert [n.target for n in not_judged(file, [], "fit")] == ["fit"]
    assert not_judged(file, [], "Mix") == []


LAZY = """
class Lazy:
    def __init__(self, m):
        self.m, self.pars, self.slopes = m, None, None

    def build(self, n):
        self.pars = {"W": np.random.randn(n, self.m), "c": np.random.randn(self.m)}
        self.slopes = {}

    def forward(self, X):
        if self.pars is None:
            self.build(X.shape[1])
        self.X, self.Z = X, X @ self.pars["W"]
        self.keep(self.Z)
        return self.Z + self.pars["c"]

    def keep(self, Z):
        self.H = np.maximum(Z, 0)

    def backward(self, dout):
        self.dout = dout
        self.dZ = self.dH = dout * 1.0
        self.dW = self.X.T @ self.dZ
        self.dc = self.dZ.sum(axis=0)
        return self.dZ @ self.pars["W"].T
"""


def test_parameters_that_a_first_forward_makes_are_looked_into(tmp_path):
    file = tmp_path / "lazy.py"
    file.write_text(LAZY)
    result = Result(str(file), "Lazy", 2, "", [Gradient("dX", "X", 25)])
    found = [name for left in not_judged(file, [result]) for name in left.names]
    assert found == ["self.dW", "self.dc"]  # and not dout, dZ, dH, which are of no parameter


PARTS = """
    class Carry:
        def __init__(self, k):
            self.k, self.grads = k, {}
            self.params = {"W": np.random.randn(3, 2 * k), "V": np.random.randn(3, 2 * k)}
        def forward(self, X):
            self.X = X
            return X @ (self.params["W"] + self.params["V"])[:, self.k :].T
        def backward(self, g):
            for name in self.params:
                self.grads[name] = np.zeros_like(self.params[name])
            self.grads["W"][:, self.k :] += g.T @ self.X
            self.grads["V"][:, self.k :] += g.T @ self.X
            return g @ (self.params["W"] + self.params["V"])[:, self.k :]
"""


def test_a_part_of_a_judged_array_has_its_verdict():
    user = source.parse(textwrap.dedent(PARTS).strip())
    made = [use for use in uses(user, find.candidates(user)) if use.derivation]
    gradient = Gradient('self.grads["W"]', "self.W", 7, "correct")
    result = Result("carry.py", "Carry", 1, "correct", gradients=(gradient,))
    left = [name for one in not_judged_of(user, made, [result]) for name in one.names]
    assert left
    assert all("V" in name for name in left)


def test_a_fixture_is_no_function_that_may_be_called():
    text = (
        "@pytest.fixture(scope='class')\ndef forward(x):\n    return x\n\ndef other(x):\n    pass\n"
    )
    assert list(source.parse(text).functions) == ["other"]
