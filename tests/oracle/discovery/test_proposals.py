"""Pairs and derivatives are recognised by what they do; a function that is only close is no pair."""

import textwrap
from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.discovery import not_judged
from oracle.discovery.folders import files_in
from oracle.results import Result
from tests.oracle.outcomes import outcomes

FEW = Settings(cases=40)


def results(folder: Path, text: str) -> dict[str, Result]:
    file = folder / "derivation.py"
    file.write_text("import numpy as np\n" + textwrap.dedent(text))
    made = outcomes(file, FEW)
    found = [one for one in made if isinstance(one, Result)]
    assert len(made) == len(found) or "no gradient: no function beside it" in made[-1].message
    return {one.target: one for one in found}


def remarks(one: Result) -> str:
    return "\n".join(note.message for note in one.remarks)


SLOPE = """
    def cap(z):
        return np.exp(-z * z)


    def {name}({argument}):
        return {slope}
"""


@pytest.mark.parametrize("name", ["cap_slope", "de_cap", "deviation", "rise_of_it"])
def test_a_derivative_may_have_any_name(tmp_path: Path, name: str) -> None:
    text = SLOPE.format(name=name, argument="z", slope="-2 * z * np.exp(-z * z)")
    found = results(tmp_path, text)
    assert found[name].verdict == "correct"
    assert f"{name} is taken for the derivative of cap, by what it does" in remarks(found[name])


def test_it_may_be_one_of_the_output(tmp_path: Path) -> None:
    text = """
        def gate(z):
            return np.tanh(z)


        def bend(a):
            return 1 - a**2
    """
    assert "given the output of gate" in remarks(results(tmp_path, text)["bend"])


@pytest.mark.parametrize("slope", ["2 * np.exp(-z * z)", "-z * np.exp(-z * z)", "cap(z) / 2"])
def test_a_function_that_is_no_derivative_is_not_listed(tmp_path: Path, slope: str) -> None:
    for name in ("cap_twice", "beside"):
        assert not results(tmp_path, SLOPE.format(name=name, argument="z", slope=slope))


PAIR = """
    # oracle: shapes x: N D, w: D M, b: M
    def mix_forward(x, w, b):
        return np.tanh(x @ w + b), (x, w, b)


    def {name}(dout, cache):
        x, w, b = cache
        dz = dout * (1 - np.tanh(x @ w + b) ** 2)
        return dz @ w.T, x.T @ dz, {db}
"""


@pytest.mark.parametrize("name", ["mix_backward_alt", "quick_mix_backward", "mix_pull", "undo"])
def test_a_pair_may_have_any_name(tmp_path: Path, name: str) -> None:
    found = results(tmp_path, PAIR.format(name=name, db="dz.sum(axis=0)"))
    assert found[name].verdict == "correct"


def test_a_wrong_backward_is_told_where_its_name_says_that_it_is_one(tmp_path: Path) -> None:
    found = results(tmp_path, PAIR.format(name="mix_backward_alt", db="dz.mean(axis=0)"))
    assert found["mix_backward_alt"].verdict == "wrong"
    assert "as the code says" in remarks(found["mix_backward_alt"])


def test_a_wrong_backward_of_another_name_is_not_listed(tmp_path: Path) -> None:
    assert not results(tmp_path, PAIR.format(name="undo", db="dz.mean(axis=0)"))


def test_a_backward_that_is_not_linear_is_no_backward_of_this_forward(tmp_path: Path) -> None:
    text = PAIR.format(name="mix_backward_alt", db="dz.sum(axis=0) + 1")
    assert not results(tmp_path, text)


COST = """
    # oracle: shapes u: D, X: N D, y: N
    def misfit(u, X, y):
        return np.mean((X @ u - y) ** 2)


    def between(X):
        return X


    def {name}(u, X, y):
        return 2 * X.T @ (X @ u - y) {scale}


    def fit(X, y):
        from scipy.optimize import minimize

        return minimize({called}).x
"""
CALLS = [
    "misfit, X[0], args=(X, y), jac={name}",
    "fun=misfit, x0=X[0], args=(X, y), jac={name}",
    "lambda u: misfit(u, X, y), X[0], jac=lambda u: {name}(u, X, y)",
]


@pytest.mark.parametrize("call", CALLS)
def test_what_an_optimizer_is_given_is_a_pair(tmp_path: Path, call: str) -> None:
    called = call.format(name="steepness")
    text = COST.format(name="steepness", scale="/ len(y)", called=called)
    assert results(tmp_path, text)["steepness"].verdict == "correct"
    text = COST.format(name="steepness", scale="", called=called)
    one = results(tmp_path, text)["steepness"]
    assert one.verdict == "wrong"
    assert {n.name for g in one.gradients for n in g.findings} == {"missing-batch-mean"}


def test_what_no_call_shows_to_be_a_gradient_is_not_accused(tmp_path: Path) -> None:
    text = COST.format(name="steepness", scale="", called="misfit, X[0]")
    assert not results(tmp_path, text)


def test_what_is_used_as_a_gradient_and_is_no_pair_is_judged_where_it_is_used(
    tmp_path: Path,
) -> None:
    text = """
        def cap(z):
            return np.exp(-z * z)


        def beside(z):
            return -z * np.exp(-z * z)


        def train(w, x, t):
            z = x @ w
            delta = (cap(z) - t) * beside(z)
            dw = x.T @ delta
            w -= 0.1 * dw
    """
    assert list(results(tmp_path, text)) == ["train"]
    (left,) = not_judged(tmp_path / "derivation.py", [])
    assert left.target == "train"


def test_a_folder_is_not_executed_for_functions_that_stand_beside_each_other(
    tmp_path: Path,
) -> None:
    likely, unlikely = tmp_path / "likely.py", tmp_path / "unlikely.py"
    likely.write_text(textwrap.dedent(SLOPE.format(name="cap_slope", argument="z", slope="-z")))
    unlikely.write_text(textwrap.dedent(SLOPE.format(name="beside", argument="z", slope="-z")))
    assert list(files_in(tmp_path)) == [likely]


def test_a_file_that_asks_for_a_check_is_never_passed_over_in_a_folder(tmp_path: Path) -> None:
    asks, plain = tmp_path / "asks.py", tmp_path / "plain.py"
    asks.write_text("# oracle: shapes a: N\ndef thing(a):\n    return a + 1\n")
    plain.write_text("def thing(a):\n    return a + 1\n")
    assert list(files_in(tmp_path)) == [asks]
