"""The loss: a number that the script computes, or the usual loss that its gradients belong to."""

import re
from collections.abc import Callable, Iterator, Sequence
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
    """A loss, its gradients, and how many of the parameters' gradients fit them."""

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


def _is_whole(fit: Fit, part: Fit) -> bool:
    """True if a loss is computed from another one and more: its gradients are what is meant."""
    inside = all(fit.truth.forward.has(v) for v in part.truth.loss.values)
    return inside and _is_sure(fit.truth.loss.name) and fit.score[0] < part.score[0]


def _is_sure(text: str) -> bool:
    """True for names that nobody gives to a mere figure: gradients are meant to be those of it."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()
    return re.search(r"(^|[^a-z])(loss|cost|objective)", words) is not None


def best(training: Training, step: Step, name: str = "") -> Fit | None:
    """The loss that the gradients of a step fit best; None if there is none that could be one."""
    tried = [fit for loss in _computed(training, step, name) if (fit := _fit(training, step, loss))]
    named = max(tried, key=lambda fit: fit.score, default=None)
    named = next((fit for fit in tried if named and _is_whole(fit, named)), named)
    if name or (named is not None and (named.score[0] > 0 or _is_sure(named.truth.loss.name))):
        return named
    known = [fit for loss in _identified(training, step) if (fit := _fit(training, step, loss))]
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
    for update, term in training.used(step):
        if not truth.has(update.old):
            continue
        true = truth.of(update.old)
        used += 1
        got = array(term.value)
        if got.shape != true.shape or not np.any(true):
            continue
        if any(agree(sign * got, true) for sign in (1, -1, term.share, -term.share)):
            right += 1
        elif multiple(got, true) is not None:
            multiples += 1
    return Fit(truth, right, multiples, used)


def _rescaled(training: Training, step: Step, fit: Fit) -> Fit:
    """Half a sum of squares, or a mean: the factor that most of the gradients have."""
    ratios = []
    for update, term in training.used(step):
        if fit.truth.has(update.old):
            ratio = multiple(array(term.value), fit.truth.of(update.old))
            if ratio is not None:
                ratios.append(abs(ratio * term.share))
    counts = [sum(bool(np.isclose(a, b)) for b in ratios) for a in ratios]
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


@dataclass(frozen=True)
class _Pair:
    """An output of the forward, and the target that it is compared with."""

    out: Value
    target: np.ndarray
    line: int


def _identified(training: Training, step: Step) -> Iterator[Loss]:
    """The usual losses of outputs and targets whose difference the script takes."""
    for pairs in _pairs(training, step):
        yield from _usual(pairs)


def _pairs(training: Training, step: Step) -> list[list[_Pair]]:
    """Outputs with their targets; those of one place in the code, for several samples, together."""
    parameters = {id(v) for v in step.parameters}
    new = {id(u.new) for u in step.updates}
    found: dict[tuple[int, ...], list[_Pair]] = {}

    def is_forward(value: Value) -> bool:
        forward = Forward(training, step, [value])
        return bool(set(forward.leaves) & parameters) and not set(forward.values) & new

    for note in training.notes[step.begin : step.end]:
        if note.op != "subtract" or len(note.args) != 2:
            continue
        for side, (out, target) in enumerate((note.args, note.args[::-1])):
            if not isinstance(out, Value) or not out.active or not is_forward(out):
                continue
            wanted = np.asarray(target.array if isinstance(target, Value) else target)
            if wanted.dtype.kind not in "fiub" or wanted.shape != out.shape:
                continue
            if isinstance(target, Value) and target.active and is_forward(target):
                continue
            pairs = found.setdefault((*note.place.span, side), [])
            if all(pair.out is not out for pair in pairs):
                pairs.append(_Pair(out, np.asarray(wanted, float), note.line))
    return list(found.values())


def _usual(pairs: Sequence[_Pair]) -> Iterator[Loss]:
    line = pairs[0].line
    outs = tuple(pair.out for pair in pairs)
    both = [(array(pair.out), pair.target) for pair in pairs]

    def total(term: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[..., float]:
        def of(arrays: Sequence[np.ndarray]) -> float:
            parts = [np.sum(term(a, p.target)) for a, p in zip(arrays, pairs, strict=True)]
            return float(sum(parts))

        return of

    squares = total(lambda a, y: 0.5 * (a - y) ** 2)
    binary = total(lambda a, y: -y * np.log(a) - (1 - y) * np.log(1 - a))
    categorical = total(lambda a, y: -y * np.log(a))
    yield Loss("½ Σ(a − y)²", line, outs, tuple(a - y for a, y in both), False, squares)
    if all(np.all((a > 0) & (a < 1)) and np.all((y >= 0) & (y <= 1)) for a, y in both):
        name = "the binary cross-entropy −Σ(y ln a + (1 − y) ln(1 − a))"
        slopes = tuple((a - y) / (a * (1 - a)) for a, y in both)
        yield Loss(name, line, outs, slopes, False, binary)
    if all(np.all(a > 0) and _sums_to_one(a) for a, _ in both):
        name = "the cross-entropy −Σ y ln p"
        yield Loss(name, line, outs, tuple(-y / a for a, y in both), False, categorical)


def _sums_to_one(p: np.ndarray) -> bool:
    return p.size > 1 and any(np.allclose(p.sum(axis), 1) for axis in range(p.ndim))
