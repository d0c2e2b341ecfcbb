"""The loss: a number that the script computes, or the usual loss that its gradients belong to.

The loss of all steps is one and the same: the one whose gradients fit the most, counted over the
steps together. At zero weights, say, several losses fit the first step.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.tracing import negated
from oracle.tracing.factors import size
from oracle.tracing.fits import Fit, fit_of, matches, with_factor
from oracle.tracing.identified import usual_losses
from oracle.tracing.loss_names import is_loss_name, is_score_name, is_sure_name, names_it
from oracle.tracing.outcomes import Outcomes
from oracle.tracing.recorded import Stored
from oracle.tracing.steps import Step, Training, scalars
from oracle.tracing.truth import Forward, Loss
from oracle.tracing.updates import Term, Update
from oracle.tracing.written import written_kinds

_MOST = 8  # values that are tried as the loss of a step


@dataclass(frozen=True)
class Chosen:
    """One loss in all steps in which it is computed; its fits by the number of the step."""

    name: str
    fits: dict[int, Fit]

    @property
    def score(self) -> tuple[int, int]:
        fits = self.fits.values()
        return sum(f.score[0] for f in fits), sum(f.right for f in fits)

    @property
    def is_whole(self) -> bool:
        return all(fit.is_whole for fit in self.fits.values())

    @property
    def is_proportional(self) -> bool:
        """True if every gradient is a multiple of this loss's: it is meant, up to a factor."""
        return all(fit.used and fit.score[0] == fit.used for fit in self.fits.values())

    @property
    def is_shared(self) -> bool:
        return any(fit.shared for fit in self.fits.values())


def best(training: Training, steps: Sequence[Step], name: str = "") -> dict[int, Fit]:
    """The fits of the loss, by the number of the step; none if there is no loss."""
    fits = _best(training, steps, name)
    return _as_descended(training, steps, fits)


def _as_descended(
    training: Training, steps: Sequence[Step], fits: dict[int, Fit]
) -> dict[int, Fit]:
    """The fits of minus a score, where its name or the code says that it is one.

    A number without a name whose gradients are all of the wrong sign shows nothing: none is left.
    """
    turned = {}
    for i, fit in fits.items():
        loss, used = fit.truth.loss, list(matches(training, fit.truth))
        if not loss.computed or loss.function is not None or not used:
            return fits
        flipped = negated.all_flipped(Outcomes(training, fit.truth), used)
        if not (flipped or negated.is_below_zero(loss)):
            return fits
        found = fit_of(training, steps[i], negated.negated(loss))
        file = used[0].stored.statement.file
        is_score = is_score_name(loss.name)
        if found is None or not (is_score or negated.is_negated_later(file, loss.name)):
            nameless = not is_loss_name(loss.name) and not _is_of_usual(training, steps[i], fit)
            return {} if flipped and nameless else fits
        turned[i] = found
    return turned


def _best(training: Training, steps: Sequence[Step], name: str) -> dict[int, Fit]:
    known = _gathered(
        (i, key, loss)
        for i, step in enumerate(steps)
        for key, loss in _computed(training, step, name)
    )
    tried = _tried(training, steps, known)
    if name:
        found = max(tried, key=lambda one: one.score, default=None)
        return {} if found is None else found.fits
    sure = [one for one in tried if is_sure_name(one.name) or names_it(training.stored, one.name)]
    named = max(sure, key=lambda one: (one.is_shared, one.score), default=None)
    named = next((one for one in tried if named and _contains(one, named)), named)
    if named and _is_absolute(named):
        named = named if named.is_proportional else None
    if named and (named.score[0] > 0 or named.is_shared):
        return named.fits
    return _unnamed(training, steps, tried, named)


def _unnamed(
    training: Training, steps: Sequence[Step], tried: list[Chosen], named: Chosen | None
) -> dict[int, Fit]:
    """The loss where none is called so: a number with a lesser name, a usual loss, any number."""
    others = [one for one in tried if one is not named and not is_sure_name(one.name)]
    weak = max(others, key=lambda one: (one.score[1], one.score), default=None)
    more = next((one for one in others if weak and _contains(one, weak)), None)
    if more:  # ``cost += decay``: what is added belongs to it, whatever the gradients fit
        return more.fits
    if weak and (weak.is_whole or weak.is_proportional):
        return weak.fits
    nameless = _gathered(
        (i, key, loss) for i, step in enumerate(steps) for key, loss in _numbers(training, step)
    )
    numbers = _tried(training, steps, nameless)
    whole = [one for one in numbers if one.is_whole]
    if whole:
        return max(whole, key=lambda one: one.score).fits
    kinds = {kind for file in training.files for kind in written_kinds(file)}
    usual = _gathered(
        (i, key, loss)
        for i, step in enumerate(steps)
        for key, loss in usual_losses(training, step)
        if not kinds or key[1] in kinds
    )
    found = max(
        (_rescaled(training, steps, one) for one in _tried(training, steps, usual)),
        key=lambda one: (one.score[1], -_oddness(one), one.score),
        default=None,
    )
    shown = found and (found.score[0] or (kinds and found.is_shared))
    if found and shown and (weak is None or found.score[1] > weak.score[1]):
        return found.fits
    alike = [one for one in numbers if is_loss_name(one.name) or _is_usual(one, usual)]
    alike = [one for one in alike if one.is_shared]
    if alike and weak is None:
        return max(alike, key=lambda one: one.score).fits
    if weak and (weak.score[0] or weak.is_shared):
        return weak.fits
    return named.fits if named and named.is_shared else {}


def _is_usual(one: Chosen, usual: "_Known") -> bool:
    """True for a number whose slope by an output is, up to a factor, that of a usual loss."""
    step, fit = next(iter(one.fits.items()))
    for losses in usual.values():
        loss = losses.get(step)
        if loss is None or not all(map(fit.truth.has, loss.values)):
            continue
        pairs = zip(loss.values, loss.upstream, strict=True)
        ratios = [multiple(fit.truth.of(value), slope) for value, slope in pairs]
        if all(ratio is not None and ratio > 0 for ratio in ratios):
            return True
    return False


def _is_of_usual(training: Training, step: Step, fit: Fit) -> bool:
    usual = _gathered((0, key, loss) for key, loss in usual_losses(training, step))
    return _is_usual(Chosen(fit.truth.loss.name, {0: fit}), usual)


_Known = dict[object, dict[int, Loss]]


def _gathered(found: Iterable[tuple[int, object, Loss]]) -> _Known:
    """The losses of all steps, by their keys."""
    known: _Known = {}
    for step, key, loss in found:
        known.setdefault(key, {}).setdefault(step, loss)
    return known


def _tried(training: Training, steps: Sequence[Step], known: _Known) -> list[Chosen]:
    found = []
    for losses in known.values():
        fits = {i: fit for i, loss in losses.items() if (fit := fit_of(training, steps[i], loss))}
        if fits:
            found.append(Chosen(next(iter(losses.values())).name, fits))
    return found


def _contains(one: Chosen, part: Chosen) -> bool:
    """True if a loss is computed from another one and more: its gradients are what is meant."""
    if not one.fits.keys() >= part.fits.keys():
        return False  # a sum over the steps, which begins as the loss itself
    for step, fit in one.fits.items():
        inner = part.fits.get(step)
        if inner is None or not all(fit.truth.forward.has(v) for v in inner.truth.loss.values):
            return False
        if set(map(id, fit.truth.loss.values)) <= set(map(id, inner.truth.loss.values)):
            return False
    less, more = one.score[0] < part.score[0], one.score[1] > part.score[1]
    return one is not part and (less or more) and one.is_shared


def _is_absolute(one: Chosen) -> bool:
    """True for a mean absolute error, which is printed and seldom what is descended."""
    fit = next(iter(one.fits.values()))
    return any(note.op in ("absolute", "abs", "fabs") for note in fit.truth.forward.notes)


# -- numbers that the script computes --------------------------------------------------------------


def _computed(training: Training, step: Step, name: str) -> Iterator[tuple[object, Loss]]:
    """The values that are called a loss, the likeliest first; with ``name``, only those."""
    old, new = training.reach(step)
    by_new = {id(u.stored): u for u in training.updates}
    groups: dict[tuple[int, str], list[Stored]] = {}
    found = training.stored if name else scalars(training.stored)
    for one in found:
        called = one.text == name or one.target.name == name if name else is_loss_name(one.text)
        if not called or one.time <= step.begin or one.statement.kind == "arguments":
            continue
        late = one.time > step.end
        if not name and (_is_residual(one) or (late and _is_figure(one, by_new))):
            continue
        if id(one.value) in old and id(one.value) not in new:
            groups.setdefault((id(one.statement), one.target.name), []).append(one)
    losses = [
        ((key, i), loss)
        for key, group in groups.items()
        for i, loss in enumerate(_of_group(group, by_new, old))
    ]
    yield from _deepest(training, step, losses)


def _deepest(
    training: Training, step: Step, losses: Sequence[tuple[object, Loss]]
) -> Iterator[tuple[object, Loss]]:
    """Different losses, those with the longest forward first."""
    seen: set[object] = set()
    for key, loss in sorted(
        losses, key=lambda each: -len(Forward(training, step, each[1].values).notes)
    ):
        same = tuple(map(id, loss.values)), tuple(float(np.sum(u)) for u in loss.upstream)
        if same not in seen and len(seen) < _MOST:
            seen.add(same)
            yield key, loss


def _is_figure(one: Stored, updates: dict[int, Update]) -> bool:
    """True for a sum kept to be printed only: ``sse += error ** 2``, ``epoch_loss += loss``."""
    return id(one) in updates or not is_sure_name(one.text)


def _is_residual(one: Stored) -> bool:
    """True for ``error = y - out``, whatever its name."""
    note = one.value.note
    return note is not None and note.op == "subtract" and not is_sure_name(one.text)


def _of_group(
    group: list[Stored], updates: dict[int, Update], here: Container[int]
) -> Iterator[Loss]:
    """The losses that the values of one statement can mean: one, or the sum or mean of many.

    ``here``: the ids of what the step computes. ``loss += decay`` of such a loss is one with it.
    """
    own = {id(one.value) for one in group}
    last = group[-1]
    text, line = last.text, last.statement.line
    terms: list[Term] = []
    for one in group:
        update = updates.get(id(one))
        terms += _summands(update) if update is not None else (Term(1.0, one.value),)
        if update is not None and id(update.old) in here and id(update.old) not in own:
            terms.append(Term(update.keeps, update.old))
    values = tuple(term.value for term in terms)
    ones = tuple(np.full(t.value.shape, t.factor) for t in terms)
    yield Loss(text, line, values, ones)
    if len(values) > 1:
        yield Loss(text, line, values, tuple(one / len(values) for one in ones))
        yield Loss(text, line, values[:1], ones[:1])
    if last.value.shape:
        count = float(np.size(last.value.array))
        yield Loss(text, line, values, tuple(one / count for one in ones))


def _summands(update: Update) -> Sequence[Term]:
    """What a number adds up; of ``smooth = 0.999 * smooth + 0.001 * loss`` it is the loss."""
    if not update.is_running_mean:
        return update.terms
    return [replace(term, factor=term.factor / (1 - update.keeps)) for term in update.terms]


def _numbers(training: Training, step: Step) -> Iterator[tuple[object, Loss]]:
    """Numbers without a loss's name: ``total += ...``, ``history.append(np.mean(...))``."""
    old, new = training.reach(step)
    by_new = {id(u.new): u for u in training.updates}
    sums = {id(u.new.note) for u in training.updates if size(u.new) == 1}  # total += ...
    notes = [note for note in training.notes[step.begin :] if id(note) not in sums]
    used = {id(v) for note in notes for v in note.inputs}
    summands = {id(t.value) for u in training.updates if size(u.new) == 1 for t in u.terms}
    losses: list[tuple[object, Loss]] = []
    for note in training.until_next(step):
        for value in note.outputs:
            if not value.active or size(value) != 1 or id(value) in used:
                continue
            update = by_new.get(id(value))
            if update is None and id(value) in summands:
                continue
            terms = _summands(update) if update is not None else (Term(1.0, value),)
            values = tuple(term.value for term in terms)
            if not any(id(v) in old for v in values) or any(id(v) in new for v in values):
                continue
            ones = tuple(np.full(t.value.shape, t.factor) for t in terms)
            name = training.name(value) or f"what line {note.line} computes"
            losses.append(((note.file, note.place.span), Loss(name, note.line, values, ones)))
    yield from _deepest(training, step, losses)


# -- how well its gradients fit --------------------------------------------------------------------


def _rescaled(training: Training, steps: Sequence[Step], chosen: Chosen) -> Chosen:
    """Half a sum of squares, or a mean: each with the factor that most of its gradients have.

    A factor that is no number of samples must be the same in all steps.
    """
    fits = {i: with_factor(training, steps[i], fit) for i, fit in chosen.fits.items()}
    names = {fit.truth.loss.name for fit in fits.values()}
    if len(names) > 1 and any(map(_is_odd, names)):
        return chosen
    return Chosen(next(iter(fits.values())).truth.loss.name, fits)


def _oddness(chosen: Chosen) -> int:
    """In how many steps the factor of a usual loss is no number of samples."""
    return sum(_is_odd(fit.truth.loss.name) for fit in chosen.fits.values())


def _is_odd(name: str) -> bool:
    return re.match(r"[\d.]", name) is not None and name[:2] != "2·"
