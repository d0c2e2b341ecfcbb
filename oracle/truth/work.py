"""Work, counted in steps and not in seconds: a busy machine must find what an idle one finds.

A step is some 25 microseconds: one call that is noted, or run again by torch. Whoever does such
work tells it here; a search ends when its budget is spent.
"""

from collections.abc import Iterable

A_SECOND = 40_000  # steps that an ordinary machine does in about one second


class _Counter:
    """The steps of this process since it began; only differences mean something."""

    def __init__(self) -> None:
        self.steps = 0


counter = _Counter()


def spend(steps: int) -> None:
    """Note that so many steps have been done."""
    counter.steps += steps


def spend_back(calls: int) -> None:
    """Note a pass back through so many calls at most: autograd does one in a few microseconds."""
    counter.steps += 5 + calls // 8


class Budget:
    """A number of steps of work, counted from now on."""

    def __init__(self, steps: int) -> None:
        self._end = counter.steps + steps

    @property
    def left(self) -> int:
        """The steps that are left; 0 or less when it is spent."""
        return self._end - counter.steps

    @property
    def is_spent(self) -> bool:
        return self.left <= 0


def smaller(budgets: Iterable[Budget]) -> Budget:
    """The budget that ends first."""
    return min(budgets, key=lambda budget: budget.left)
