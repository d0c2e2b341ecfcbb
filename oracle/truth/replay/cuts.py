"""Cuts that matter: a value left the record, came back, and is a constant in it by mistake.

A cut does not matter where the value was only logged or used as a key. The test: with the inputs
moved a little, the replay must give what the user's own forward gives.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from oracle.truth.differences import Summed, upstream_of
from oracle.truth.recording import SHARED_INPUT, Cut, Path, Recording

MOVES = (2.0**-6, 2.0**-12)  # relative; the smaller one where the larger one changes a decision
ROUNDINGS = 2.0**6  # by how many ulp of the largest term the two values may differ
DECISIVE = 2.0**10  # a move must be larger than that by this factor


def cut_that_matters(
    recording: Recording,
    value_at: Callable[[Mapping[Path, np.ndarray]], Mapping[Path, np.ndarray]],
    forward: Summed | None,
) -> Cut | None:
    """The first cut of a record, if the record is not the forward for it; None if it is.

    ``value_at`` runs the replay on other inputs. Without a forward to compare with, every cut
    matters.
    """
    cuts = [cut for cut in recording.cuts if cut.kind != SHARED_INPUT]
    if not cuts:
        return None
    if forward is not None and any(_agree(value_at, forward, move) for move in MOVES):
        return None
    return cuts[0]


def _agree(value_at: Callable[..., Any], forward: Summed, move: float) -> bool:
    eps = max(float(np.finfo(array.dtype).eps) for array in forward.inputs.values())
    if move < DECISIVE * ROUNDINGS * eps:
        return False
    rng = np.random.default_rng(0)
    moved = {
        path: array * (1 + move * rng.uniform(0.5, 1.0, array.shape)) + (array == 0) * move
        for path, array in forward.inputs.items()
    }
    moved = {path: array.astype(forward.inputs[path].dtype) for path, array in moved.items()}
    try:
        made = forward(moved)
        outputs = value_at(moved)
    except Exception:  # the user's code refuses these inputs, or the replay does
        return False
    sent = upstream_of(forward, outputs)
    terms = [np.asarray(sent[path]) * outputs[path] for path in sent]
    size = max(float(np.max(np.abs(term), initial=0.0)) for term in terms)
    off = abs(made - sum(float(np.sum(np.real(term))) for term in terms))
    return bool(off <= ROUNDINGS * eps * size)
