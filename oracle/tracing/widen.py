"""A run in float32, computed again in float64: the formula is judged, not the rounding.

Each recorded call that made float32 numbers is run again by NumPy, in order, from wide numbers.
What the code has decided (masks, branches, indices, random draws) stays decided.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from oracle.tracing.recorded import Recorded
from oracle.tracing.rerun import CannotRerun, outcome
from oracle.truth.recording import Cut, Note, Value


def widened(recorded: Recorded) -> Recorded:
    """The same run in float64; a call that cannot be run again is a cut."""
    left = []
    for time, note in enumerate(recorded.notes):
        narrow = [v for v in note.outputs if v.active and is_narrow(v.array)]
        if narrow and not _widen(note):
            said = f"{note.op} computes in float32, and cannot be run again in float64"
            left.append((time, Cut("float32", note.place, said)))
    cuts = sorted([*recorded.cuts, *left], key=lambda each: each[0])
    return replace(recorded, cuts=tuple(cuts)) if left else recorded


def is_narrow(array: Any) -> bool:
    kind = getattr(array, "dtype", None)
    return kind is not None and kind.kind == "f" and kind.itemsize < 8


def _widen(note: Note) -> bool:
    """Give the outputs of a call their float64 numbers; False if it cannot be run again."""
    try:
        made = outcome(note)
    except CannotRerun:
        return False
    found: list[tuple[Value, Any]] = []
    for value, part in zip(note.outputs, made, strict=False):
        wide = np.asarray(part)
        if value.active and is_narrow(value.array):
            if wide.shape != value.shape or wide.dtype != np.float64:
                return False
            found.append((value, part))
    for value, part in found:
        value.array = part
    return True
