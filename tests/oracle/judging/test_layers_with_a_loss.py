"""Layers that keep a loss beside what they return, hold places for arrays, or hold none."""

import pytest

from oracle.commands.check import Settings
from tests.oracle.judging.test_right_code import results

FEW = Settings(cases=30)

PENALTY = """
    class Spread:
        def __init__(self, weight=0.3):
            self.weight = weight
            self.penalty_loss = 0.0
        def forward(self, u):
            self.u = u
            self.penalty_loss += self.weight * np.sum(np.log(np.cosh(u)))
            return u
        def backward(self, g):
            return RETURNED
"""


@pytest.mark.parametrize(
    ("returned", "verdict"),
    [
        ("g + self.weight * np.tanh(self.u)", "correct"),
        ("g + 3 * self.weight * np.tanh(self.u)", "wrong"),
        ("g - self.weight * np.tanh(self.u)", "wrong"),
        ("g", "undecidable"),  # nothing shows that the penalty is part of what is minimised
    ],
)
def test_a_layer_adds_to_a_loss_and_hands_its_input_on(tmp_path, returned, verdict):
    text = PENALTY.replace("RETURNED", returned)
    assert results(tmp_path, text, FEW)["Spread"].verdict == verdict


ENDS = """
    class Place:
        def __init__(self, n):
            self.n = n
            self.u, self.t = np.zeros(n), np.zeros(n)
            self.cost = np.zeros(n)
        def forward(self, u, t):
            return u
        def backward(self):
            return np.zeros(self.n)

    class Quartic(Place):
        def forward(self, u, t):
            self.u, self.t = u, t
            self.cost += 0.25 * (u - t) ** 4
            return self.u
        def backward(self):
            return SIGN(self.u - self.t) ** 3
"""


@pytest.mark.parametrize(("sign", "verdict"), [("", "correct"), ("-", "wrong")])
def test_a_backward_without_upstream_is_that_of_the_loss_that_forward_leaves(
    tmp_path, sign, verdict
):
    found = results(tmp_path, ENDS.replace("SIGN", sign), FEW)
    assert {name: one.verdict for name, one in found.items()} == {"Quartic": verdict}


def test_a_base_class_whose_zeros_are_inherited_is_wrong(tmp_path):
    text = ENDS.replace("SIGN", "") + "\n    class Kept(Place):\n        pass\n"
    assert results(tmp_path, text, FEW)["Place"].verdict == "wrong"


HELD = """
    class Row:
        def __init__(self, n_in, n_out):
            self.w = np.random.randn(n_out, n_in)
            self.u, self.grad_u = np.zeros(n_in), np.zeros(n_in)
            self.grad_w = np.zeros((n_out, n_in))
        def forward(self, u):
            self.u = STORED
            return self.w @ self.u
        def backward(self, g):
            self.grad_w = np.outer(g, self.u)
            self.grad_u = FACTOR * (g @ self.w)
            return self.grad_u
"""


@pytest.mark.parametrize(("factor", "verdict"), [("1", "correct"), ("2", "wrong")])
def test_what_a_forward_replaces_unread_is_no_parameter(tmp_path, factor, verdict):
    text = HELD.replace("STORED", "u.ravel()").replace("FACTOR", factor)
    row = results(tmp_path, text, FEW)["Row"]
    assert row.verdict == verdict
    assert {one.of for one in row.gradients} == {"u", "self.w"}


def test_what_a_forward_reads_before_it_replaces_it_is_judged(tmp_path):
    text = HELD.replace("STORED", "u").replace("FACTOR", "1")
    text = text.replace("return self.w @", "self.w = 0.5 * self.w\n            return self.w @")
    row = results(tmp_path, text, FEW)["Row"]
    assert {one.of for one in row.gradients if one.verdict == "wrong"} == {"self.w"}


EMPTY = """
    class Line:
        def __init__(self, parts=()):
            self.parts = dict(enumerate(parts))
        def forward(self, u):
            u = u.copy()
            for key in self.parts:
                u = self.parts[key](u)
            return u
        def backward(self, g):
            for key in reversed(self.parts):
                g = self.parts[key].backward(g)
            return g.copy()
"""


def test_a_container_without_layers_is_not_called_correct(tmp_path):
    assert "Line" not in results(tmp_path, EMPTY, FEW)


# An activation that hands its upstream on, for the caller starts from output minus target.

FUSED = """
    def entropy(p, t):
        return -np.sum(t * np.log(p)) / len(t)

    class Affine:
        def __init__(self, n, m):
            self.K = np.random.randn(n, m)
        def forward(self, u):
            self.u = u
            return u @ self.K
        def backward(self, g):
            self.dK = self.u.T @ g
            return g @ self.K.T

    class Shares:
        def forward(self, u):
            e = np.exp(u - u.max(axis=1, keepdims=True))
            return e / e.sum(axis=1, keepdims=True)
        def backward(self, g):
            return RETURNED

    class Tower:
        def __init__(self):
            self.layers = [Affine(4, 3), Shares()]
        def run(self, u):
            for layer in self.layers:
                u = layer.forward(u)
            return u
        def learn(self, u, t):
            p = self.run(u)
            g = (p - t) / len(t)
            for layer in self.layers[::-1]:
                g = layer.backward(g)
            return entropy(p, t)
"""


def shares(folder, text):
    return results(folder, text, FEW)["Shares"]


def test_a_last_softmax_hands_on_what_starts_as_output_minus_target(tmp_path):
    result = shares(tmp_path, FUSED.replace("RETURNED", "g"))
    assert result.verdict == "correct"
    assert any("Tower.learn starts from" in note.message for note in result.remarks)


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("RETURNED", "2 * g", "wrong"),
        ("[Affine(4, 3), Shares()]", "[Shares(), Affine(4, 3)]", "wrong"),  # not the last one
        ("(p - t) / len(t)", "-t / p / len(t)", "wrong"),  # the gradient of p itself
        ("-np.sum(t * np.log(p))", "np.sum((p - t) ** 2)", "undecidable"),  # not an entropy
    ],
)
def test_no_other_softmax_may_hand_its_upstream_on(tmp_path, old, new, verdict):
    text = FUSED.replace(old, new).replace("RETURNED", "g")
    assert shares(tmp_path, text).verdict == verdict


@pytest.mark.parametrize(("steps", "verdict"), [(("last",), "correct"), (("last", "mid"), "wrong")])
def test_a_sigmoid_that_is_called_by_its_name(tmp_path, steps, verdict):
    calls = "".join(f"\n            g = self.{one}.backward(g)" for one in steps)
    made = "".join(f"\n            self.{one} = Gate()" for one in steps)
    text = f"""
    def bce(p, t):
        return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))

    class Gate:
        def forward(self, u):
            return 1 / (1 + np.exp(-u))
        def backward(self, g):
            return g

    class Pair:
        def __init__(self):{made}
        def learn(self, u, t):
            p = self.last.forward(u)
            g = p - t{calls}
            return bce(p, t)
    """
    assert results(tmp_path, text, FEW)["Gate"].verdict == verdict
