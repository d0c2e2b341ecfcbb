"""Tracked arrays that NumPy's C code made by a way that is not followed."""

import numpy as np

from oracle.truth.recording.kinds import Tracked
from oracle.truth.recording.memory import Buffer, owner_of
from oracle.truth.recording.tape import Tape
from oracle.truth.recording.wrapping import NUMBERS, is_active, noted


def foundling(self: Tracked) -> None:
    """Initialise a tracked array of unknown origin: a constant, unless its memory is known."""
    tape = Tape.now or Tape()
    array = np.ndarray.view(self, np.ndarray)
    buffer = tape.buffers.get(id(owner_of(array)))
    if buffer is None:
        buffer = Buffer(tape, owner_of(array))
        tape.cut("unrecorded", "an array was made by a way that is not followed")
    self._plain = array
    self._buffer = buffer
    self._value, self._version = None, -1


def orphan(self: Tracked, source: Tracked) -> None:
    """Initialise a tracked array that NumPy's C code made, by ``plain.dot(x)``, say.

    Its numbers are not there yet. A view is looked up when it is read; anything else is a call
    without a name, which the replay will refuse, should the result matter.
    """
    tape = Tape.now
    assert tape is not None
    array = np.ndarray.view(self, np.ndarray)
    self._plain = array
    buffer = source._buffer
    if np.may_share_memory(array, source._plain):
        self._buffer, self._value, self._version = buffer, None, -1
        return
    value = None
    if is_active(source) and array.dtype.kind in NUMBERS:
        note = tape.note("unrecorded", None, (noted(source, tape),))
        value = tape.result(note, array)
    self._buffer = Buffer(tape, owner_of(array))
    self._buffer.filled(array, value)
    self._value, self._version = value, self._buffer.version
