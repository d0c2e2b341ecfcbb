"""The record of a traced run: what its statements stored, and the calls that made it."""

from dataclasses import dataclass
from typing import Any

from oracle.tracing.instrument import Statement, Target
from oracle.truth.recording import Cut, Note, Value

INTERRUPTED = "KeyboardInterrupt"  # what ended a run that Ctrl-C ended

Home = tuple[Any, ...]  # where a value is kept: a variable, an attribute of an object, an entry


@dataclass(eq=False, slots=True)  # not frozen: one is made for each statement that runs
class Stored:
    """A value at the moment when a statement stored it."""

    statement: Statement
    target: Target
    text: str  # the user's own text for it, with what the keys were: grads['dW1']
    value: Value
    homes: tuple[Home, ...]
    before: tuple[Value, ...]  # what was kept there until then
    time: int  # how many calls had been recorded
    turn: int  # how often the statement had run
    order: int  # among all that was stored


@dataclass(frozen=True)
class Attempt:
    """An update that raised: ``b -= lr * db`` with a db of a wrong shape."""

    stored: Stored  # of the value as it was
    old: Value
    operand: Value
    sign: float


@dataclass(frozen=True)
class Recorded:
    """A traced run."""

    stored: tuple[Stored, ...]
    notes: tuple[Note, ...]
    cuts: tuple[tuple[int, Cut], ...]  # with the time: how many calls had been recorded
    failed: Attempt | None
    error: str  # what ended it, if it was an exception of the user's code
    error_line: int
    seconds: float
