"""Square arrays that are no weights: used where the forward itself refuses any other."""

import pytest

from oracle.discovery import subjects
from tests.oracle.discovery.differences import write

CHAIN = """
    import numpy as np

    def chain(first, moves, steps=4):
        state = first
        for _ in range(steps):
            state = np.tanh(state @ moves)
        return state.sum()

    def chain_grad(first, moves, steps=4):
        states = [first]
        for _ in range(steps):
            states.append(np.tanh(states[-1] @ moves))
        up, dmoves = np.ones_like(states[-1]), np.zeros_like(moves)
        for before, after in zip(states[-2::-1], states[:0:-1]):
            up = up * (1 - after**2)
            dmoves += np.outer(before, up)
            up = moves @ up
        return up, dmoves
"""
ONE_STEP = """
    import numpy as np

    def mixed(first, moves):
        return np.tanh(first @ moves)

    def mixed_grad(up, first, moves):
        up = up * (1 - np.tanh(first @ moves)**2)
        return up @ moves, first.T @ up
"""


def test_a_square_that_the_forward_demands_is_used(tmp_path):
    found, failures = subjects(write(tmp_path, CHAIN), "", "")
    assert not failures
    (subject,) = found
    assert "moves: D D" in subject.shapes or "moves: N N" in subject.shapes


def test_a_square_that_only_the_backward_demands_is_told_and_not_used(tmp_path):
    text = ONE_STEP.replace("moves", "table")  # the transpose is missing: it runs on squares alone
    found, _ = subjects(write(tmp_path, text), "", "")
    shapes = [one.shapes for subject in found for one in (subject, *subject.others)]
    assert not any(part.split(": ")[1] in ("D D", "N N") for s in shapes for part in s.split(", "))


@pytest.mark.parametrize("name", ["moves", "links"])
def test_a_right_table_is_not_taken_for_a_square(tmp_path, name):
    text = ONE_STEP.replace("up @ moves", "up @ moves.T").replace("moves", name)
    (subject,), failures = subjects(write(tmp_path, text), "", "")
    assert not failures
    first, second = subject.shapes.split(", ")[:2]
    assert second.split(": ")[1].split()[0] == first.split(": ")[1].split()[-1]
    assert len(set(second.split(": ")[1].split())) == 2
