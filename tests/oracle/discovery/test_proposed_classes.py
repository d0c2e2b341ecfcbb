"""Classes whose methods have names in any language: the text proposes two, and a run decides."""

from oracle.commands import check
from oracle.discovery import subjects

SCHICHT = """
import numpy as np


class Schicht:
    def __init__(self, ein, aus):
        self.gewicht = np.random.randn(ein, aus)
        self.versatz = np.zeros(aus)

    def vorwärts(self, eingang):
        self.eingang = eingang
        self.ausgang = np.tanh(eingang @ self.gewicht + self.versatz)
        return self.ausgang

    def rückwärts(self, fehler):
        innen = fehler * (1 - self.ausgang**2)
        self.d_gewicht = self.eingang.T @ innen
        self.d_versatz = innen.{summe}(axis=0)
        return innen @ self.gewicht.T
"""

SPRACHE = """
import numpy as np


class 层:
    def __init__(self, 输入维, 输出维):
        self.W = np.random.randn(输入维, 输出维)

    def 前向(self, x):
        self.x = x
        return x @ self.W

    def 反向(self, d):
        self.dW = self.x.T @ d
        return d @ self.W.T
"""

DIFFERENCE = """
import numpy as np


class Sensor:
    def read(self, x):
        self.last = x
        return np.cumsum(x * x)

    def drift(self, y):
        return y - self.last
"""


def judged(folder, text):
    path = folder / "layer.py"
    path.write_text(text, encoding="utf-8")
    found, failures = subjects(path)
    assert not failures
    return [check.judge(one, check.Settings(cases=60)) for one in found]


def test_a_layer_is_found_whatever_its_methods_are_called(tmp_path):
    (right,) = judged(tmp_path, SCHICHT.format(summe="sum"))
    assert {g.verdict for g in right.gradients} == {"correct"}
    assert len(right.gradients) == 3
    (wrong,) = judged(tmp_path, SCHICHT.format(summe="mean"))
    assert [g.name for g in wrong.gradients if g.verdict == "wrong"] == ["self.d_versatz"]


def test_sizes_may_have_names_in_any_script(tmp_path):
    (found,) = judged(tmp_path, SPRACHE)
    assert "输入维" in found.inferred
    assert {g.verdict for g in found.gradients} == {"correct"}


def test_two_methods_that_share_an_attribute_are_no_layer_for_that(tmp_path):
    assert judged(tmp_path, DIFFERENCE) == []
