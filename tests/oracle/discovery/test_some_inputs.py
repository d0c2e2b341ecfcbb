"""Backwards that give gradients of some of the inputs, as of all but the noise."""

import textwrap
from pathlib import Path

from oracle.commands.check import Settings
from oracle.results import Result
from tests.oracle.outcomes import outcomes

SAMPLE = """
import numpy as np

def sample_forward(centre, log_width, {noise}):
    width = np.exp(log_width)
    return centre + width * {noise}, (width, {noise})

def sample_backward(up, kept):
    width, {noise} = kept
    return up, up * width * {noise}
"""
ENCODER = """
import numpy as np

class Linear:
    def __init__(self, rows, columns):
        self.W = np.random.default_rng(1).normal(size=(rows, columns))
        self.grads = {}
    def run(self, x):
        self.x = x
        return x @ self.W
    def back(self, up):
        self.grads["W"] = self.x.T @ up
        return up @ self.W.T

class Encoder:
    def __init__(self, D, H):
        self.first, self.second = Linear(D, H), Linear(H, 2)
    def forward(self, x):
        self.h = np.tanh(self.first.run(x))
        return self.second.run(self.h)
    def backward(self, up):
        up = self.second.back(up)
        self.first.back(up * (1 - self.h**2))
"""


def results(folder: Path, text: str) -> dict[str, Result]:
    file = folder / "derivation.py"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return {
        one.target: one for one in outcomes(file, Settings(cases=60)) if isinstance(one, Result)
    }


def verdicts(result: Result) -> dict[str, str]:
    return {one.of: one.verdict for one in result.gradients}


def test_gradients_of_all_but_the_noise_are_right_in_order(tmp_path):
    (found,) = results(tmp_path, SAMPLE.format(noise="noise")).values()
    assert verdicts(found) == {"centre": "correct", "log_width": "correct"}
    assert any("the gradients of centre and log_width" in note.message for note in found.remarks)


def test_an_epsilon_that_multiplies_is_drawn_as_an_array(tmp_path):
    (found,) = results(tmp_path, SAMPLE.format(noise="eps")).values()
    assert verdicts(found) == {"centre": "correct", "log_width": "correct"}
    assert not any("eps was taken to be" in note.message for note in found.remarks)


def test_a_factor_too_many_in_one_of_some_gradients_is_not_correct(tmp_path):
    text = SAMPLE.replace("up * width", "2 * up * width").format(noise="noise")
    (found,) = results(tmp_path, text).values()
    assert found.verdict == "undecidable"
    assert any("oracle: reading as the gradients of" in note.message for note in found.remarks)


def test_gradients_in_a_dict_of_a_layer_are_those_of_the_layer(tmp_path):
    found = results(tmp_path, ENCODER)["Encoder"]
    assert {one.name: one.verdict for one in found.gradients} == {
        'self.first.grads["W"]': "correct", 'self.second.grads["W"]': "correct",
    }  # fmt: skip


def test_a_wrong_slope_between_two_such_layers_is_found(tmp_path):
    found = results(tmp_path, ENCODER.replace("1 - self.h**2", "1 - self.h"))["Encoder"]
    assert {one.name for one in found.gradients if one.verdict == "correct"} == {
        'self.second.grads["W"]'
    }
    assert found.verdict == "wrong"


def test_one_gradient_without_a_name_is_that_of_the_input_of_its_shape(tmp_path):
    text = """
    import numpy as np

    class Neighbours:
        def __init__(self, D, M):
            self.W = np.random.default_rng(0).normal(size=(D, M))
        def forward(self, links, H):
            self.links, self.H = links, H
            return links @ H @ self.W
        def backward(self, up):
            self.dW = (self.links @ self.H).T @ up
            return self.links.T @ up @ self.W.T
    """
    (found,) = results(tmp_path, text).values()
    assert verdicts(found) == {"H": "correct", 'self["W"]': "correct"} or verdicts(found) == {
        "H": "correct",
        "self.W": "correct",
    }
    (found,) = results(
        tmp_path, text.replace("self.links.T @ up", "2 * self.links.T @ up")
    ).values()
    assert {one.name: one.verdict for one in found.gradients}["dH"] == "wrong"


def test_names_that_an_argument_is_unpacked_into_are_no_sizes(tmp_path):
    text = '''
    import numpy as np

    def energy(state, y):
        """Half the squares; state = [level, slope]"""
        level, slope = state
        return 0.5 * np.sum((y - level) ** 2) * slope

    def energy_grad(state, y):
        level, slope = state
        return np.array([-np.sum(y - level) * slope, 0.5 * np.sum((y - level) ** 2)])
    '''
    (found,) = results(tmp_path, text).values()
    assert verdicts(found) == {"state": "correct"}


def test_a_docstring_that_lists_entries_says_no_shape(tmp_path):
    text = '''
    import numpy as np

    def turn(q):
        """scales q = (a, b, c) to length 1 and returns the product matrix"""
        a, b, c = q / np.linalg.norm(q)
        return np.array([[a * a, a * b], [b * c, c * c]])

    def turn_vjp(q, dR):
        n = np.linalg.norm(q)
        u = q / n
        a, b, c = u
        du = np.array([2 * a * dR[0, 0] + b * dR[0, 1], a * dR[0, 1] + c * dR[1, 0],
                       b * dR[1, 0] + 2 * c * dR[1, 1]])
        return (du - u * np.dot(u, du)) / n
    '''
    (found,) = results(tmp_path, text).values()
    assert verdicts(found) == {"q": "correct"}
    (found,) = results(tmp_path, text.replace("2 * c * dR", "c * dR")).values()
    assert found.verdict == "wrong"
