"""One odd construct costs one piece: the other derivations of the file are found all the same."""

import pytest

from oracle.discovery import find, subjects
from oracle.discovery.text import source
from tests.oracle.discovery.differences import found, write

CUBE = """
def cube(x):
    return x**3


def cube_backward(dout, x):
    return 3 * x**2 * dout
"""

ODD = {
    "an empty tuple is returned": "def nothing(x):\n    return ()\n",
    "an empty list is returned": "def nothing_and_gradients(x):\n    return []\n",
    "a bare star": "def all_of(*args, **named):\n    return (*args,), named\n",
    "a lambda without a name": "table = [lambda x: (x, lambda g: g)]\n",
    "a call of a call": "def loss_and_grad(x):\n    return (lambda: (x, x))()()\n",
    "an empty class": "class Layer:\n    def forward(self): ...\n    def backward(self): ...\n",
    "targets that are unpacked": "def backward(dout, *, x):\n    (a, *b), c = dout, x\n    return a\n",
}


def both(folder, text):
    """The names of what was found, and the messages of what was not."""
    usable, failures = subjects(write(folder, text))
    return [subject.name for subject in usable], [failure.message for failure in failures]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_function_costs_no_other_its_place(tmp_path, odd):
    assert "cube_backward" in found(tmp_path, f"import numpy as np\n{odd}\n{CUBE}")


def test_a_piece_whose_text_is_not_understood_is_told_with_its_line(monkeypatch):
    user = source.parse("def f(x):\n    return x\n\n\n" + CUBE.strip())
    plain = find._Finder._alone

    def fails(self, name):
        if name == "f":
            raise IndexError("list index out of range")
        plain(self, name)

    monkeypatch.setattr(find._Finder, "_alone", fails)
    read = find.search(user)
    assert [c.name for c in read.candidates] == ["cube_backward"]
    assert [(f.line, "IndexError" in f.message) for f in read.failures] == [(1, True)]


REBOUND = """
import numpy as np


class Double:
    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


class Shift:
    def forward(self, x):
        return x + 1

    def backward(self, dout):
        return dout


Double = Double()
Shift = 3
"""


def test_a_class_whose_name_is_bound_anew_is_judged_as_it_was_defined(tmp_path):
    assert both(tmp_path, REBOUND) == (["Double", "Shift"], [])


def test_what_our_reading_of_a_piece_raises_is_its_error(tmp_path, monkeypatch):
    from oracle import discovery

    def fails(user, candidate):
        raise KeyError("no such thing")

    monkeypatch.setitem(discovery.WAYS, 4, fails)
    text = CUBE + "\n\nclass Odd:\n    def forward(self, x):\n        return x\n\n"
    text += "    def backward(self, dout):\n        return dout\n"
    assert both(tmp_path, text) == (["cube_backward"], ["Odd: KeyError: 'no such thing'"])


VECTOR = """
class HalfSquare:
    def __call__(self, w):
        return 0.5 * w.T.dot(w)

    def gradient(self, w):
        return w
"""


def test_a_guessed_shape_that_does_not_fit_is_followed_by_another_guess(tmp_path):
    assert list(found(tmp_path, VECTOR)) == ["HalfSquare"]


def test_a_package_whose_name_begins_like_a_library_is_the_users_own():
    from oracle.truth.recording import trees

    class Dense:
        def __init__(self):
            self.params = {"W": 1.0}

    for package in ("numpy_layers.dense", "torchlike", "oracles.net"):
        Dense.__module__ = package
        assert trees._attributes(Dense()) == {"params": {"W": 1.0}}
    Dense.__module__ = "torch.nn"
    assert trees._attributes(Dense()) is None
