"""Arrays that the user's code has let go of: the record need not keep the numbers either.

Of a step of training most large arrays are intermediates, as in ``dz = (dy @ W.T + dh) * slope``.
To keep them all takes fresh memory for each, which costs more than the call. From time to time
those are looked up that nobody but the record refers to, and whose call can be repeated.
"""

import sys

import numpy as np

from oracle.truth.recording.kinds import Tracked
from oracle.truth.recording.memory import Buffer
from oracle.truth.recording.tape import Tape, Value

LARGE = 16_000  # bytes: of less, the bookkeeping costs more than the memory
LOOK_AFTER = 500_000  # bytes


def watch(buffer: Buffer, size: int) -> None:
    """Look up later if the memory of a fresh array, of so many bytes, is still reached."""
    tape = buffer.tape
    tape.large.append((buffer, size))
    tape.large_bytes += size
    if tape.large_bytes > LOOK_AFTER:
        tape.large = [each for each in tape.large if _is_kept(each[0])]
        # The more is still reached, the later is the next look.
        tape.large_bytes = -sum(size for _, size in tape.large) // 2


def _is_kept(buffer: Buffer) -> bool:
    value = buffer.whole
    if value is None or value.note is None or not value.note.is_repeatable:
        return False  # it will never be forgotten
    alone = len(buffer.borrowers) == 1 and buffer.borrowers[0] is value
    if not alone or value.array is not buffer.owner or _references(buffer) != _ALONE:
        return True
    if value.forget():
        del buffer.tape.buffers[id(buffer.owner)]
        buffer.borrowers.clear()
        buffer.face = buffer.owner = buffer.layout = buffer.whole = None
    return False


def _references(buffer: Buffer) -> tuple[int, int]:
    """How many references there are to the tracked array and to the plain one."""
    return sys.getrefcount(buffer.face), sys.getrefcount(buffer.owner)


def _alone() -> tuple[int, int]:
    """The references to an array that only the record has."""
    array = np.empty(1)
    buffer = Buffer(Tape(), array, Value(array, True))
    buffer.face = array.view(Tracked)
    buffer.face._plain, buffer.face._buffer = array, buffer
    del array
    return _references(buffer)


_ALONE = _alone()
