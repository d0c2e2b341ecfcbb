"""The step of the backward that is wrong: exactly one is blamed, and what follows from it inherits.

An array u of the backward plays the part of the gradient of a forward intermediate V if, and only
if, its error u − true(V), carried on by the true vector-Jacobian products, accounts for all that
comes out of the backward. That is proof by numbers; the names in the user's code have no say.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.loops import in_every_turn
from oracle.diagnosis.statements import Step, handed_on
from oracle.subject import Path
from oracle.truth.recording import Value
from oracle.truth.work import A_SECOND, Budget

PATIENCE = A_SECOND  # steps of work, looking for the wrong step of one case
FEW = 12  # intermediates of one shape: where there are more, it is a loop that makes them
AT_LEAST = 2  # gradients that a step must account for, where it does not for others
NEAR = 1e-3  # of the largest entry: arrays that differ by more do not agree
FACTORS = 3  # deferred factors (dZ = A − Y, divided by m only in dW) that are followed


@dataclass(frozen=True)
class Blamed:
    """A wrong step: the array, and the intermediate that it should be the gradient of."""

    step: Step | None  # None: the returned gradient itself
    of: Value
    factor: float  # by which the backward as a whole has deferred its mean, or 1
    inherits: frozenset[Path]  # the gradients that are wrong for it
    path: Path | None = None  # of the returned gradient, where it is that
    instead: tuple[tuple[Value, float], ...] = ()  # what else it may be the gradient of, likewise
    truncated: bool = False  # in a loop, it lacks what comes back from the turn before
    after: tuple[Step, ...] = ()  # wrong steps before it, in whose place the true gradients stand


InCase = tuple[Evidence, Blamed]  # a wrong step, and the case in which it is seen


def blamed(evidence: Evidence) -> list[InCase]:
    """The wrong steps of one case, the earliest of each chain; one for each wrong gradient.

    A step that accounts for some of the gradients only is made right, and what is still wrong then
    has a mistake of its own: it is looked for in the case as it would be.
    """
    first = _in_part(evidence)
    if first is None:
        return [(evidence, one) for one in _in_full(evidence)]
    one, mended = first
    assert one.step is not None
    later = [(e, replace(b, after=(one.step, *b.after))) for e, b in blamed(mended)]
    return [(evidence, one), *later]


def _in_full(evidence: Evidence) -> list[Blamed]:
    """The steps each of which accounts for all that is wrong in the gradients made of it."""
    budget = Budget(PATIENCE)
    left = set(evidence.wrong_paths())
    steps = [step for step in evidence.steps() if step.name]
    returned = {id(value): path for path, value in evidence.made.items()}
    found: list[Blamed] = []
    factors = deferred(evidence, steps)
    supposed = [f for n in sizes(evidence) for f in (float(n), 1.0 / n) if n > 1]
    for step in steps:
        if not left or budget.is_spent:
            break
        if id(step.value) in returned:
            continue
        parts = _parts(evidence, step, factors, supposed, left)
        if parts and not _may_wait(evidence, step, parts[0]):
            value, factor, explained = parts[0]
            if earlier := _taken_for_another(evidence, steps, step, explained):
                found.append(earlier)
                left -= explained
                continue
            instead = tuple((v, f) for v, f, touched in parts[1:] if touched == explained)
            found.append(Blamed(step, value, factor, frozenset(explained), instead=instead))
            left -= explained
    for path, followers in _heads(evidence, left).items():
        inherits = frozenset([path, *followers])
        found.append(Blamed(None, evidence.inputs[path], 1.0, inherits, path))
    between = [step for step in steps if id(step.value) not in returned]
    one = _in_common(evidence, between, found) or _in_a_loop(evidence, between, found)
    if one is not None:
        found = [g for g in found if not g.inherits <= one.inherits] + [one]
    return [_original(evidence, steps, blamed) for blamed in found]


def _in_part(evidence: Evidence) -> tuple[Blamed, Evidence] | None:
    """The first wrong step that accounts for several gradients where others hide the rest.

    With the true gradient in its place those come out right by the user's own code, and no other
    one wrong. A step that accounts for all that is made of it is left to ``_in_full``.
    """
    left = set(evidence.wrong_paths())
    if len(left) < AT_LEAST + 1:
        return None
    budget = Budget(PATIENCE)
    returned = {id(value) for value in evidence.made.values()}
    for step in evidence.steps():
        if budget.is_spent:
            return None
        if not step.name or id(step.value) in returned or _is_right(evidence, step):
            continue
        array = evidence.number(step.value)
        for value in _may_be_gradient_of(evidence, array):
            error = array - evidence.true(value)
            if not _explains_some(evidence, value, error, left):
                continue
            touched = _touched(evidence, value, error)
            explained = {p for p, carried in touched.items() if _accounts(evidence, p, carried)}
            if explained == touched.keys() <= left:
                return None
            if len(explained) < AT_LEAST or not touched.keys() <= left:
                continue
            mended = evidence.mended(step.value, evidence.true(value))
            if mended is not None and set(mended.wrong_paths()) <= left - explained:
                return Blamed(step, value, 1.0, frozenset(explained)), mended
    return None


def _may_be_gradient_of(evidence: Evidence, array: np.ndarray) -> list[Value]:
    """The intermediates of an array's shape, the last first; none where a loop makes them."""
    if array.size < 2 or not np.isfinite(array).all():
        return []
    alike = _alike(evidence, array)
    return alike if len(alike) <= FEW else []


def _alike(evidence: Evidence, array: np.ndarray) -> list[Value]:
    """The intermediates of an array's shape, the last first."""
    return list(evidence.alike(array.shape).values)


def _touched(evidence: Evidence, value: Value, error: np.ndarray) -> dict[Path, np.ndarray]:
    """The gradients that an error at an intermediate changes, and by how much."""
    carried = evidence.carried(value, error, evidence.got)
    return {p: c for p, c in carried.items() if not evidence.same(c, np.zeros_like(c))}


def _accounts(evidence: Evidence, path: Path, carried: np.ndarray) -> bool:
    """True if a gradient is wrong by exactly this error."""
    return evidence.same(evidence.got[path], evidence.want(path) + carried)


def _original(evidence: Evidence, steps: Sequence[Step], blamed: Blamed) -> Blamed:
    """The statement that makes a returned gradient, where the gradient is an alias: ``db = dz``."""
    if blamed.path is None:
        return blamed
    made = [step for step in steps if step.value is evidence.made[blamed.path]]
    if not made or handed_on(made[-1]) is made[-1]:
        return blamed
    return replace(blamed, step=made[-1], path=None)


def _in_a_loop(evidence: Evidence, steps: Sequence[Step], found: Sequence[Blamed]) -> Blamed | None:
    """A statement that is wrong in every turn of a loop, and several gradients with it."""
    heads = {path for one in found if one.step is None for path in one.inherits}
    one = in_every_turn(evidence, steps, heads) if len(heads) > 1 else None
    if one is None or len(one.touched) < 2:
        return None
    return Blamed(one.step, one.of, 1.0, one.touched, truncated=one.truncated)


def _in_common(evidence: Evidence, steps: Sequence[Step], found: Sequence[Blamed]) -> Blamed | None:
    """A step that is the right gradient of one thing, and is used as that of another throughout.

    ``dz = dy * v`` is right as the gradient of s = σ(z); where all that is made of it takes it for
    that of z, this one step is wrong rather than all of them.
    """
    if not any(one.step is None for one in found) or len(found) < 2:
        return None
    left = {path for one in found for path in one.inherits}
    for step in steps:
        for value, factor, explained in _parts(evidence, step, [1.0], (), left, right=True)[:1]:
            if sum(one.inherits <= explained for one in found) > 1:
                step = handed_on(_last_alike(evidence, steps, step))
                return Blamed(step, value, factor, frozenset(explained))
    return None


def _taken_for_another(
    evidence: Evidence, steps: Sequence[Step], step: Step, explained: set[Path]
) -> Blamed | None:
    """An earlier step that is right, and from which a wrong one follows: as in ``_in_common``."""
    for one in steps[: steps.index(step)]:
        if not _is_right(evidence, one):
            continue
        for value, factor, touched in _parts(evidence, one, [1.0], (), explained, right=True)[:1]:
            if touched == explained:
                one = handed_on(_last_alike(evidence, steps, one))
                return Blamed(one, value, factor, frozenset(explained))
    return None


def _last_alike(evidence: Evidence, steps: Sequence[Step], step: Step) -> Step:
    """The last step with the same numbers: right as they are, they are wrong where they end up."""
    array = evidence.number(step.value)
    alike = [s for s in steps if s.value.shape == array.shape]
    return [s for s in alike if np.array_equal(evidence.number(s.value), array)][-1]


def _heads(evidence: Evidence, left: set[Path]) -> dict[Path, list[Path]]:
    """Returned gradients that are wrong by themselves, each with those that follow from it.

    dt follows from dp if the user's own code would make it right, were it given the right dp.
    """
    heads: dict[Path, list[Path]] = {path: [] for path in sorted(left, key=str)}
    for path in list(heads) if len(heads) <= FEW else ():
        for head in heads:
            if head == path:
                continue
            found = evidence.would_be(path, head, evidence.want(head))
            if found is not None and evidence.same(found, evidence.want(path)):
                heads[head].append(path)
                del heads[path]
                break
    return heads


def sizes(evidence: Evidence) -> set[int]:
    """The numbers by which a mean could have been taken."""
    return {n for n in evidence.case.sizes.values() if isinstance(n, int)}


def _parts(
    evidence: Evidence,
    step: Step,
    factors: Sequence[float],
    supposed: Sequence[float],
    left: set[Path],
    right: bool = False,
) -> list[tuple[Value, float, set[Path]]]:
    """The intermediates whose gradient a step must have been meant to be.

    Up to a factor that other steps have, or to one of those supposed: a mean that is taken later.
    ``right``: be it a right step or not.
    """
    array = evidence.number(step.value)
    if array.size < 2 or not np.isfinite(array).all():
        return []
    alike = _alike(evidence, array)
    if not right and _is_right(evidence, step):
        return []
    if supposed:  # and that of all entries
        supposed = (*supposed, float(array.size), 1.0 / array.size)
    if len(alike) > FEW or any(multiple(array, evidence.true(v)) is not None for v in alike):
        supposed = ()  # one turn of a loop, or right but for a factor
    found: list[list[tuple[Value, float, set[Path]]]] = []
    for factor in (*factors, *supposed):
        found.append([])
        for value in itertools.compress(alike, _may_be(evidence, array / factor, left)):
            true = evidence.true(value)
            if evidence.same(array / factor, true):
                continue
            touched = _touched(evidence, value, array / factor - true)
            explained = all(_accounts(evidence, p, carried) for p, carried in touched.items())
            if touched and touched.keys() <= left and explained:
                found[-1].append((value, factor, set(touched)))

    def unlike(part: tuple[Value, float, set[Path]]) -> tuple[bool, float]:
        """Sort key: how far the step is from the gradient of a value."""
        value, factor, _ = part
        true = evidence.true(value)
        off = np.abs(array / factor - true) > 1e-9 * np.abs(true).max(initial=0)
        return (multiple(array, true) is None, float(off.mean()))

    return [part for parts in found for part in sorted(parts, key=unlike)]


def _may_be(evidence: Evidence, array: np.ndarray, left: set[Path]) -> np.ndarray:
    """True for each intermediate that an array, taken for its gradient, may explain the errors by.

    A quick test, no proof: ``_may_explain`` of all gradients, for all intermediates at once.
    """
    errors = np.ravel(array) - evidence.alike(array.shape).true
    possible = np.full(len(errors), True)
    for path in evidence.got:
        got, want = evidence.got[path], evidence.want(path)
        for r, forth in evidence.probes_of(array.shape, evidence.inputs[path]):
            carried = forth * errors
            given, size = carried.sum(axis=1), np.abs(carried).sum(axis=1)
            comes = ~(np.abs(given) <= 1e-7 * size)
            if path not in left or got.shape != want.shape:
                possible &= ~comes
                continue
            off = r * (got - want)
            size += float(np.sum(np.abs(off))) + evidence.largest_upstream
            possible &= ~comes | ~(np.abs(given - float(np.sum(off))) > 1e-7 * size)
    return possible


def _explains_some(evidence: Evidence, value: Value, error: np.ndarray, left: set[Path]) -> bool:
    """True if an error may explain those of several of the gradients (a quick test, no proof)."""
    found = [_may_explain(evidence, path, value, error, left) for path in left]
    return found.count(True) >= AT_LEAST or (True not in found and None in found)


def _may_explain(
    evidence: Evidence, path: Path, value: Value, error: np.ndarray, left: set[Path]
) -> bool | None:
    """True if the error may explain that of a gradient, False if not, None if none comes there."""
    got, want = evidence.got[path], evidence.want(path)
    comes: bool | None = None
    for r, forth in evidence.probes(value, evidence.inputs[path]):
        given, size = float(np.sum(forth * error)), float(np.sum(np.abs(forth * error)))
        if abs(given) <= 1e-7 * size:
            continue  # nothing of it comes here
        comes = True
        if path not in left or got.shape != want.shape:
            return False
        size += float(np.sum(np.abs(r * (got - want)))) + evidence.largest_upstream
        if abs(given - float(np.sum(r * (got - want)))) > 1e-7 * size:
            return False
    return comes


def _is_right(evidence: Evidence, step: Step) -> bool:
    """True if a step is the true gradient of some value of the forward."""
    array = evidence.number(step.value)
    if not np.isfinite(array).all():
        return False
    rows = evidence.alike(array.shape).true
    off = np.abs(rows - np.ravel(array)).max(axis=1, initial=0)
    near = rows[off <= NEAR * max(float(np.abs(array).max(initial=0)), evidence.largest_upstream)]
    return any(evidence.same(array, true.reshape(array.shape)) for true in near)


def deferred(evidence: Evidence, steps: Sequence[Step]) -> list[float]:
    """Constant factors that steps have which are right but for them, and 1."""
    found = [1.0]
    trues: dict[tuple[int, ...], np.ndarray] = {}
    for step in steps:
        array = evidence.number(step.value)
        if array.size < 2 or len(found) > FACTORS:
            continue
        if array.shape not in trues:
            alike = evidence.of_shape(array.shape)
            rows = [np.ravel(evidence.true(value)) for value in alike]
            trues[array.shape] = np.array(rows).reshape(len(rows), array.size)
        true, flat = trues[array.shape], np.ravel(array)
        with np.errstate(all="ignore"):
            ratios = (true @ flat) / (true**2).sum(axis=1)
            off = np.abs(flat - ratios[:, None] * true).max(axis=1, initial=0)
        for ratio in ratios[(off <= 1e-11 * np.abs(flat).max()) & (ratios != 0)]:
            if len(found) <= FACTORS and not any(np.isclose(ratio, f) for f in found):
                found.append(float(ratio))
    return found


def multiple(array: np.ndarray, of: np.ndarray) -> float | None:
    """The number r with array = r·of to rounding, if there is one and it is not 0."""
    if array.shape != of.shape or array.size < 2:
        return None
    square = float(np.vdot(of, of))
    if square <= 0 or not np.isfinite(square):
        return None
    ratio = float(np.vdot(of, array)) / square
    size = float(np.abs(array).max())
    if ratio == 0 or float(np.abs(array - ratio * of).max()) > 1e-11 * size:
        return None
    return ratio


def _may_wait(evidence: Evidence, step: Step, part: tuple[Value, float, set[Path]]) -> bool:
    """True if a step is a multiple of its true gradient, and one gradient alone is made of it.

    The factor may then be missing from that gradient. ``p − t`` is m times the gradient of the
    logits; under a softmax it could also be taken for the gradient of log p, of which it is no
    multiple.
    """
    value, _, touched = part
    alone = len(touched) == 1
    return alone and multiple(evidence.number(step.value), evidence.true(value)) is not None
