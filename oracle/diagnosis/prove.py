"""The known mistakes that explain a wrong step, proved on several shapes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from oracle.diagnosis.mistakes import FAMILIES, Suspicion, Target
from oracle.diagnosis.mistakes.scale import extents

ENOUGH = 6  # a suspicion of this rank needs no dearer families to be asked
PATIENCE = 8.0  # seconds of processor time, looking for what explains one gradient
MOST = 3  # findings of one gradient


@dataclass(frozen=True)
class Proved:
    """A mistake that explains what came, and the number of shapes in which it does."""

    suspicion: Suspicion
    shapes: int


def prove(targets: Sequence[Target]) -> list[Proved]:
    """The mistakes that explain all of some cases; the most specific first, three at most."""
    if not targets:
        return []
    first, others = targets[0], targets[1:]
    began = time.process_time()
    alive: dict[object, Suspicion] = {}
    for family in FAMILIES:
        if any(suspicion.rank <= ENOUGH for suspicion in alive.values()):
            break
        for suspicion in family(first):
            if time.process_time() - began > PATIENCE:
                break
            if suspicion.key not in alive and _explains(suspicion, first):
                alive[suspicion.key] = suspicion
    shapes = {str(first.sizes)}
    for target in others:
        if not alive:
            return []
        still: dict[object, Suspicion] = {}
        for family in FAMILIES:
            for suspicion in family(target):
                known = suspicion.key in alive and suspicion.key not in still
                if known and _explains(suspicion, target):
                    still[suspicion.key] = alive[suspicion.key]
        shapes.add(str(target.sizes))
        alive = still
    sizes = [extents(target.sizes) for target in targets]
    best = sorted((s for s in alive.values() if _vary(s, sizes)), key=lambda s: s.rank)
    chosen: list[Suspicion] = []
    for suspicion in best:
        # A key within another's, (key, more), is the same mistake told less precisely.
        said = any(isinstance(s.key, tuple) and s.key[0] == suspicion.key for s in chosen)
        fresh = suspicion.finding not in {s.finding for s in chosen} and not said
        if fresh and (not chosen or suspicion.rank <= chosen[0].rank + 4):
            chosen.append(suspicion)
    return [Proved(suspicion, len(shapes)) for suspicion in chosen[:MOST]]


def _vary(suspicion: Suspicion, known: Sequence[dict[str, int]]) -> bool:
    """True if each size that a mistake names took several values in the proof."""
    return all(len({sizes.get(name) for sizes in known}) > 1 for name in suspicion.sizes)


def _explains(suspicion: Suspicion, target: Target) -> bool:
    with np.errstate(all="ignore"):
        predicted = suspicion.predicted()
    if predicted is None:
        return False
    if predicted.shape != target.true.shape:
        return (suspicion.rank <= 10 and np.array_equal(predicted, target.got)) or target.is_got(
            predicted
        )
    return target.is_got(predicted)
