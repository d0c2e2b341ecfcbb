"""Numbers by which a gradient is multiplied in an update: step sizes, decay rates, norms, means."""

import numpy as np

from oracle.truth.recording import Value

MOST_SEEN = 100  # values that a number was computed from, among which a norm is looked for


def size(value: Value) -> int:
    return value.size


def is_number(thing: object) -> bool:
    if isinstance(thing, Value):
        return size(thing) == 1
    return isinstance(thing, int | float | np.number)


def is_root(thing: object) -> bool:
    """True for ``np.sqrt(v) + eps``, by which RMSprop and Adam divide: no number of samples."""
    note = thing.note if isinstance(thing, Value) else None
    if note is None:
        return False
    return note.op == "sqrt" or (note.op == "add" and any(map(is_root, note.inputs)))


def is_factor(thing: object, other: Value, steps: set[int], old: Value) -> bool:
    """True for a number by which something is multiplied.

    Of two numbers it is the step size, or what stands beside a running average: β in
    ``β * m + (1 - β) * g``.
    """
    if not is_number(thing):
        return False
    if not isinstance(thing, Value) or _is_made_of_steps(thing, steps):
        return True
    if size(other) > 1 and _is_norm_of(thing, other):
        return True
    return is_constant(thing) and (size(other) > 1 or other is old or _is_complement(thing))


def _is_norm_of(value: Value, other: Value) -> bool:
    """True for a number made of an array's own norm, by which a gradient is clipped.

    A difference of outputs is made of the activations below too, but of weights as well.
    """
    queue, seen, found = [value], {id(value)}, False
    while queue and len(seen) < MOST_SEEN:
        note = queue.pop().note
        inputs = [v for v in note.inputs if v.active] if note is not None else []
        if any(part is other for part in inputs):
            if any(part is not other for part in inputs):
                return False
            found = True
            continue
        queue += [part for part in inputs if id(part) not in seen]
        seen.update(map(id, inputs))
    return found


def before_norm(value: Value) -> Value:
    """A gradient before it was divided by a norm of gradients, its own among them."""
    note = value.note
    if note is None or note.op not in ("multiply", "divide") or len(note.args) < 2:
        return value
    gradient, by = note.args[:2]
    if not isinstance(gradient, Value) or not isinstance(by, Value) or size(by) != 1:
        return value
    return gradient if _descends(by, gradient) else value


def _descends(value: Value, source: Value) -> bool:
    """True if a value was computed from another one, by few calls."""
    queue, seen = [value], {id(value)}
    while queue and len(seen) < MOST_SEEN:
        note = queue.pop(0).note
        inputs = [v for v in note.inputs if v.active] if note is not None else []
        if any(part is source for part in inputs):
            return True
        queue += [part for part in inputs if id(part) not in seen]
        seen.update(map(id, inputs))
    return False


def is_constant(value: Value, depth: int = 8) -> bool:
    """True for a number in the source, such as a decay rate, and for results of such numbers."""
    if value.note is None:
        return not isinstance(value.array, np.ndarray)
    inputs = [v for v in value.note.inputs if v.active]
    return depth > 0 and bool(inputs) and all(is_constant(v, depth - 1) for v in inputs)


def _is_complement(value: Value) -> bool:
    """True for ``1 - β``."""
    note = value.note
    if note is None or note.op != "subtract" or isinstance(note.args[0], Value):
        return False
    return bool(np.all(note.args[0] == 1))


def _is_made_of_steps(value: Value, steps: set[int], depth: int = 4) -> bool:
    if id(value) in steps:
        return True
    if value.note is None or depth == 0:
        return False
    inputs = [v for v in value.note.inputs if v.active]
    return bool(inputs) and all(_is_made_of_steps(v, steps, depth - 1) for v in inputs)


def share(thing: object, steps: set[int]) -> float:
    """The number that is left of a factor when the step sizes are taken out."""
    if not isinstance(thing, Value):
        return number(thing)
    if id(thing) in steps or thing.note is None:
        return 1.0
    note = thing.note
    if note.op in ("multiply", "divide") and len(note.args) == 2:
        one, other = (share(arg, steps) for arg in note.args)
        return one * other if note.op == "multiply" else one / other if other else 1.0
    return 1.0


def number(thing: object) -> float:
    array = thing.array if isinstance(thing, Value) else thing
    return float(np.real(np.ravel(np.asarray(array))[0]))
