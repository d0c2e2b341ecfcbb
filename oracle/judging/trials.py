"""The trials of one subject: a handful is kept, so that no later stage records a case again.

While cases are being judged, every failing one is kept, up to a number and an amount of memory;
which of them tell most is known only in the end. Then a handful stays.
"""

import sys
from collections.abc import Iterable

import numpy as np

from oracle.cases import Case
from oracle.judging.trial import Session, Trial
from oracle.subject import Subject

HANDFUL = 16  # trials that are kept in the end,
MOST = 150  # and while cases are being judged
MEMORY = 64 * 2**20  # bytes that the trials kept may hold, roughly
CALL = 2000  # bytes that the record of one call holds beside its arrays


def begin(subject: Subject, case: Case, names: Session) -> Trial:
    """The case, drawn: recorded, or run by torch itself where the derivation is torch's."""
    if subject.torch_function is not None:
        from oracle.judging.torch_trial import TorchTrial

        return TorchTrial(subject, case, names)
    return Trial(subject, case, names)


class Trials:
    """Trials by their case: those kept, and others, begun when they are asked for."""

    def __init__(self, subject: Subject, names: Session) -> None:
        self.subject = subject
        self.names = names  # the user's modules: a trial is of use while they are entered
        self._most = MOST
        self._kept: dict[str, Trial] = {}
        self._bytes = 0

    def of(self, case: Case) -> Trial:
        """The trial of a case; it is begun, and kept, if it was not kept."""
        known = self._kept.get(str(case))
        if known is None:
            known = begin(self.subject, case, self.names)
            self.keep(known)
        return known

    def keep(self, trial: Trial) -> None:
        """Keep a trial, as long as there is room."""
        size = _size(trial)
        if len(self._kept) < self._most and self._bytes + size <= MEMORY:
            self._kept[str(trial.case)] = trial
            self._bytes += size

    def settle(self, wanted: Iterable[Case]) -> None:
        """Keep a handful of the trials that are kept: those of the first cases wanted."""
        texts = [text for text in dict.fromkeys(map(str, wanted)) if text in self._kept]
        self._kept = {text: self._kept[text] for text in texts[:HANDFUL]}
        self._bytes = sum(map(_size, self._kept.values()))
        self._most = 2 * HANDFUL


def _size(trial: Trial) -> int:
    """The bytes that a trial holds, roughly."""
    arrays = [*trial.arrays.values()]
    if trial.subject.torch_function is None:
        arrays += [v.array for note in trial.recording.notes for v in note.outputs]
    return CALL * (1 + trial.calls) + sum(
        a.nbytes if isinstance(a, np.ndarray) else sys.getsizeof(a) for a in arrays
    )
