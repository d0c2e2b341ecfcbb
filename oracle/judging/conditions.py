"""Side conditions of a user's backward, whatever its formula, and what its forward is told of."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.judging.trial import Trial
from oracle.results import Note
from oracle.subject import Made, as_array


def side_conditions(trial: Trial, made: list[Made]) -> Iterator[tuple[str, Note]]:
    """What a backward must not do, whatever it returns; and of what it is told."""
    inputs = trial.inputs()
    before = _arrays(trial.inputs())
    with trial.seeded():
        value, kept = trial.subject.forward(inputs)
        sent = trial.sent(value)
        kept_sent = _copied(sent)
        first = trial.subject.backward(inputs, value, kept, sent)
    after = _arrays(inputs)
    for name in before:
        if name in after and not _same(before[name], after[name]):
            said = f"the caller's {name} is changed"
            yield name, Note("mutates-input", said, f"work on {name}.copy()")
    if not _all_same(sent, kept_sent):
        said = "the upstream gradient that the caller passes in is changed"
        cure = "work on a copy of the upstream gradient"
        yield "the upstream gradient", Note("mutates-input", said, cure)
    for one, other in zip(made, first, strict=False):
        if not _same(as_array(one.value), as_array(other.value)):
            message = f"{one.name} differs between two runs with the same inputs and random state"
            yield one.name, Note("not-deterministic", message, "keep no state between calls")
            break


def broadcasts(trial: Trial) -> Iterator[Note]:
    """A column minus a row of the same length: (N, 1) against (N,) makes N×N of what was N."""
    if trial.subject.torch_function is not None:
        return
    for note in trial.recording.notes:
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


def _arrays(inputs: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays that the caller owns: not those of an object, whose own affair they are."""
    found: dict[str, np.ndarray] = {}
    for name, thing in inputs.items():
        if isinstance(thing, np.ndarray):
            found[name] = thing.copy()
        elif isinstance(thing, dict):
            for key, part in thing.items():
                if isinstance(part, np.ndarray):
                    found[f'{name}["{key}"]'] = part.copy()
    return found


def _copied(sent: Any) -> Any:
    return tuple(np.array(s) for s in sent) if isinstance(sent, tuple) else np.array(sent)


def _all_same(sent: Any, kept: Any) -> bool:
    if isinstance(sent, tuple):
        return all(_same(a, b) for a, b in zip(sent, kept, strict=True))
    return _same(sent, kept)


def _same(a: Any, b: Any) -> bool:
    try:
        return bool(np.array_equal(a, b, equal_nan=True))
    except TypeError:
        return bool(np.array_equal(a, b))
