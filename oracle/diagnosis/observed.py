"""A wrong gradient described in words: how far off, where, and for which sizes."""

from collections.abc import Mapping, Sequence

import numpy as np

from oracle.cases.shapes import Size
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes import Target
from oracle.judging.budget import ordinary
from oracle.judging.examined import Entry
from oracle.judging.trial import Trial
from oracle.results import Note
from oracle.subject import Path


def what_is_seen(target: Target) -> str:
    """Ratio and place of a difference that nothing explains."""
    if target.got.shape != target.true.shape:
        return f"has shape {target.got.shape}, expected {target.true.shape}"
    if target.got.size == 1:
        got, want = target.got.item(), target.true.item()
        return f"is {got:.6g}, expected {want:.6g}; none of the known mistakes explains that"
    off = np.abs(target.got - target.true)
    share = float((off > 1e-9 * np.abs(target.true).max(initial=1e-300)).mean())
    with np.errstate(all="ignore"):
        ratios = (target.got / target.true)[np.isfinite(target.got / target.true)]
    spread = (
        f"between {ratios.min():.3g} and {ratios.max():.3g}" if ratios.size else "nowhere finite"
    )
    where = "every entry" if share == 1 else f"{100 * share:.0f} % of its entries"
    return (
        f"is wrong in {where}; its ratio to the gradient lies {spread}; "
        "none of the known mistakes explains that"
    )


def right_only_when(entry: Entry) -> Note | None:
    """Right only when N = 1, say: the sizes of the cases that pass."""
    passes = [case.sizes for case in ordinary(entry.passes)]
    fails = [case.sizes for case in ordinary(entry.failures)]
    if not passes or not fails:
        return None
    names = [n for n in fails[0] if isinstance(fails[0][n], int)]
    pairs = [(one, other) for one in names for other in names if one < other]
    for one, other in [*((name, "1") for name in names), *pairs]:

        def is_met(sizes: Mapping[str, Size], one: str = one, other: str = other) -> bool:
            return sizes[one] == (1 if other == "1" else sizes[other])

        if all(map(is_met, passes)) and not any(map(is_met, fails)):
            said = f"{entry.gradient.name} is right only when {one} = {other}"
            return Note("right-only-when", said)
    return None


def has_other_slope(
    name: str, path: Path, trials: Sequence[Trial], evidence: Sequence[Evidence]
) -> Note | None:
    """The finding that an entrywise function has a wrong derivative; None if it is not one."""
    if not trials or not all(_is_local(trial, path) for trial in trials):
        return None
    sides = {"positive": 0, "negative": 0}
    for one in evidence:
        x, off = one.number(one.inputs[path]), np.abs(one.got[path] - one.want(path))
        bad = off > 1e-9 * np.abs(one.want(path)).max(initial=1e-300)
        sides["positive"] += int((bad & (x > 0)).sum())
        sides["negative"] += int((bad & (x < 0)).sum())
    only = [side for side, count in sides.items() if count and count == sum(sides.values())]
    where = f", for {only[0]} {path[-1]} only" if only else ""
    message = f"{name} has a different slope than the forward, entry by entry{where}"
    fix = "differentiate the forward once more, piece by piece"
    return Note("wrong-activation-derivative", message, fix)


def _is_local(trial: Trial, path: Path) -> bool:
    """True if a gradient is a slope of each entry of its input times the upstream there."""

    name = path[0]
    moved = trial.arrays[name].copy()
    moved.flat[0] += 1.0
    before, after = _made(trial, path), _made(trial, path, {name: moved})
    linear = not trial.subject.has_upstream or np.array_equal(
        _made(trial, path, times=2.0), 2 * before
    )
    return linear and np.array_equal(before.flat[1:], after.flat[1:])


def ignores_upstream(name: str, path: Path, trials: Sequence[Trial]) -> Note | None:
    """A gradient that is the same under any upstream, whatever else is wrong with it."""
    if not trials or not all(_is_the_same_under_any(trial, path) for trial in trials):
        return None
    message = (
        f"{name} is the same whatever upstream gradient comes in (seen in {len(trials)} cases)"
    )
    return Note("ignores-upstream", message, "multiply by the upstream gradient")


def _is_the_same_under_any(trial: Trial, path: Path) -> bool:
    if not trial.subject.has_upstream:
        return False
    try:
        plain = _made(trial, path)
        others = [_made(trial, path, times=times) for times in (-1.5, 3.0)]
    except (Exception, SystemExit):  # the user's code may raise anything
        return False
    return bool(plain.any()) and all(np.array_equal(plain, other) for other in others)


def _made(
    trial: Trial, path: Path, moved: Mapping[str, np.ndarray] | None = None, times: float = 1.0
) -> np.ndarray:
    """A gradient by the user's code, with some arrays moved and so many times the upstream."""
    inputs = trial.inputs({**trial.arrays, **(moved or {})})
    with trial.seeded():
        value, kept = trial.subject.forward(inputs)
        sent = trial.sent(value)
        sent = tuple(times * s for s in sent) if isinstance(sent, tuple) else times * sent
        found = trial.subject.backward(inputs, value, kept, sent)
    return np.asarray(next(m.value for m in found if m.of == path), float)
