"""Run lines: the comment that says in Python how a class or function is made and called."""

import pytest

from oracle.discovery.text.comments import run_lines
from oracle.discovery.text.source import parse
from oracle.subject import Unusable


def lines_of(text):
    return run_lines(parse(text))


def test_a_run_line_has_an_expression_and_shapes():
    (found,) = lines_of(
        "# oracle: run Net([4, 5], act=Tanh()).train(X, Y, 1) with X: N 4, Y: N 5 onehot\n"
        "class Net:\n    pass\n"
    )
    assert found.text == "Net([4, 5], act=Tanh()).train(X, Y, 1)"
    assert found.shapes == "X: N 4, Y: N 5 onehot"
    assert (found.above, found.called, found.line) == ("Net", "train", 1)
    assert found.names == {"Net", "Tanh", "X", "Y"}


def test_a_run_line_needs_no_shapes():
    (found,) = lines_of("# a remark\n# oracle: run fit()\n@cached\ndef fit():\n    pass\n")
    assert (found.called, found.shapes, found.line) == ("fit", "", 2)


def test_the_word_with_in_a_string_is_not_the_end_of_the_expression():
    (found,) = lines_of("# oracle: run f('a with b', x) with x: N\ndef f(s, x):\n    pass\n")
    assert found.text == "f('a with b', x)"
    assert found.shapes == "x: N"


def test_a_run_line_stands_above_a_method():
    (found,) = lines_of(
        "class A:\n    # oracle: run A().fit(X) with X: N 2\n    def fit(self, X): ...\n"
    )
    assert found.above == "A.fit"


def test_a_run_line_that_is_no_python_is_an_error_with_its_line():
    with pytest.raises(Unusable) as error:
        lines_of("\n# oracle: run Net( with X: N\nclass Net:\n    pass\n")
    assert error.value.line == 2
