"""A layer with the 1/m of a mean in its parameters alone: right where its caller leaves it out."""

from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.results import Result
from tests.oracle.outcomes import outcomes

FEW = Settings(cases=30)

LAYER = """
import numpy as np
from parts.base import Piece


class Scaled(Piece):
    # oracle: run Scaled(M, D).backward(g) with x: N D
    def __init__(self, units, width):
        self.K = np.random.randn(width, units)
        self.c = np.zeros(units)

    def forward(self, x):
        self.x = x
        return x @ self.K + self.c

    def backward(self, g):
        self.dK = self.x.T @ g / len(g)
        self.dc = g.mean(axis=0)
        return {into} @ self.K.T
"""

NETWORK = """
import numpy as np
from parts.base import Piece


def mse_loss(out, target):
    return 0.5 * np.{reduced}


class Chain:
    def __init__(self, *pieces):
        self.pieces = pieces

    def _back(self, d):
        for piece in reversed(self.pieces):
            d = piece.backward(d)

    def fit(self, x, target):
        out = x
        for piece in self.pieces:
            out = piece.forward(out)
        error = {first}
        self._back(error)
        return mse_loss(out, target)
"""
MEAN, SUM = "sum((out - target) ** 2) / len(out)", "sum((out - target) ** 2)"


def scaled(folder: Path, first: str, reduced: str = MEAN, into: str = "g") -> Result:
    """The layer's result in a project with a network whose first upstream is this."""
    (folder / "README.md").write_text("A network.")
    for name in ("parts", "nets"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("")
    (folder / "parts" / "base.py").write_text("class Piece:\n    pass\n")
    (folder / "parts" / "scaled.py").write_text(LAYER.format(into=into))
    if first:
        text = NETWORK.format(first=first, reduced=reduced)
        (folder / "nets" / "chain.py").write_text(text)
    (one,) = outcomes(folder / "parts" / "scaled.py", FEW)
    assert isinstance(one, Result), one
    return one


def wrong(one: Result) -> set[str]:
    return {gradient.of for gradient in one.gradients if gradient.verdict == "wrong"}


def test_the_mean_is_in_the_parameters_where_the_first_upstream_is_that_of_a_sum(tmp_path):
    one = scaled(tmp_path, "out - target")
    assert one.verdict == "correct"
    said = next(note.message for note in one.remarks if "convention" in note.message)
    assert "Chain._back (chain.py) leaves out of the first upstream" in said


def test_the_mean_is_taken_twice_where_the_first_upstream_has_it(tmp_path):
    assert wrong(scaled(tmp_path, "(out - target) / len(out)")) == {"self.K", "self.c"}


def test_the_mean_is_too_much_where_nobody_calls_the_layer(tmp_path):
    assert wrong(scaled(tmp_path, "")) == {"self.K", "self.c"}


@pytest.mark.parametrize(("first", "reduced"), [("out - target", SUM), ("given", MEAN)])
def test_it_is_undecidable_where_the_text_shows_no_mean_that_is_left_out(tmp_path, first, reduced):
    one = scaled(tmp_path, first, reduced)
    assert one.verdict == "undecidable"
    assert any("# oracle: reading the 1/N of a mean" in note.message for note in one.remarks)


def test_a_mean_that_reaches_the_layer_below_is_wrong(tmp_path):
    assert "x" in wrong(scaled(tmp_path, "out - target", into="g / len(g)"))


def test_a_mean_in_one_parameter_alone_is_wrong(tmp_path):
    layer = LAYER.replace("g.mean(axis=0)", "g.sum(axis=0) * 0.5").format(into="g")
    text = layer + NETWORK.format(first="out - target", reduced=MEAN)
    text = "Piece = object\n" + text.replace("from parts.base import Piece", "")
    (tmp_path / "parts.py").write_text(text)
    each = [one for one in outcomes(tmp_path / "parts.py", FEW) if isinstance(one, Result)]
    assert any(wrong(one) == {"self.K", "self.c"} for one in each)
