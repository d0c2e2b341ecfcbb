"""The forward that gradients are computed from: that of a loss itself, or one like it."""

from oracle.tracing.factors import size
from oracle.tracing.steps import Step, Training
from oracle.tracing.truth import Truth, array
from oracle.truth.recording import Value

_CHOOSING = ("getitem", "take", "read", "compress")  # a batch is chosen from all data


def is_shared(training: Training, step: Step, truth: Truth) -> bool:
    """True if the gradients are computed from this loss's forward, or from its like.

    A loss over all data, beside gradients of one batch, is computed from other numbers.
    """
    leaves = truth.forward.leaves
    inside = {k: v for k, v in truth.forward.values.items() if k not in leaves}
    alike = {(v.shape, array(v).tobytes()) for v in inside.values() if size(v) > 1}
    seen: set[int] = set()
    data = {k: v for k, v in leaves.items() if size(v) > 1}
    for parameter in step.parameters:
        data.pop(id(parameter), None)
    chosen: dict[int, dict[bytes, int]] = {key: {} for key in data}  # rows, and their sizes
    shared = False
    queue = [term.value for _, term in training.used(step)]
    while queue:
        value: Value = queue.pop()
        if id(value) in seen or id(value) in leaves or training.is_older(value, step):
            continue
        seen.add(id(value))
        if _is_lookahead(training, step, value):
            return False
        if id(value) in inside or (
            size(value) > 1 and (value.shape, array(value).tobytes()) in alike
        ):
            shared = True
        if value.note is None or id(value) in inside:
            continue
        parts = [v for v in value.note.inputs if v.active]
        queue.extend(parts)
        for part in parts:
            if id(part) in data and value.note.op in _CHOOSING:
                chosen[id(part)][array(value).tobytes()] = size(value)
            elif id(part) in data:
                shared = True
    return shared or any(sum(chosen[k].values()) == size(v) for k, v in data.items())


def _is_lookahead(training: Training, step: Step, value: Value) -> bool:
    """True for ``W + momentum * v``: a gradient that is taken there is none of a loss at W."""
    note = value.note
    if note is None or note.op not in ("add", "subtract") or len(note.args) != 2:
        return False
    parameters = {id(one) for one in step.parameters}
    inputs = [arg for arg in note.args if isinstance(arg, Value)]
    moved = [one for one in inputs if id(one) not in parameters]
    if len(inputs) != 2 or len(moved) != 1:
        return False
    (by,) = moved
    sources = [by] if training.is_older(by, step) or by.note is None else by.note.inputs
    return any(v.note is not None and training.is_older(v, step) for v in sources)
