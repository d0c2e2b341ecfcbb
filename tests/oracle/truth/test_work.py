"""Searches end by the work that they have done, on a busy machine as on an idle one."""

import numpy as np

from oracle.truth.recording import record
from oracle.truth.replay import replay
from oracle.truth.work import Budget, counter, smaller, spend


def steps(work):
    before = counter.steps
    work()
    return counter.steps - before


def test_a_recorded_call_is_a_step():
    x = np.ones(3)
    few, many = (
        steps(lambda n=n: record(lambda x: sum(np.sin(x) for _ in range(n)), (x,))) for n in (2, 20)
    )
    assert many > few >= 2


def test_the_same_work_costs_the_same_steps_whatever_its_time():
    x = np.linspace(0, 1, 5)

    def work():
        replay(record(lambda x: np.tanh(x) * x, (x,)), np.ones(5))

    assert steps(work) == steps(work) > 0


def test_a_budget_is_spent_by_steps_and_the_smaller_one_ends_first():
    large, small = Budget(100), Budget(10)
    assert smaller((large, small)) is small
    spend(10)
    assert small.is_spent
    assert not large.is_spent
    assert large.left == 90
