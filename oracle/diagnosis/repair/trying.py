"""One edit, tried on failing cases: the gradients that it makes right, and whether others stay."""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.diagnosis.repair.code import ENDLESS, Source, TooLong, at_most
from oracle.diagnosis.repair.slots import Edit
from oracle.judging.ground_truth import Truth
from oracle.judging.numerics import unguarded
from oracle.judging.trial import Trial
from oracle.judging.verdict import agree
from oracle.subject import Path, is_number
from oracle.truth.work import spend

PROVED_ON = 3  # shapes besides the first
AN_EDIT = 20  # steps of work for putting an edit into the code, and for a short run of it
A_CALL = 2  # the same for each recorded call of the forward, if it has many
Confirmed = Callable[[Trial, frozenset[Path]], bool]  # a last proof, while an edit is in place


@dataclass
class Judged:
    """A case, its truth, and what the code as it stands makes of it."""

    trial: Trial
    truth: Truth
    free: dict[Path, np.ndarray]  # the gradients of a forward without its guards
    value: list[np.ndarray]
    wrong: frozenset[Path]
    elements: int  # of the arrays that are drawn
    off: dict[Path, tuple[np.ndarray, np.ndarray]]  # of the wrong ones: what came, the truth


def judged(trial: Trial) -> Judged | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            truth = trial.truth()
            free = unguarded(trial)
            value, made, _ = trial.candidate()
        except Exception:
            return None
    elements = sum(array.size for array in trial.arrays.values())
    known = [m for m in made if m.of in truth.gradients]
    bad = [m for m in known if not _right(trial, truth, free, m)]
    off = {
        m.of: (np.array(m.value, float), truth.gradients[m.of]) for m in bad if is_number(m.value)
    }
    wrong = frozenset(m.of for m in bad)
    return Judged(trial, truth, free, _numbers(value), wrong, elements, off)


def tried(source: Source, edit: Edit, judged: Judged) -> frozenset[Path]:
    """The gradients that an edit makes right in a case; none if it makes others wrong."""
    trial, truth, free = judged.trial, judged.truth, judged.free
    spend(max(AN_EDIT, A_CALL * trial.calls))
    with edited(source, edit) as compiled:
        if not compiled:
            return frozenset()
        try:
            with at_most(ENDLESS):
                value, made, _ = trial.candidate()
        except (Exception, SystemExit, TooLong):
            return frozenset()
    if not _same(_numbers(value), judged.value):
        return frozenset()  # the forward is another one now
    found = {m.of for m in made if m.of in truth.gradients}
    wrong = {m.of for m in made if m.of in truth.gradients and not _right(trial, truth, free, m)}
    if wrong - judged.wrong or judged.wrong - found:
        return frozenset()
    return judged.wrong - wrong


def _right(trial: Trial, truth: Truth, free: dict[Path, np.ndarray], made: Any) -> bool:
    """True if a gradient is the true one, also if only for the forward without its guards."""
    if not isinstance(made.value, np.ndarray | np.generic | float | int):
        return False
    expected = [known[made.of] for known in (truth.gradients, free) if made.of in known]
    return any(
        agree(np.asarray(made.value, float), one, trial.largest_upstream) for one in expected
    )


@contextlib.contextmanager
def edited(source: Source, edit: Edit) -> Iterator[bool]:
    """The user's function with an edit in it, for a while; False if that is no code."""
    undo = edit.put()
    code = source.compiled()
    undo()
    if code is None:
        yield False
        return
    with source.replaced(code), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield True


def _same(some: list[np.ndarray], others: list[np.ndarray]) -> bool:
    return len(some) == len(others) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-12, atol=0) for a, b in zip(some, others)
    )


def _numbers(value: Any) -> list[np.ndarray]:
    parts = value if isinstance(value, tuple | list) else (value,)
    return [np.array(p, float) for p in parts if isinstance(p, np.ndarray | np.generic | float)]


def opened(trials: Sequence[Trial], wrong: set[Path]) -> list[Judged]:
    """A few cases in which some of these gradients are wrong, the best ones first."""
    found = [j for j in map(judged, trials) if j is not None and j.wrong & wrong]
    return sorted(found, key=lambda j: (-len(j.wrong), j.elements))


def proved(
    source: Source, edit: Edit, cases: Sequence[Judged], wrong: set[Path], confirmed: Confirmed
) -> frozenset[Path]:
    """The gradients that an edit makes right in all cases; none if it is no cure."""
    first, others = cases[0], cases[1 : 1 + PROVED_ON]
    fixed = tried(source, edit, first)
    if not fixed & wrong:
        return frozenset()
    if not all(tried(source, edit, other) >= (other.wrong & fixed) for other in others):
        return frozenset()
    with edited(source, edit):
        return fixed if confirmed(first.trial, fixed) else frozenset()
