"""The gradients of a forward without its guards: of ``log(p)`` for ``log(p + 1e-8)``."""

from collections.abc import Callable

import numpy as np

from oracle.judging.trial import Trial
from oracle.subject import Path
from oracle.truth import guards
from oracle.truth.recording import Note
from oracle.truth.replay import NotReplayable


def unguarded(
    trial: Trial, counts: Callable[[Note], bool] = lambda note: True
) -> dict[Path, np.ndarray]:
    """The gradients by path of the input; none if there is no guard, or it cannot be left out.

    ``counts`` may choose among the guards.
    """
    if trial.plan is None:
        return {}
    instead = guards.removal(step.note for step in trial.plan.steps if counts(step.note))
    if not instead:
        return {}
    try:
        free = trial.plan.run(instead=instead).gradients(trial.upstream)
    except NotReplayable:
        return {}
    return {path[1:]: gradient for path, gradient in free.items() if path[0] == 0}
