"""Agreement of a backward with differences of its forward, in a few small trials.

It decides whether two functions are a pair where no name says so. The verdict is judging's.
"""

import dataclasses

import numpy as np

from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.subject import Subject, as_array, outputs
from oracle.truth.differences import Forward, directional_witness

TRIALS = ((0, 2), (1, 3))  # seeds and smallest sizes
MOST = 6  # readings that are tried


def agrees(subject: Subject) -> bool:
    """Whether all gradients agree with differences of the forward, in one of the readings."""
    try:
        if subject.by_trial is not None:
            subject = dataclasses.replace(subject.by_trial(subject), by_trial=None)
        count = min(len(subject.readings), MOST)
        each = [subject.read_as(i) for i in range(count)] if subject.read_as else [subject]
    except (Exception, SystemExit):
        return False
    return any(_in_all_trials(one) for one in each)


def _in_all_trials(subject: Subject) -> bool:
    try:
        return all(_in_trial(subject, seed, first) for seed, first in TRIALS)
    except (Exception, SystemExit):
        return False


def _in_trial(subject: Subject, seed: int, first: int) -> bool:
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
        sent = [rng.standard_normal(s) if subject.has_upstream else np.ones(s) for s in shapes]
        several = isinstance(value, tuple | list)
        made = subject.backward(inputs, value, kept, tuple(sent) if several else sent[0][()])
        upstream = {(i,): s for i, s in enumerate(sent)} if several else sent[0]
        fresh = subject.prepare({n: a.copy() for n, a in arrays.items()}, seed)
        for one in made:
            got = np.asarray(as_array(one.value), float)
            if got.shape != np.shape(value_at(fresh, one.of)):
                return False
            path = (0, *one.of)
            forward = Forward(value_of, (fresh,), None, upstream, lambda p, path=path: p == path)
            if not directional_witness(forward, {path: got}, seed).agrees:
                return False
        return bool(made) and any(np.any(as_array(one.value)) for one in made)
