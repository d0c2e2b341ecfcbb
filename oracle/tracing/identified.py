"""The usual losses of a script that computes none: from the difference of output and target.

Squared error, binary and categorical cross-entropy, of all samples whose difference is taken at
one place in the code; weighted, where the code itself multiplies that difference by constants
(the advantage of a policy gradient).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.tracing.rerun import CannotRerun, rerun
from oracle.tracing.steps import Step, Training
from oracle.tracing.truth import Loss, array
from oracle.truth.recording import Note, Value

_STACKED = ("vstack", "hstack", "stack", "concatenate", "array", "asarray", "column_stack")


@dataclass(frozen=True)
class Pair:
    """An output of the forward, the target that it is compared with, and a weight."""

    out: Value
    target: np.ndarray
    line: int
    apart: Value  # their difference
    weight: np.ndarray | float = 1.0


def usual_losses(training: Training, step: Step) -> Iterator[tuple[tuple[object, str, str], Loss]]:
    """The losses of outputs and targets whose difference the step takes.

    Each comes with a key: the place, the kind, and whether it is weighted.
    """
    places = _pairs(training, step)
    for side in (0, 1):  # the units of an output one by one
        some = [pairs for (_, _, own), pairs in places.items() if own == side]
        if len(some) > 1:
            places[(), "", side] = [pair for pairs in some for pair in pairs]
    for place, pairs in places.items():
        for kind, loss in _usual(pairs):
            yield (place, kind, ""), loss
        for weighted in _weighted(training, step, pairs):
            for kind, loss in _usual(weighted):
                yield (place, kind, "weighted"), loss


_Place = tuple[tuple[int, ...], str, int]  # the span, the file, and which side the output is


def _pairs(training: Training, step: Step) -> dict[_Place, list[Pair]]:
    """Outputs with their targets; those of one place in the code, for several samples, together."""
    found: dict[_Place, list[Pair]] = {}
    is_forward = _Forwards(training, step)
    for note in training.notes[step.begin : step.end]:
        if note.op != "subtract" or len(note.args) != 2:
            continue
        for side, (out, target) in enumerate((note.args, note.args[::-1])):
            if not isinstance(out, Value) or not out.active or not is_forward(out):
                continue
            wanted = np.asarray(target.array if isinstance(target, Value) else target)
            if wanted.dtype.kind not in "fiub" or not _is_target(out, wanted):
                continue
            if isinstance(target, Value) and target.active and is_forward(target):
                continue
            pairs = found.setdefault((note.place.span, note.file, side), [])
            if all(pair.out is not out for pair in pairs):
                full = np.broadcast_to(np.asarray(wanted, float), out.shape)
                pairs.append(Pair(out, full, note.line, note.outputs[0]))
    return found


def _is_target(out: Value, wanted: np.ndarray) -> bool:
    """The same shape; or the 1 of ``p[range(N), y] - 1``, which stands for a one-hot target."""
    if wanted.shape == out.shape:
        return True
    return wanted.size == 1 and wanted.item() == 1 and _is_chosen(out)


def _is_chosen(out: Value) -> bool:
    """True for the probabilities of the right classes: ``p[range(N), y]``."""
    note = out.note
    if note is None or note.op != "getitem" or not isinstance(note.args[0], Value):
        return False
    return _sums_to_one(array(note.args[0]))


class _Forwards:
    """Tells which values depend on the parameters as they were, and on no updated one."""

    def __init__(self, training: Training, step: Step) -> None:
        self.old, self.new = training.reach(step)

    def __call__(self, value: Value) -> bool:
        return id(value) in self.old and id(value) not in self.new


def _usual(pairs: Sequence[Pair]) -> Iterator[tuple[str, Loss]]:
    line = pairs[0].line
    outs = tuple(pair.out for pair in pairs)
    both = [(array(pair.out), pair.target) for pair in pairs]
    weights = [pair.weight for pair in pairs]
    w = "w·" if any(np.any(np.asarray(each) != 1) for each in weights) else ""

    def loss(name: str, term: Callable[..., np.ndarray], slope: Callable[..., np.ndarray]) -> Loss:
        def of(arrays: Sequence[np.ndarray]) -> float:
            each = zip(arrays, pairs, strict=True)
            return float(sum(np.sum(p.weight * term(a, p.target)) for a, p in each))

        slopes = tuple(p.weight * slope(a, y) for p, (a, y) in zip(pairs, both, strict=True))
        return Loss(name, line, outs, slopes, False, of)

    chosen = all(_is_chosen(out) for out in outs)
    if not chosen:
        name = f"½ Σ{w}(a − y)²"
        yield "squares", loss(name, lambda a, y: 0.5 * (a - y) ** 2, lambda a, y: a - y)
    inside = all(np.all((a > 0) & (a < 1)) and np.all((y >= 0) & (y <= 1)) for a, y in both)
    if inside and not chosen:
        name = f"the binary cross-entropy −Σ{w}(y ln a + (1 − y) ln(1 − a))"
        yield (
            "binary",
            loss(
                name,
                lambda a, y: -y * np.log(a) - (1 - y) * np.log(1 - a),
                lambda a, y: (a - y) / (a * (1 - a)),
            ),
        )
    if all(np.all(a > 0) and (chosen or _sums_to_one(a)) for a, _ in both):
        name = f"the cross-entropy −Σ{w}y ln p"
        yield "categorical", loss(name, lambda a, y: -y * np.log(a), lambda a, y: -y / a)


def _sums_to_one(p: np.ndarray) -> bool:
    return p.size > 1 and any(np.allclose(p.sum(axis), 1) for axis in range(p.ndim))


def _weighted(training: Training, step: Step, pairs: list[Pair]) -> Iterator[list[Pair]]:
    """The pairs with the weights that the code multiplies their differences by, all at once.

    Only where the weights do not depend on the parameters, as an activation's derivative does.
    """
    is_forward = _Forwards(training, step)
    differences = {id(pair.apart): pair.apart for pair in pairs}
    reached = set(differences)
    total = sum(int(np.size(pair.apart.array)) for pair in pairs)
    for note in training.notes[step.begin : step.end]:
        if not any(id(v) in reached for v in note.inputs):
            continue
        if not _keeps_apart(note, reached, is_forward):
            continue
        reached |= {id(v) for v in note.outputs}
        for value in note.outputs:
            if note.op == "multiply" and np.size(value.array) == total:
                weights = _weights(training, step, value, pairs)
                if weights is not None:
                    yield weights


def _keeps_apart(note: Note, reached: set[int], is_forward: _Forwards) -> bool:
    """True for calls that only move the differences, or multiply each by a constant."""
    if note.op in ("multiply", "divide"):
        others = [v for v in note.inputs if v.active and id(v) not in reached]
        return not any(map(is_forward, others))
    return note.op in (*_STACKED, "reshape", "ravel", "read", "negative", "expand_dims")


def _weights(training: Training, step: Step, value: Value, pairs: list[Pair]) -> list[Pair] | None:
    """The factor of each difference on the way to a value; None if no factor varies."""
    found = []
    zero = {id(p.apart): np.zeros(p.apart.shape) for p in pairs}
    for pair in pairs:
        try:
            (made,) = rerun(
                [value], {**zero, id(pair.apart): np.ones(pair.apart.shape)}, training, step.begin
            )
        except CannotRerun:
            return None
        own = made.ravel()[np.flatnonzero(made.ravel())]
        if own.size not in (0, int(np.size(pair.apart.array))):
            return None
        weight = own.reshape(pair.apart.shape) if own.size else 0.0
        found.append(Pair(pair.out, pair.target, pair.line, pair.apart, weight))
    each = [np.ravel(np.asarray(p.weight)) for p in found]
    flat = np.concatenate(each) if each else np.ones(1)
    return None if np.allclose(flat, flat[0]) else found
