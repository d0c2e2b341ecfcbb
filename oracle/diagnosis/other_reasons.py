"""Gradients that judging has found wrong, and whose formula is right but for a guard or float32."""

import numpy as np

from oracle.diagnosis.drafts import Draft
from oracle.diagnosis.evidence import Evidence
from oracle.judging.verdict import EPS, UNSTABLE_AT, WRONG_AT
from oracle.results import Note


def ignore_guards(draft: Draft, evidence: Evidence) -> None:
    """It is right but for guards that the backward does not know of."""
    lines = sorted({note.line for note in evidence.guarded})
    where = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
    name = draft.gradient.name
    draft.change(verdict="correct", counterexample=None, findings=())
    draft.note(
        Note("guard-ignored", f"{name} is right but for the guard on {where}, which it ignores")
    )
    if evidence.guards_in_backward and _guard_dominates(draft):
        draft.change(verdict="unstable")
        draft.find(Note("guard-ignored", "where the guard dominates, it is not"))


def _guard_dominates(draft: Draft) -> bool:
    units = draft.gradient.units
    return any(units.get(f"float64/{regime}", 0.0) > UNSTABLE_AT for regime in ("tiny", "large"))


def is_float32(draft: Draft, evidence: Evidence) -> bool:
    """True if float32 inside the user's code accounts for all of the difference."""
    kinds = {np.asarray(v.array).dtype for n in evidence.recording.notes for v in n.outputs}
    if not kinds & {np.dtype(np.float32), np.dtype(np.float16)}:
        return False
    units = draft.gradient.units.get("float64/ordinary", 0.0)
    return units <= WRONG_AT * EPS["float32"] / EPS["float64"]


def blame_float32(draft: Draft) -> None:
    """Its formula is right, its digits are float32's."""
    said = f"{draft.gradient.name} has float32's digits, though everything given is float64"
    finding = Note("lower-precision", said, "keep the dtype of the inputs")
    draft.change(verdict="unstable", findings=(finding,))
