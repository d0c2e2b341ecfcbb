"""The text that says shapes: its words, and what is no word."""

import pytest

from oracle.discovery.shapes import docstrings, grammar
from oracle.subject import Unusable


@pytest.mark.parametrize(
    ("text", "dims", "values"),
    [
        ("K: n n spd", ("n", "n"), "spd"),
        ("K: (B, n, n) symmetric", ("B", "n", "n"), "symmetric"),
        ("K: n sorted", ("n",), "sorted"),
        ("K: n m distinct", ("n", "m"), "distinct"),
        ("K: C m onehot(0)", ("C", "m"), "onehot(0)"),
        ("K: (C, m) probabilities(0)", ("C", "m"), "probabilities(0)"),
        ("K: A B C probabilities(1) fixed", ("A", "B", "C"), "probabilities(1)"),
        ("K: n in(0, 1)", ("n",), "in(0,1)"),
        ("K: n in ( -1 , 2.5 )", ("n",), "in(-1,2.5)"),
    ],
)
def test_words_say_what_values_are(text, dims, values):
    said = grammar.entries(text)[("K",)]
    assert (said.dims, said.values) == (dims, values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x: N postive", "postive is no word; did you mean positive?"),
        ("x: N D, y: N onehto", "onehto is no word; did you mean onehot?"),
        ("S: n n symetric", "symetric is no word; did you mean symmetric?"),
        ("y: C m onehto(0)", r"onehto\(0\) is no word; did you mean onehot?"),
        ("y: N label(C)", r"label\(C\) is no word; did you mean labels?"),
        ("b: M fixd", "fixd is no word; did you mean fixed?"),
        ("S: n m spd", "spd is said of square matrices, such as n n; came n m"),
        ("S: n spd", "spd is said of square matrices, such as n n; came n"),
        ("y: N C onehot(2)", r"onehot\(2\): expected an axis of N C, from 0 to 1"),
        ("q: N in(1, 0)", r"in\(1,0\): expected two numbers, the smaller one first"),
        ("q: N in(0)", r"in\(0\): expected two numbers, such as in\(-1, 1\)"),
    ],
)
def test_what_is_no_word_is_an_error_that_names_the_word(text, message):
    with pytest.raises(Unusable, match=message):
        grammar.entries(text)


@pytest.mark.parametrize(
    "text",
    [
        "W: D units",  # a usual size
        "x: N task, y: task",  # it stands twice, so it is a size
        "x: N D, W: D M, b: M, y: N labels(K)",
        "pos: N position",
        "h: T H, s: S",
    ],
)
def test_sizes_that_are_like_words_are_sizes_where_they_stand_twice_or_are_usual(text):
    assert grammar.entries(text)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("S: (n, n) symmetric positive definite", "spd"),
        ("S: covariance matrix of shape (n, n)", "spd"),
        ("S: (n, n) symmetric", "symmetric"),
        ("S: (n, m) symmetric", ""),
        ("S: (n,) sorted", "sorted"),
        ("S: (n,) strictly positive", "positive"),
        ("S: one-hot columns, of shape (C, m)", "onehot(0)"),
        ("S: (C, m) probabilities, each column sums to 1", "probabilities(0)"),
        ("S: one-hot rows, of shape (m, C)", "onehot"),
    ],
)
def test_docstrings_say_the_same_in_words(line, values):
    assert docstrings.docstring(f"\n{line}\n")[("S",)].values == values
