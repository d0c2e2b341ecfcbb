"""``oracle.check`` and ``oracle.assert_correct`` as a notebook and a test show them."""

import re
import subprocess
import sys

import pytest

import oracle
from oracle.commands import api

TEST = """
import oracle

def affine(X, W):
    return X @ W

def affine_backward(dout, X, W):
    dX = dout @ W.T
    dW = X.T @ dout / len(X)
    return dX, dW

def test_affine():
    oracle.assert_correct(affine, affine_backward, shapes="X: N D, W: D M", cases=20)
"""


def affine(X, W):
    return X @ W


def affine_backward(dout, X, W):
    dX = dout @ W.T
    dW = -X.T @ dout
    return dX, dW


def test_the_first_line_of_the_error_says_where_which_gradient_and_what():
    with pytest.raises(AssertionError) as caught:
        oracle.assert_correct(affine, affine_backward, shapes="X: N D, W: D M", cases=20)
    first, _, rest = str(caught.value).partition("\n")
    assert first.startswith("dW is wrong [sign-flipped] at ")
    assert "test_api.py:34: affine_backward: dW is minus the gradient of W" in first
    assert "smallest failing case" in rest


def test_pytest_shows_the_users_own_line_and_none_of_ours(tmp_path):
    (tmp_path / "test_net.py").write_text(TEST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "test_net.py"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert "test_net.py:13: AssertionError" in done.stdout
    assert "api.py" not in done.stdout
    assert "AssertionError: dW is wrong" in done.stdout.splitlines()[-2]


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_notebook_shows_it_readably_on_white_and_on_black():
    page = oracle.check(affine, affine_backward, shapes="X: N D, W: D M", cases=20)._repr_html_()
    colours = {luminance(colour) for colour in re.findall(r"#[0-9a-f]{6}", page)}
    assert colours
    assert all(1.05 / (bright + 0.05) > 4.4 and (bright + 0.05) / 0.05 > 4.4 for bright in colours)
    assert not re.search(r"background(-color)?: *#", page)
    assert "dW" in page


def test_the_colours_of_a_report_are_readable_on_both():
    assert all(0.16 < luminance(f"#{bytes(colour).hex()}") < 0.2 for colour in api.COLOURS)
