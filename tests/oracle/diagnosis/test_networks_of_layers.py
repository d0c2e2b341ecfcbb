"""Mistakes in layers, seen in the backward of the network that is made of them."""

import textwrap
from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.results import Gradient, Result
from tests.oracle.outcomes import outcomes

LAYERS = """
import numpy as np

class Dense:
    def __init__(self, units_in, units_out):
        self.K = np.random.default_rng(0).normal(size=(units_in, units_out))
        self.c = np.zeros(units_out)
    def forward(self, a):
        self.a = a
        return a @ self.K + self.c
    def backward(self, up):
        self.dK = self.a.T @ up
        self.dc = up.sum(axis=0)
        return up @ self.K.T

class Bend:
    def forward(self, a):
        self.a = a
        return np.log1p(np.exp(a))
    def backward(self, up):
        return up / (1 + np.exp(-self.a))

class HalfSquares:
    def forward(self, a, t):
        self.a, self.t = a, t
        return 0.5 * np.sum((a - t) ** 2) / len(a)
    def backward(self):
        return (self.a - self.t) / len(self.a)
"""
NETWORK = """
class Network:
    # oracle: shapes a: N D, t: N K
    def __init__(self, D, H, K):
        self.parts = [Dense(D, H), Bend(), Dense(H, K)]
        self.cost = HalfSquares()
    def forward(self, a, t):
        for part in self.parts:
            a = part.forward(a)
        return self.cost.forward(a, t)
    def backward(self):
        up = self.cost.backward()
        for part in reversed(self.parts):
            up = part.backward(up)
        return up
"""


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def network(folder: Path, layers: str, beside: bool = False) -> Result:
    text = textwrap.dedent(layers) + textwrap.dedent(NETWORK)
    file = folder / "network.py"
    if beside:
        (folder / "parts.py").write_text(layers, encoding="utf-8")
        text = "from parts import Dense, HalfSquares, Bend\n" + NETWORK
    file.write_text(text, encoding="utf-8")
    (found,) = [
        one for one in outcomes(file, Settings(cases=60))
        if isinstance(one, Result) and one.target == "Network"
    ]  # fmt: skip
    return found


def wrong(result: Result) -> dict[str, Gradient]:
    return {one.name: one for one in result.gradients if one.verdict == "wrong"}


def names(gradient: Gradient) -> list[str]:
    return [note.name for note in gradient.findings]


def test_a_right_network_of_layers_is_correct(tmp_path):
    assert network(tmp_path, LAYERS).verdict == "correct"


def test_what_a_layer_returns_is_blamed_and_all_else_follows(tmp_path):
    layers = LAYERS.replace("return (self.a - self.t) / len(self.a)", "return self.a - self.t")
    found = wrong(network(tmp_path, layers))
    assert list(found) == ["HalfSquares.backward()"]
    assert found["HalfSquares.backward()"].line == line_of(layers, "return self.a - self.t")
    assert names(found["HalfSquares.backward()"]) == ["missing-batch-mean"]


def test_two_mistakes_in_different_layers_are_both_named_on_their_lines(tmp_path):
    layers = LAYERS.replace("return (self.a - self.t)", "return 2 * (self.a - self.t)")
    layers = layers.replace("up.sum(axis=0)", "up.mean(axis=0)")
    found = wrong(network(tmp_path, layers))
    said = {name: (one.line, names(one)) for name, one in found.items()}
    of_the_bias = line_of(layers, "up.mean(axis=0)"), ["extra-batch-mean"]
    assert said == {
        "HalfSquares.backward()":
            (line_of(layers, "return 2 * (self.a"), ["wrong-constant-factor"]),
        "self.parts[0].dc": of_the_bias,
        "self.parts[2].dc": of_the_bias,
    }  # fmt: skip


def test_a_second_mistake_is_shown_in_numbers_without_the_first(tmp_path):
    layers = LAYERS.replace("return (self.a - self.t) / len(self.a)", "return self.a - self.t")
    layers = layers.replace("up.sum(axis=0)", "2 * up.sum(axis=0)")
    example = wrong(network(tmp_path, layers))["self.parts[2].dc"].counterexample
    assert example is not None
    assert example.got == pytest.approx([2 * entry for entry in example.want])


def test_a_mistake_in_a_file_beside_is_told_with_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    layers = LAYERS.replace("np.log1p(np.exp(a))", "np.tanh(a)")
    layers = layers.replace("up / (1 + np.exp(-self.a))", "up * (1 - np.tanh(self.a))")
    result = network(tmp_path, layers, beside=True)
    (found,) = wrong(result).values()
    assert result.place_of(found) == ("parts.py", line_of(layers, "return up * (1 - np"))
    assert names(found) == ["wrong-activation-derivative"]
    assert found.findings[0].cure is not None
    assert found.findings[0].cure.edit is not None
    assert "1 - np.tanh(self.a) ** 2" in found.findings[0].cure.edit.after
