"""The values that a step stores and that may be gradients: none of its forward, no parameters."""

from collections.abc import Iterator
from dataclasses import replace

from oracle.tracing.recorded import Stored
from oracle.tracing.steps import Training
from oracle.tracing.truth import Truth


def entries(training: Training, truth: Truth) -> Iterator[Stored]:
    """The values that are stored in a step and are no part of its forward."""
    step = truth.step
    velocities = set(training.velocities(step))
    partial = {id(u.old) for u in training.within(step)} - velocities
    skipped = {id(u.new) for u in step.updates} | velocities | partial | training.clipped(step)
    found: dict[tuple[int, str], Stored] = {}
    for stored in training.stored:
        value = stored.value
        if stored.statement.kind not in ("assign", "augment") or id(value) in skipped:
            continue
        if not step.begin <= stored.time <= step.end or value.note is None:
            continue
        if truth.forward.has(value) or training.is_older(value, step):
            continue
        if not truth.loss.computed and not any(id(value) in some for some in training.reach(step)):
            continue  # such as the targets, which are minus the gradient where W is 0
        key = id(value), stored.text
        if stored.target.kind == "entry":  # such as a mask without any hit: the last edit counts
            found.pop(key, None)
        found.setdefault(key, stored)
    for stored in found.values():
        yield _written(training, stored)


def _written(training: Training, stored: Stored) -> Stored:
    """Of ``d[:, k] = ...`` it is what was written: the rest belongs to other turns."""
    note = stored.value.note
    if stored.statement.kind != "assign" or stored.target.kind != "entry":
        return stored
    if note is None or note.op != "read":
        return stored
    puts = [
        (training.index[id(v.note)], v)
        for v in note.inputs
        if v.active and v.note is not None and v.note.op == "setitem" and any(
            part.active for part in v.note.inputs
        )
    ]  # fmt: skip
    newest = max((training.index[id(v.note)] for v in note.inputs if v.note is not None), default=0)
    last = next((value for at, value in puts if at == newest), None)
    if last is None or last.shape == stored.value.shape:
        return stored
    return replace(stored, value=last)
