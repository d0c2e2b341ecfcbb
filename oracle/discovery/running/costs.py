"""Costs of moves: a state that assumes fewer things comes first."""

EQUAL = 0.1  # two sizes that an error says are equal
ONE = 1.5  # an extent of 1
AXES = 1.0  # another rank than the name says
LABELS = 0.5  # integers, for targets
INTEGERS = 1.5  # and for anything else
SCALAR = 1.5
PARTS = 0.2  # a number of parts, such as heads
ELSEWHERE = 1.0  # a change of an argument that the failing line does not name


def effort(dim: str) -> float:
    """The cost of a size that is an expression, or a number."""
    return 0.0 if dim.isidentifier() else 0.3
