"""The trials of one subject: a handful is kept, so that no later stage records a case again.

While cases are being judged, every failing one is kept, up to a number and an amount of memory;
which of them tell most is known only in the end. Then a handful stays.
"""

import sys
from collections.abc import Callable, Iterable

import numpy as np

from oracle.cases import Case
from oracle.judging.session import Session
from oracle.judging.trial import Trial
from oracle.subject import Subject

HANDFUL = 16  # trials that are kept in the end,
MOST = 150  # and while cases are being judged
MEMORY = 64 * 2**20  # bytes that the trials kept may hold, roughly
CALL = 2000  # bytes that the record of one call holds beside its arrays


Begin = Callable[[Subject, Case, Session], Trial]


def begin(subject: Subject, case: Case, names: Session) -> Trial:
    """The case, drawn: recorded, or run by torch itself where the derivation is torch's."""
    if subject.against:
        from oracle.judging.torch_trial import AgainstTrial

        return AgainstTrial(subject, case, names)
    if subject.torch_function is not None:
        from oracle.judging.torch_trial import TorchTrial

        return TorchTrial(subject, case, names)
    return Trial(subject, case, names)


class Trials:
    """Trials by their case: those kept, and others, begun when they are asked for."""

    def __init__(
        self, subject: Subject, names: Session, begin: Begin = begin, most: int = MOST
    ) -> None:
        self.subject = subject
        self._begin = begin
        self.names = names  # the user's modules: a trial is of use while they are entered
        self._most = most
        self._kept: dict[str, Trial] = {}
        self._bytes = 0

    def of(self, case: Case) -> Trial:
        """The trial of a case; it is begun, and kept, if it was not kept."""
        known = self._kept.get(str(case))
        if known is None:
            known = self.begin(case)
            self.keep(known)
        return known

    def begin(self, case: Case) -> Trial:
        """A new trial of a case."""
        return self._begin(self.subject, case, self.names)

    def keep(self, trial: Trial) -> None:
        """Keep a trial, as long as there is room."""
        if len(self._kept) >= self._most:
            return
        size = _size(trial)
        if self._bytes + size <= MEMORY:
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
    arrays += [v.array for note in trial.notes for v in note.outputs]
    return CALL * (1 + trial.calls) + sum(
        a.nbytes if isinstance(a, np.ndarray) else sys.getsizeof(a) for a in arrays
    )
