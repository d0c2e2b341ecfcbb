"""The loss: a number that the script computes, or the usual loss that its gradients belong to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.judging.verdict import agree
from oracle.trace.recorded import Stored
from oracle.trace.steps import Step, Training, scalars
from oracle.trace.truth import Forward, Loss, NotReplayable, Truth, array
from oracle.trace.updates import Term, Update
from oracle.truth.recording import Value

_NAMES = re.compile(
    r"(^|[^a-z])(loss(es)?|costs?|j|l|e|err|error|errors|objective|mse|rmse|sse|nll|bce|ce|xent|"
    r"cross_?entropy|energy|e_?total|total_?error|total_?loss|criterion)\d*($|[^a-z])"
)
_MOST = 8  # values that are tried as the loss of a step


@dataclass(frozen=True)
class Fit:
    """A loss, its gradients, and how many parameters' gradients fit them: rightly, or as multiples."""

    truth: Truth
    right: int
    multiples: int
    used: int  # gradients that an update subtracts or adds

    @property
    def score(self) -> tuple[int, int]:
        return self.right + self.multiples, self.right


def is_loss_name(text: str) -> bool:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()
    return _NAMES.search(words) is not None


def best(training: Training, step: Step, name: str = "") -> Fit | None:
    """The loss that the gradients of a step fit best; None if there is none that could be one."""
    tried = [fit for loss in _computed(training, step, name) if (fit := _fit(training, step, loss))]
    named = max(tried, key=lambda fit: fit.score, default=None)
    if name or (named is not None and named.score[0] > 0):
        return named
    known = [
        fit for loss in _identified(training, step) if (fit := _fit(training, step, loss))
    ]
    found = max(known, key=lambda fit: fit.score, default=None)
    if found is None or found.score[0] == 0:
        return named
    return _rescaled(training, step, found)


def _computed(training: Training, step: Step, name: str) -> Iterator[Loss]:
    """The values that are called a loss, the likeliest first; with ``name``, only those."""
    old = {id(v) for v in step.parameters}
    new = {id(u.new) for u in step.updates}
    by_new = {id(u.stored): u for u in training.updates}
    groups: dict[tuple[int, str], list[Stored]] = {}
    found = training.stored if name else scalars(training.stored)
    for one in found:
        called = one.text == name or one.target.name == name if name else is_loss_name(one.text)
        if not called or one.time <= step.begin or one.statement.kind == "arguments":
            continue
        forward = Forward(training, step, [one.value])
        reached = set(forward.leaves)
        if reached & old and not set(forward.values) & new:
            groups.setdefault((id(one.statement), one.target.name), []).append(one)
    losses = [loss for group in groups.values() for loss in _of_group(group, by_new)]
    seen: set[tuple[int, ...]] = set()
    for loss in sorted(losses, key=lambda loss: -len(Forward(training, step, loss.values).notes)):
        key = tuple(map(id, loss.values))
        if key not in seen and len(seen) < _MOST:
            seen.add(key)
            yield loss


def _of_group(group: list[Stored], updates: dict[int, Update]) -> Iterator[Loss]:
    """The losses that the values of one statement can mean: one, or the sum or mean of many."""
    last = group[-1]
    text, line = last.text, last.statement.line
    terms: list[Term] = []
    for one in group:
        update = updates.get(id(one))
        terms += update.terms if update is not None else (Term(1.0, one.value),)
    values = tuple(term.value for term in terms)
    ones = tuple(np.ones(v.shape) for v in values)
    yield Loss(text, line, values, ones)
    if len(values) > 1:
        yield Loss(text, line, values, tuple(one / len(values) for one in ones))
        yield Loss(text, line, values[:1], ones[:1])
    if last.value.shape:
        count = float(np.size(last.value.array))
        yield Loss(text, line, values, tuple(one / count for one in ones))


def _fit(training: Training, step: Step, loss: Loss) -> Fit | None:
    try:
        truth = Truth(training, step, loss)
    except NotReplayable:
        return None
    right = multiples = used = 0
    for update in step.updates:
        if not truth.has(update.old):
            continue
        true = truth.of(update.old)
        for term in update.terms:
            used += 1
            got = array(term.value)
            if got.shape != true.shape or not np.any(true):
                continue
            if agree(got, true) or agree(got, -true):
                right += 1
            elif multiple(got, true) is not None:
                multiples += 1
    return Fit(truth, right, multiples, used)


def _rescaled(training: Training, step: Step, fit: Fit) -> Fit:
    """Half a sum of squares, or a mean: the factor that most of the gradients have."""
    ratios = []
    for update in step.updates:
        for term in update.terms:
            true = fit.truth.of(update.old) if fit.truth.has(update.old) else np.zeros(())
            ratio = multiple(array(term.value), true)
            if ratio is not None:
                ratios.append(abs(ratio))
    counts = [sum(np.isclose(a, b) for b in ratios) for a in ratios]
    factor = ratios[int(np.argmax(counts))] if ratios else 1.0
    if np.isclose(factor, 1.0):
        return fit
    loss = fit.truth.loss
    function = loss.function
    assert function is not None
    scaled = replace(
        loss,
        name=_scaled_name(loss, factor),
        upstream=tuple(factor * u for u in loss.upstream),
        function=lambda arrays: factor * function(arrays),
    )
    return _fit(training, step, scaled) or fit


def _scaled_name(loss: Loss, factor: float) -> str:
    shape = loss.values[0].shape
    base = loss.name
    for size, what in ((n, f"/{n}") for n in (*shape, int(np.prod(shape, dtype=int)))):
        if size > 1 and np.isclose(factor, 1 / size):
            return f"{base}{what}"
        if size > 1 and np.isclose(factor, 2 / size):
            return f"2·{base}{what}"
    return f"{factor:.4g}·{base}"


def _identified(training: Training, step: Step) -> Iterator[Loss]:
    """The usual losses of pairs (output, target) whose difference the script takes."""
    parameters = {id(v) for v in step.parameters}
    new = {id(u.new) for u in step.updates}
    seen: set[tuple[int, int]] = set()
    for note in training.notes[step.begin : step.end]:
        if note.op != "subtract" or len(note.args) != 2:
            continue
        for out, target in (note.args, note.args[::-1]):
            if not isinstance(out, Value) or not out.active:
                continue
            forward = Forward(training, step, [out])
            if not set(forward.leaves) & parameters or set(forward.values) & new:
                continue
            if isinstance(target, Value) and target.active:
                behind = Forward(training, step, [target])
                if set(behind.leaves) & parameters or set(behind.values) & new:
                    continue
            wanted = np.asarray(target.array if isinstance(target, Value) else target)
            if wanted.dtype.kind not in "fiub" or wanted.shape != out.shape:
                continue
            if (id(out), id(target)) not in seen:
                seen.add((id(out), id(target)))
                yield from _usual(out, np.asarray(wanted, float), note.line)


def _usual(out: Value, target: np.ndarray, line: int) -> Iterator[Loss]:
    p = array(out)

    def squares(arrays: Sequence[np.ndarray]) -> float:
        return float(0.5 * np.sum((arrays[0] - target) ** 2))

    def binary(arrays: Sequence[np.ndarray]) -> float:
        a = arrays[0]
        return float(-np.sum(target * np.log(a) + (1 - target) * np.log(1 - a)))

    def categorical(arrays: Sequence[np.ndarray]) -> float:
        return float(-np.sum(target * np.log(arrays[0])))

    yield Loss("½ Σ(a − y)²", line, (out,), (p - target,), False, squares)
    if np.all((p > 0) & (p < 1)) and np.all((target >= 0) & (target <= 1)):
        name = "the binary cross-entropy −Σ(y ln a + (1 − y) ln(1 − a))"
        yield Loss(name, line, (out,), ((p - target) / (p * (1 - p)),), False, binary)
    sums = [np.allclose(p.sum(axis), 1) for axis in range(p.ndim)]
    if np.all(p > 0) and any(sums) and p.size > 1:
        name = "the cross-entropy −Σ y ln p"
        yield Loss(name, line, (out,), (-target / p,), False, categorical)
