"""The smallest failing case, as a report shows it and a command replays it."""

import shlex
from typing import Any

import numpy as np

from oracle.cases import Case
from oracle.results import Counterexample
from oracle.subject import Subject


def counterexample(subject: Subject, case: Case, got: Any, want: Any) -> Counterexample:
    """The case, with the array that came and the one that was expected."""
    command = subject.command or f"oracle check {subject.file}::{shlex.quote(subject.name)}"
    dims = {name.lstrip("*"): size for name, size in case.sizes.items()}
    return Counterexample(
        f"{command} --case {case}", dims, case.options, case.seed, case.dtype, case.regime,
        plain(got), plain(want),
    )  # fmt: skip


def plain(thing: Any) -> Any:
    """Numbers and lists of numbers; the text of anything else, and None of nothing."""
    if isinstance(thing, np.ndarray | np.generic):
        return thing.tolist()
    return None if thing is None else repr(thing)
