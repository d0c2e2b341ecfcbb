"""Edits of a statement are done where it stands: which of them would make the gradient right."""

import ast
import signal
import textwrap

import numpy as np
import pytest

from oracle import discovery
from oracle.diagnosis.repair import frames
from oracle.diagnosis.repair.code import TooLong, at_most, sources
from oracle.diagnosis.repair.slots import statements
from oracle.judging.examine import examine
from oracle.truth.work import A_SECOND, Budget


def spot_of(folder, text, blamed):
    """Where the statement that begins with a text makes a wrong gradient."""
    file = folder / "mine.py"
    file.write_text("import numpy as np\n" + textwrap.dedent(text), encoding="utf-8")
    (subject,), failures = discovery.subjects(file, "")
    assert not failures
    examined = examine(subject, 40)
    with examined.trials.names:
        ((path, failures),) = ((e.path, e.failures) for e in examined.entries if e.failures)
        trial = examined.trials.of(failures[-1])
        (got,) = (m.value for m in trial.candidate()[1] if m.of == path)
        want = trial.truth().gradients[path]
        for source in sources(subject.functions):
            for statement in statements(source.node):
                if ast.unparse(statement).startswith(blamed):
                    return frames.spot_of(source, statement, trial, {path: (got, want)}, ())
    return None


def hits(spot):
    """By statement, what its edits come to that make the gradient right."""
    found = {}
    for statement, _, edits in frames.likely(spot, Budget(60 * A_SECOND)):
        found.setdefault(ast.unparse(statement), set()).update(edit.told for edit in edits)
    return {text: told for text, told in found.items() if told}


def test_an_edit_of_a_statement_before_the_blamed_one_is_found(tmp_path):
    """m is where the mistake is, and dx where it is seen; d is made between them."""
    spot = spot_of(
        tmp_path,
        """
        # oracle: shapes x: N D
        def center(x):
            return x - x.mean(axis=1, keepdims=True)

        def center_backward(dy, x):
            N, D = x.shape
            m = N
            d = dy.sum(axis=1, keepdims=True)
            dx = dy - d / m
            return dx
        """,
        "dx =",
    )
    found = hits(spot)
    assert ("N", "D") in found["m = N"]
    assert set(found) <= {"m = N", "dx = dy - d / m", "d = dy.sum(axis=1, keepdims=True)"}


def test_what_is_written_to_is_as_it_was_for_the_next_edit(tmp_path):
    """dx is written to in place: of ten edits of that none may see what another has done."""
    spot = spot_of(
        tmp_path,
        """
        # oracle: shapes x: N D
        def f(x):
            return x ** 2

        def f_backward(dy, x):
            dx = dy.copy()
            dx *= x
            return dx
        """,
        "dx *=",
    )
    assert ("x", "2.0 * x") in hits(spot)["dx *= x"]


@pytest.mark.parametrize("turn", [0, 2])
def test_of_a_loop_it_is_the_turn_that_makes_the_array(tmp_path, turn):
    spot = spot_of(
        tmp_path,
        f"""
        # oracle: shapes x: N D
        def f(x):
            return 3 * x

        def f_backward(dy, x):
            for i in range(3):
                d = dy * (2 if i == {turn} else -1 - i)
                if i == {turn}:
                    dx = d
            return dx
        """,
        "d =",
    )
    assert spot.turn == turn
    assert any("3" in after for _, after in hits(spot)[ast.unparse(spot.statement)])


def test_the_users_code_is_left_as_it_was(tmp_path):
    spot = spot_of(
        tmp_path,
        """
        # oracle: shapes x: N D
        def f(x):
            return x ** 2

        def f_backward(dy, x):
            return dy * x
        """,
        "return dy * x",
    )
    before = ast.unparse(spot.source.node), spot.source.function.__code__
    assert hits(spot)
    assert (ast.unparse(spot.source.node), spot.source.function.__code__) == before
    assert not any(name.startswith("__oracle") for name in spot.source.function.__globals__)
    assert np.array_equal(spot.source.function(np.ones(2), np.ones(2)), np.ones(2))


def test_what_an_edit_makes_endless_is_ended():
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(TooLong), at_most(0.05):
        list(np.c_)  # which has an entry at every index
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
