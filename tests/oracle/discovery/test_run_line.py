"""Run lines: how a class or function is made and called, said in Python."""

import pytest

from oracle.discovery import subjects
from tests.oracle.discovery.differences import found, right, write, wrong

PERCEPTRON = """
    class Sine:
        def __call__(self, z):
            return np.sin(z)
        def slope(self, z):
            return np.cos(z)

    # oracle: run Perceptron([3, H, 2], bend=Sine()).backward(X, Y) with X: N 3, Y: N 2
    class Perceptron:
        def __init__(self, widths, bend):
            self.bend = bend
            self.Ws = [np.random.randn(a, b) for a, b in zip(widths, widths[1:])]
        def forward(self, x):
            self.x, self.z = x, x @ self.Ws[0]
            return self.bend(self.z) @ self.Ws[1]
        def loss(self, out, Y):
            return 0.5 * np.sum((out - Y) ** 2)
        def backward(self, X, Y):
            d = self.forward(X) - Y
            dW1 = self.bend(self.z).T @ d
            dz = d @ self.Ws[1].T * self.bend.slope(self.z)
            self.dWs = [X.T @ dz, dW1]
"""

FILTER = """
    # oracle: run Filter(D, M, "soft").pull_back(g) with v: N D
    class Filter:
        def __init__(self, a, b, kind):
            self.K, self.kind = np.random.randn(a, b), kind
        def forward(self, v):
            self.v = v
            return np.log1p(np.exp(v @ self.K)) if self.kind == "soft" else v @ self.K
        def pull_back(self, g):
            g = g / (1 + np.exp(-self.v @ self.K))
            self.dK = self.v.T @ g
            return g @ self.K.T
"""

FUNCTION = """
    # oracle: run shrunk(W, X, t, bend=np.tanh, k=0.25) with W: D M, X: N D, t: N M
    def shrunk(W, X, t, bend, k):
        a = bend(X @ W)
        return 0.5 * np.sum((a - t) ** 2 + 0 * k) + k * np.sum(W), X.T @ ((a - t) * (1 - a * a)) + k
"""


def test_a_class_is_made_and_called_as_the_line_says(tmp_path):
    subject = found(tmp_path, PERCEPTRON)["Perceptron"]
    assert subject.sizes == ("N", "H")
    assert set(right(subject).values()) == {("self", "Ws", 0), ("self", "Ws", 1)}
    text = PERCEPTRON.replace("* self.bend.slope(self.z)", "")
    assert set(wrong(found(tmp_path, text)["Perceptron"])) == {"self.dWs[0]"}


def test_the_method_that_the_line_calls_is_the_backward(tmp_path):
    subject = found(tmp_path, FILTER)["Filter"]
    assert set(right(subject).values()) == {("v",), ("self", "K")}
    assert wrong(found(tmp_path, FILTER.replace("self.v.T @ g", "self.v.T @ g / len(g)"))["Filter"])


def test_a_line_above_a_function_gives_its_arguments(tmp_path):
    assert list(right(found(tmp_path, FUNCTION)["shrunk"]).values()) == [("W",)]
    text = FUNCTION.replace("(1 - a * a)", "(1 - a)")
    assert wrong(found(tmp_path, text)["shrunk"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Filter(D, M, ", "no Python expression"),
        ("Filter(D, M).pull_back(g) with v: N D", "does not fit: missing a required argument"),
        ("Fitler(D, M, 'soft').pull_back(g) with v: N D", "nothing in the file is called Fitler"),
        ("Filter(D, M, mode).pull_back(g) with v: N D", "uses mode, which is no name of the file"),
        ("Filter(D, M, 'soft').push(g) with v: N D", "is no method of a class of the file"),
        ("Filter(D, M, 'soft').pull_back(g) with v N D", "is no shape: expected NAME: SIZES"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(tmp_path, line, told):
    text = FILTER.replace('Filter(D, M, "soft").pull_back(g) with v: N D', line)
    failures = subjects(write(tmp_path, text))[1]
    assert any(told in failure.message and failure.line == 3 for failure in failures), failures


def test_a_line_that_cannot_be_read_costs_its_own_class_only(tmp_path):
    text = FILTER.replace("Filter(D, M, ", "Filter(D, ") + FUNCTION
    made, failures = subjects(write(tmp_path, text))
    assert [subject.name for subject in made] == ["shrunk"]
    assert failures


ROUTES = """
    # oracle: run Routes(["left", "right"]).forward(flows) with flows.left: N D, flows.right: N D
    class Routes:
        def __init__(self, names):
            self.names = names
        def forward(self, given):
            self.given = given
            return np.sin(given[self.names[0]]) * given[self.names[1]]
        def backward(self, g):
            first, second = (self.given[name] for name in self.names)
            return {"left": g * np.cos(first) * second, "right": g * np.sin(first)}
"""


def test_a_dict_of_arrays_may_have_a_name_of_its_own_in_the_line(tmp_path):
    made = right(found(tmp_path, ROUTES)["Routes"])
    assert set(made.values()) == {("given", "left"), ("given", "right")}
    text = ROUTES.replace("* np.cos(first)", "* np.sin(first)")
    assert len(wrong(found(tmp_path, text)["Routes"])) == 1


NUMBERED = """
    # oracle: shapes X: N n_in, t: N labels(n_out), n_in=5, n_out=3
    class Scores:
        def __init__(self, n_in, n_out):
            self.W = np.random.randn(n_in, n_out)
        def loss_and_grads(self, X, t):
            e = np.exp(X @ self.W)
            p = e / e.sum(1, keepdims=True)
            rows = np.arange(len(t))
            loss = -np.log(p[rows, t]).mean()
            p[rows, t] -= 1
            return loss, {"W": X.T @ p / len(t)}
"""


def test_a_size_of_which_the_line_says_a_number_is_that_number(tmp_path):
    subject = found(tmp_path, NUMBERED)["Scores.loss_and_grads"]
    assert subject.sizes == ("N",)
    assert right(subject)
    assert wrong(found(tmp_path, NUMBERED.replace("/ len(t)", ""))["Scores.loss_and_grads"])
