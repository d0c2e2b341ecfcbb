"""Recording: the real NumPy runs the user's code, and every call on tracked arrays is noted.

``record(forward, (X, W))`` runs ``forward`` unchanged and returns a ``Recording``: the return
value, bit for bit the same as without the recording, and a note of each call on the way to it.
``oracle.truth.replay`` runs the notes by torch and differentiates them.

    tape.py       values, notes, cuts, places in the user's code
    memory.py     which value stands where in NumPy's memory: writes, views, aliases
    kinds.py      the tracked array and the tracked numbers, made from plain ones and made plain;
                  arrays.py, scalars.py and iteration.py give them their operations
    calls.py      one call: run it, note it, wrap its result
    writes.py     calls that write into an array
    exits.py      where numbers leave the record
    callbacks.py  NumPy functions that call the user's function back
    stand_ins.py  what np, math, rng, ... mean in the user's modules meanwhile; classes.py and
                  generators.py: what float, rng.shuffle, ... mean
    names.py      finds those modules, and puts the stand-ins in place and back
    trees.py      arrays in nested arguments and results, and in objects

A value is recorded where it goes through NumPy, ``math``, ``scipy.special`` or Python arithmetic.
Where one leaves the record, by ``pickle``, ``json`` or ``np.ma.array``, say, a ``Cut`` tells the
line, and the replay refuses the record if the cut matters. A call that the replay does not know is
refused too, with its name and line.

Known leaks, where C code reads a number and no Python code of ours runs
(``directional_witness`` and ``confirm`` compare with the forward itself, and see them): a ufunc
called on a list (``np.exp([a, b])``), and a number written into the plain array that it makes;
``"%f" % x``; ``ctypes.c_double(x)``; object arrays that are filled element by element;
``np.ndarray(shape, buffer=x)``; classes of other libraries (``scipy.sparse``, ``pandas``). While a
function is recorded, ``np.sum`` is a stand-in in the user's modules, so ``f is np.sum`` is false
for a function ``f`` that was stored before (ufuncs and ``np.ndarray`` are themselves).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# ``arrays``, ``iteration`` and ``scalars`` give the tracked kinds their operations.
from oracle.truth.recording import arrays, iteration, scalars  # noqa: F401
from oracle.truth.recording.names import Names, at_the_users_line
from oracle.truth.recording.tape import SHARED_INPUT, Cut, Note, Place, Tape, Value
from oracle.truth.recording.trees import Path, Tracker, unwrapped

__all__ = ["SHARED_INPUT", "Cut", "Names", "Note", "Path", "Place", "Recording", "Value", "record"]


@dataclass(frozen=True)
class Recording:
    """The record of one run. A path leads to an array: ``(0,)``, ``("params", "W")``."""

    value: Any  # the return value, in NumPy's own arrays
    inputs: dict[Path, Value]
    outputs: dict[Path, Value]  # the floating-point arrays and numbers in ``value``
    notes: tuple[Note, ...]
    cuts: tuple[Cut, ...]


def record(
    function: Callable[..., Any],
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
    *,
    names: Names | None = None,
    differentiate: Callable[[Path], bool] | None = None,
) -> Recording:
    """Run ``function(*args, **kwargs)`` and note what it does.

    Inputs are the floating-point arrays and NumPy numbers in the arguments, however deep in lists,
    tuples, dicts and objects of the user's own classes, and, for a method, in its ``self``.
    ``differentiate`` may choose among their paths, and then Python floats count as well.

    ``names``: for many recordings of one function, ``with Names(function) as names:`` around them
    all puts the stand-ins in place once.
    """
    if names is None:
        with Names(function, *args) as names:
            return record(function, args, kwargs, names=names, differentiate=differentiate)
    tape = Tape()
    tracker = Tracker(tape, differentiate)
    before = Tape.now
    owner = getattr(function, "__self__", None)
    try:
        tracked_args = [tracker.track(arg, (i,)) for i, arg in enumerate(args)]
        tracked_kwargs = {name: tracker.track(arg, (name,)) for name, arg in (kwargs or {}).items()}
        if owner is not None and not isinstance(owner, type):
            tracker.track(owner, ("self",))
        tracker.track_constants(names)
        Tape.now = tape
        with at_the_users_line():
            result = function(*tracked_args, **tracked_kwargs)
        outputs = tracker.outputs(result)
        value = unwrapped(result)
    finally:
        Tape.now = before
        tracker.restore(names)
    return Recording(value, tracker.inputs, outputs, tuple(tape.notes), tuple(tape.cuts))
