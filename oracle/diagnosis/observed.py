"""What is seen of a wrong gradient, in words, whether or not anything explains it."""

from collections.abc import Sequence

import numpy as np

from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes import Target
from oracle.judging.examine import Examined
from oracle.judging.trial import Trial
from oracle.results import Gradient, Note
from oracle.subject import Path


def what_is_seen(target: Target) -> str:
    """Ratio and place of a difference that nothing explains."""
    if target.got.shape != target.true.shape:
        return f"has shape {target.got.shape}, {target.true.shape} is due"
    off = np.abs(target.got - target.true)
    share = float((off > 1e-9 * np.abs(target.true).max(initial=1e-300)).mean())
    with np.errstate(all="ignore"):
        ratios = (target.got / target.true)[np.isfinite(target.got / target.true)]
    spread = (
        f"between {ratios.min():.3g} and {ratios.max():.3g}" if ratios.size else "nowhere finite"
    )
    return (
        f"is wrong in {100 * share:.0f} % of its entries; its ratio to the gradient lies {spread}; "
        "none of the known mistakes explains that"
    )


def say_pattern(examined: Examined, path: Path, entry: Gradient) -> None:
    """Right only when N = 1, say: the sizes of the cases that pass."""
    passes = [c.sizes for c in examined.passes.get(path, []) if c.regime == "ordinary"]
    fails = [c.sizes for c in examined.failures.get(path, []) if c.regime == "ordinary"]
    if not passes or not fails or entry.verdict != "wrong":
        return
    names = [n for n in fails[0] if isinstance(fails[0][n], int)]
    for name in names:
        if all(s[name] == 1 for s in passes) and all(s[name] != 1 for s in fails):
            entry.note(Note("right-only-when", f"{entry.name} is right only when {name} = 1"))
            return
    for one in names:
        for other in names:
            alike = one < other and all(s[one] == s[other] for s in passes)
            if alike and all(s[one] != s[other] for s in fails):
                message = f"{entry.name} is right only when {one} = {other}"
                entry.note(Note("right-only-when", message))
                return


def say_slope(
    examined: Examined, path: Path, trials: Sequence[Trial], evidence: Sequence[Evidence]
) -> None:
    """Of a function of each entry by itself, what is wrong entry by entry is its derivative."""
    entry = examined.entry(path)
    known = {note.name for note in entry.findings}
    if entry.verdict != "wrong" or known != {"unexplained"} or not trials:
        return
    if not all(_is_local(trial, path) for trial in trials):
        return
    sides = {"positive": 0, "negative": 0}
    for one in evidence:
        x, off = one.number(one.inputs[path]), np.abs(one.got[path] - one.want(path))
        bad = off > 1e-9 * np.abs(one.want(path)).max(initial=1e-300)
        sides["positive"] += int((bad & (x > 0)).sum())
        sides["negative"] += int((bad & (x < 0)).sum())
    only = [side for side, count in sides.items() if count and not sum(sides.values()) - count]
    where = f", for {only[0]} {path[-1]} only" if only else ""
    message = f"{entry.name} has another slope than the forward, entry by entry{where}"
    fix = "differentiate the forward once more, piece by piece"
    entry.findings = [Note("wrong-activation-derivative", message, fix)]


def _is_local(trial: Trial, path: Path) -> bool:
    """Whether a gradient is a slope of each entry of its input times the upstream there."""

    def made(arrays: dict[str, np.ndarray], times: float = 1.0) -> np.ndarray:
        inputs = trial.inputs(arrays)
        with trial.seeded():
            value, kept = trial.subject.forward(inputs)
            sent = times * np.asarray(trial.sent(value))
            found = trial.subject.backward(inputs, value, kept, sent)
        return np.asarray(next(m.value for m in found if m.of == path), float)

    name = path[0]
    moved = trial.arrays[name].copy()
    moved.flat[0] += 1.0
    before, after = made(trial.arrays), made({**trial.arrays, name: moved})
    linear = not trial.subject.has_upstream or np.array_equal(made(trial.arrays, 2.0), 2 * before)
    return linear and np.array_equal(before.flat[1:], after.flat[1:])
