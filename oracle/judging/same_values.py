"""An edited derivation compared with the original: an edit of a backward changes no value."""

from pathlib import Path

import numpy as np

from oracle import cases, discovery
from oracle.judging.examine import plan
from oracle.judging.session import Session
from oracle.subject import Subject, outputs

CASES = 20  # planned, of which every second one is run


def has_same_values(subject: Subject, original: Path, shapes: str, seed: int, max_dim: int) -> bool:
    """True if a derivation has the same values as the one of its name in the original file."""
    subjects, _ = discovery.subjects(original, subject.name, shapes)
    others = [other for other in subjects if other.name == subject.name]
    if not others:
        return False
    chosen = plan(subject, CASES, seed, max_dim, ("float64",))[::2]
    with Session(*subject.functions, *others[0].functions) as names, np.errstate(all="ignore"):
        return all(
            _same(_values(subject, case, names), _values(others[0], case, names)) for case in chosen
        )


def _values(subject: Subject, case: cases.Case, names: Session) -> list[np.ndarray]:
    """The forward's outputs; none if it raises."""
    arrays = cases.draw(subject, case)[0]
    with names.random_state(case.seed):
        try:
            value, _ = subject.forward(subject.prepare(arrays, case.seed))
            return [np.asarray(part) for part in outputs(value)]
        except Exception:
            return []


def _same(ours: list[np.ndarray], theirs: list[np.ndarray]) -> bool:
    return len(ours) == len(theirs) and all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(ours, theirs)
    )
