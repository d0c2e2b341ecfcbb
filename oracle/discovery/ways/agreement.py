"""Agreement of a backward with differences of its forward, in a few small trials.

It decides whether two functions are a pair where no name says so. The verdict is judging's.
"""

import dataclasses
from collections.abc import Iterator

import numpy as np

from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.subject import Path, Subject, Way, as_array, outputs
from oracle.truth.differences import Forward, directional_witness

TRIALS = ((0, 2), (1, 3))  # seeds and smallest sizes
MOST = 6  # readings that are tried


def agrees(subject: Subject) -> bool:
    """Whether all gradients agree with differences of the forward, in one of the readings."""
    return any(all(found.values()) for found in _in_all_readings(subject))


def agrees_in_part(subject: Subject) -> bool:
    """Whether a gradient agrees with differences of the forward, which is its loss then."""
    return any(any(found.values()) for found in _in_all_readings(subject))


def _in_all_readings(subject: Subject) -> Iterator[dict[Path, bool]]:
    """Whether each gradient agrees, for each reading that runs."""
    try:
        if subject.by_trial is not None:
            subject = dataclasses.replace(subject.by_trial(subject), by_trial=None)
        count = min(len(subject.readings), MOST)
        each = [subject.read_as(i) for i in range(count)] if subject.read_as else [subject]
    except (Exception, SystemExit):
        return
    for one in each:
        if found := _in_all_trials(one):
            yield found


def _in_all_trials(subject: Subject) -> dict[Path, bool]:
    """Whether each gradient agrees in all trials; {} if one does not run, or all are 0."""
    try:
        each = [_in_trial(subject, seed, first) for seed, first in TRIALS]
    except (Exception, SystemExit):
        return {}
    return {path: all(found.get(path) for found in each) for path in each[0]}


def _in_trial(subject: Subject, seed: int, first: int) -> dict[Path, bool]:
    arrays = trial_arrays(subject.arguments, first, seed=seed)
    rng = np.random.default_rng(seed)

    def value_of(inputs: dict[str, object]) -> object:
        return subject.forward(inputs)[0]

    with kept_random_state(seed), np.errstate(all="ignore"):
        inputs = subject.prepare({n: a.copy() for n, a in arrays.items()}, seed)
        value, kept = subject.forward(inputs)
        if not isinstance(value, tuple | list):
            value = np.asarray(value)
        shapes = [np.shape(part) for part in outputs(value)]
        if subject.way == Way.VALUE_AND_GRADIENT and shapes != [()]:
            return {}
        sent = [rng.standard_normal(s) if subject.has_upstream else np.ones(s) for s in shapes]
        several = isinstance(value, tuple | list)
        made = subject.backward(inputs, value, kept, tuple(sent) if several else sent[0][()])
        upstream = {(i,): s for i, s in enumerate(sent)} if several else sent[0]
        fresh = subject.prepare({n: a.copy() for n, a in arrays.items()}, seed)
        found: dict[Path, bool] = {}
        for one in made:
            got = np.array(as_array(one.value), float)
            path = (0, *one.of)
            forward = Forward(value_of, (fresh,), None, upstream, path.__eq__)
            fits = got.shape == np.shape(value_at(fresh, one.of))
            agree = fits and directional_witness(forward, {path: got}, seed).agrees
            found[one.of] = agree and (bool(np.any(got)) or len(made) > 1)
        return found if any(np.any(as_array(one.value)) for one in made) else {}
