"""Side conditions of a backward, whatever its formula: nothing changed, aliased or remembered."""

import contextlib
import dataclasses
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

from oracle import cases
from oracle.judging.trial import Trial
from oracle.judging.verdict import AGREES
from oracle.results import Note
from oracle.subject import Inputs, Made, as_array, is_number, outputs

Arrays = dict[str, np.ndarray]


class Broken(NamedTuple):
    """A side condition that does not hold: for which array, what is wrong, and what was changed."""

    name: str
    note: Note
    handed_back: str = ""  # the array that is changed and handed back: a remark


UNREPEATABLE = Broken(
    "",
    Note(
        "not-deterministic",
        "the forward gives different values for the same arguments, as it keeps state or draws "
        "numbers from the clock: there is no derivative to compare with; seed its generator",
    ),
)


def _repeats(trial: Trial) -> bool:
    """True if two runs of the forward with the same arguments give the same value."""
    values = []
    for _ in range(2):
        with trial.seeded():
            value = trial.subject.forward(trial.inputs())[0]
        values.append([_copy(part) for part in outputs(value) if is_number(part)])
    return all(map(partial(_same, trial), *values))


def side_conditions(trial: Trial, made: list[Made]) -> Iterator[Broken]:
    """The side conditions of a backward that do not hold, whatever gradients it returns.

    ``made`` is what the backward returned before, on the same arrays.
    """
    if not trial.strict and not _repeats(trial):
        yield UNREPEATABLE
        return
    inputs = trial.inputs()
    before = _copied(_owned_by_caller(inputs))
    with trial.seeded():
        value, kept = trial.subject.forward(inputs)
        sent = trial.sent(value)
        before |= _copied(_parts(sent))
        trial.names.other_entropy()  # a backward that draws anew is not deterministic
        first = trial.subject.backward(inputs, value, kept, sent)
    given = _owned_by_caller(inputs) | _parts(sent)
    changed = list(_changed(before, given))
    for name, note in changed:
        receiver = _receiver(name, given[name], value, first)
        if receiver:
            yield Broken(receiver, _handed_back(note, name, receiver), name)
        else:
            yield Broken(name, note)
    results = [m for m in made if m.of == ()][:1]  # the value, where it is judged
    results = [dataclasses.replace(m, value=value) for m in results] + first
    yield from _aliased(results, given, {name for name, _ in changed})
    fresh = {m.of: m.value for m in first}
    for one in made:
        if one.of in fresh and not _same(trial, one.value, fresh[one.of]):
            message = f"{one.name} differs between two runs with the same inputs and random state"
            cure = "keep no state between calls"
            yield Broken(one.name, Note("not-deterministic", message, cure))
            return
    if not changed and not _keeps_state(inputs) and not trial.names.random:
        yield from _repeated(trial, (inputs, value, kept, sent), first)


def broadcasts(trial: Trial) -> Iterator[Note]:
    """A column minus a row of the same length: (N, 1) against (N,) makes N×N of what was N."""
    for note in trial.notes:
        shapes = [value.shape for value in note.inputs]
        if note.op not in ("subtract", "multiply", "add", "divide") or len(shapes) != 2:
            continue
        (a, b), made = sorted(shapes, key=len), note.outputs[0].shape if note.outputs else ()
        if len(a) == 1 and a[0] > 1 and b == (a[0], 1) and made == (a[0], a[0]):
            yield Note(
                "unintended-broadcast",
                f"line {note.line} makes {made} of {b} and {a}: each of one with each of the other",
                "give both the same shape, with y[:, None] or z[:, 0]",
            )


def _changed(before: Arrays, after: Arrays) -> Iterator[tuple[str, Note]]:
    """Arguments, the upstream among them, that a call has written to."""
    for name, array in before.items():
        if name in after and not _equal(array, after[name]):
            if name.startswith(UPSTREAM):
                said, copy = f"{name} that the caller passes in is changed", f"a copy of {name}"
            else:
                said, copy = f"the caller's {name} is changed", f"{name}.copy()"
            yield name, Note("mutates-input", said, f"work on {copy}")


def _receiver(name: str, changed: np.ndarray, value: Any, made: list[Made]) -> str:
    """The gradient as which a changed array is handed back; "" if it is not.

    The caller gets the array itself: the upstream as a gradient, or an input as the value, of which
    the gradient is told. What happens to an array that they go on using is a matter of numbers.
    """
    if name.startswith(UPSTREAM):
        return next((m.name for m in made if _is_part(m.value, changed)), "")
    parts = value if isinstance(value, tuple | list) else [value]
    if not any(_is_part(part, changed) for part in parts):
        return ""
    return next((m.name for m in made if m.of == (name,)), "")


def _is_part(thing: Any, array: np.ndarray) -> bool:
    return isinstance(thing, np.ndarray) and bool(np.shares_memory(thing, array))


def _handed_back(note: Note, name: str, receiver: str) -> Note:
    what = f"as {receiver}" if name.startswith(UPSTREAM) else "as the value"
    return Note(note.name, f"{note.message} in place and handed back {what}", note.fix)


def _aliased(made: list[Made], given: Arrays, changed: set[str]) -> Iterator[Broken]:
    """Results that share memory with an argument, or with each other.

    Of an argument that is changed this is told already.
    """
    seen = dict(given)
    for one in made:
        if not isinstance(one.value, np.ndarray) or not one.value.size:
            continue
        for name, array in seen.items():
            if name not in changed and np.may_share_memory(one.value, array):
                said = f"{one.name} shares its memory with {name}: writing to one changes the other"
                cure = f"return {one.name}.copy()"
                yield Broken(one.name, Note("aliases-argument", said, cure))
                break
        seen[one.name] = one.value


def _repeated(trial: Trial, call: Any, first: list[Made]) -> Iterator[Broken]:
    """The backward called a second time, and once more after a forward on other arrays.

    Code that does not allow a second call, because it uses up its cache, is not blamed.
    """
    inputs, value, kept, sent = call
    kept_first = [dataclasses.replace(m, value=_copy(m.value)) for m in first]
    other = dataclasses.replace(trial.case, seed=trial.case.seed + 1)
    try:
        with trial.seeded():
            second = trial.subject.backward(inputs, value, kept, sent)
        if different := _different(trial, kept_first, second):
            said = f"{different} is different in a second call with the same arguments"
            cure = "change nothing that the forward has kept, and draw no random numbers"
            yield Broken(different, Note("not-deterministic", said, cure))
            return
        with trial.seeded():
            trial.subject.forward(trial.inputs(cases.draw(trial.subject, other)[0]))
            third = trial.subject.backward(inputs, value, kept, sent)
    except (Exception, SystemExit):
        return
    if different := _different(trial, kept_first, third):
        said = f"{different} is different after a forward on other arrays, of which it uses a part"
        cure = "keep all that the backward needs in what the forward returns"
        yield Broken(different, Note("state-not-kept", said, cure))


def _different(trial: Trial, first: list[Made], later: list[Made]) -> str:
    """The name of the first gradient that is different; "" if all are the same."""
    for one, other in zip(first, later, strict=False):
        if not _same(trial, one.value, other.value):
            return one.name
    return ""


def _keeps_state(inputs: Inputs) -> bool:
    """An object among the inputs keeps state between forward and backward, and may do so."""
    plain = np.ndarray | np.generic | dict | list | tuple | str | float | int | bool
    return not all(thing is None or isinstance(thing, plain) for thing in inputs.values())


def _owned_by_caller(inputs: Inputs) -> Arrays:
    """The arrays that the caller owns: not those of an object, which are its own."""
    found: Arrays = {}
    for name, thing in inputs.items():
        if isinstance(thing, np.ndarray):
            found[name] = thing
        elif isinstance(thing, dict):
            parts = thing.items()
            found |= {f'{name}["{k}"]': p for k, p in parts if isinstance(p, np.ndarray)}
    return found


def _parts(sent: Any) -> Arrays:
    """The upstream's arrays."""
    if isinstance(sent, np.ndarray):
        return {UPSTREAM: sent}
    parts = enumerate(sent) if isinstance(sent, tuple) else ()
    return {f"{UPSTREAM} {i + 1}": p for i, p in parts if isinstance(p, np.ndarray)}


def _copied(arrays: Mapping[str, np.ndarray]) -> Arrays:
    return {name: array.copy() for name, array in arrays.items()}


def _copy(thing: Any) -> Any:
    return thing.copy() if isinstance(thing, np.ndarray) else thing


def _equal(a: Any, b: Any) -> bool:
    """Bit for bit, NaN and the sign of a zero too: quicker than to compare numbers."""
    x, y = np.asarray(a), np.asarray(b)
    return x.shape == y.shape and x.dtype == y.dtype and x.tobytes() == y.tobytes()


def _same(trial: Trial, a: Any, b: Any) -> bool:
    """Equal, or different by rounding alone."""
    x, y = as_array(a), as_array(b)
    if x is y or _equal(x, y):
        return True
    try:
        slack = AGREES * trial.eps
        return np.shape(x) == np.shape(y) and bool(
            np.allclose(x, y, rtol=slack, atol=slack * trial.largest_upstream, equal_nan=True)
        )
    except TypeError:  # no numbers
        return False


# The line of a user's file that changes an array which a caller owns.

UPSTREAM = "the upstream gradient"


def user_files(trial: Trial) -> set[str]:
    """The user's files: those of the functions that are checked."""
    functions = (getattr(f, "__func__", f) for f in trial.subject.functions)
    codes: list[CodeType] = [f.__code__ for f in functions if hasattr(f, "__code__")]
    classes = [f for f in trial.subject.functions if isinstance(f, type)]
    parts = [part for c in classes for base in c.__mro__[:-1] for part in vars(base).values()]
    codes += [part.__code__ for part in parts if hasattr(part, "__code__")]
    return {code.co_filename for code in codes}


def changing(trial: Trial, name: str) -> int | None:
    """The user's own line after which an argument, or the upstream, is not what it was."""
    subject, inputs = trial.subject, trial.inputs()
    held: list[Any] = []

    def arrays() -> list[np.ndarray]:
        if name == UPSTREAM:
            parts = held[0] if held and isinstance(held[0], tuple) else held
            return [np.array(part) for part in parts]
        return [array.copy() for array in _named(inputs, name)]

    with trial.seeded():
        with _watched(user_files(trial), arrays) as changed:
            value, kept = subject.forward(inputs)
        if changed:
            return changed[0]
        held.append(trial.sent(value))
        with _watched(user_files(trial), arrays) as changed:
            subject.backward(inputs, value, kept, held[0])
    return changed[0] if changed else None


def _named(inputs: dict[str, Any], name: str) -> list[np.ndarray]:
    """The array that a finding calls ``x`` or ``params["W"]``."""
    found = [thing for key, thing in inputs.items() if key == name]
    for owner, thing in inputs.items():
        if isinstance(thing, dict):
            found += [part for key, part in thing.items() if f'{owner}["{key}"]' == name]
    return [array for array in found if isinstance(array, np.ndarray)]


@contextlib.contextmanager
def _watched(files: set[str], arrays: Callable[[], list[np.ndarray]]) -> Iterator[list[int]]:
    """The first line of some files after which arrays are not what they were; in a list."""
    before, last = arrays(), [0]
    changed: list[int] = []

    def look() -> None:
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, arrays()))
        if not changed and last[0] and not same:
            changed.append(last[0])

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        look()
        if event != "return":
            last[0] = frame.f_lineno
        return trace

    kept = sys.gettrace()
    sys.settrace(trace)
    try:
        yield changed
    finally:
        sys.settrace(kept)
        look()
