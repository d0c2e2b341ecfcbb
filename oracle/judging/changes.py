"""The line of a user's file that changes an array which a caller owns."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any

import numpy as np

from oracle.judging.trial import Trial

UPSTREAM = "the upstream gradient"


def user_files(trial: Trial) -> set[str]:
    """The user's files: those of the functions that are checked."""
    functions = (getattr(f, "__func__", f) for f in trial.subject.functions)
    codes: list[CodeType] = [f.__code__ for f in functions if hasattr(f, "__code__")]
    classes = [f for f in trial.subject.functions if isinstance(f, type)]
    parts = [part for c in classes for base in c.__mro__[:-1] for part in vars(base).values()]
    codes += [part.__code__ for part in parts if hasattr(part, "__code__")]
    return {code.co_filename for code in codes}


def changing(trial: Trial, name: str) -> int | None:
    """The user's own line after which an argument, or the upstream, is not what it was."""
    subject, inputs = trial.subject, trial.inputs()
    held: list[Any] = []

    def arrays() -> list[np.ndarray]:
        if name == UPSTREAM:
            parts = held[0] if held and isinstance(held[0], tuple) else held
            return [np.array(part) for part in parts]
        return [array.copy() for array in _named(inputs, name)]

    with trial.seeded():
        with _watched(user_files(trial), arrays) as changed:
            value, kept = subject.forward(inputs)
        if changed:
            return changed[0]
        held.append(trial.sent(value))
        with _watched(user_files(trial), arrays) as changed:
            subject.backward(inputs, value, kept, held[0])
    return changed[0] if changed else None


def _named(inputs: dict[str, Any], name: str) -> list[np.ndarray]:
    """The array that a finding calls ``x`` or ``params["W"]``."""
    found = [thing for key, thing in inputs.items() if key == name]
    for owner, thing in inputs.items():
        if isinstance(thing, dict):
            found += [part for key, part in thing.items() if f'{owner}["{key}"]' == name]
    return [array for array in found if isinstance(array, np.ndarray)]


@contextlib.contextmanager
def _watched(files: set[str], arrays: Callable[[], list[np.ndarray]]) -> Iterator[list[int]]:
    """The first line of some files after which arrays are not what they were; in a list."""
    before, last = arrays(), [0]
    changed: list[int] = []

    def look() -> None:
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, arrays()))
        if not changed and last[0] and not same:
            changed.append(last[0])

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        look()
        if event != "return":
            last[0] = frame.f_lineno
        return trace

    kept = sys.gettrace()
    sys.settrace(trace)
    try:
        yield changed
    finally:
        sys.settrace(kept)
        look()
