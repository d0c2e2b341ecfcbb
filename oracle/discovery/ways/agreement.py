"""Agreement of a backward with differences of its forward, in a few small trials.

It decides whether two functions are a pair where no name says so. The verdict is judging's.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.proposals import Proposal
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.linearity import fits
from oracle.subject import MissingShapes, Path, Subject, Unusable, Way, as_array, outputs
from oracle.truth.differences import Forward, directional_witness

TRIALS = ((0, 2), (1, 3))  # seeds and smallest sizes
MOST = 6  # readings that are tried


def agrees(subject: Subject) -> bool:
    """True if all gradients agree with differences of the forward, in one of the readings."""
    return any(all(found.values()) for found in _in_all_readings(subject))


def agrees_in_part(subject: Subject) -> bool:
    """True if one gradient agrees with differences of the forward, taken as its loss."""
    return any(any(found.values()) for found in _in_all_readings(subject))


def _in_all_readings(subject: Subject) -> Iterator[dict[Path, bool]]:
    """True if each gradient agrees, for each reading that runs."""
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
    """True if each gradient agrees in all trials; {} if one does not run, or all are 0."""
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


# Proposed pairs that a run has decided to be pairs.

Made = list[tuple[Candidate, Subject]]
Failed = list[tuple[Candidate, Exception]]


def decided(
    user: User,
    made: Sequence[Proposal],
    subject: Callable[[User, Candidate], Subject],
    plain: Callable[[User, Candidate], Subject],
) -> tuple[Made, Failed]:
    """The first proposal of each backward that agrees with differences, or that the code confirms.

    What only the text proposes, and no run confirms, is no pair. Shapes are searched for, which
    takes many runs, where more than the place of a function speaks for it: ``subject`` does so, and
    ``plain`` takes what is said.
    """
    found: Made = []
    failed: Failed = []
    for name in dict.fromkeys(map(_giver, made)):
        each = [p for p in made if _giver(p) == name]
        ready: list[tuple[Proposal, Subject]] = []
        errors: list[tuple[Proposal, Exception]] = []
        for proposal in each:
            try:
                make = subject if proposal.is_likely else plain
                ready.append((proposal, make(user, proposal.candidate)))
            except Exception as error:
                errors.append((proposal, error))
        right = next((pair for pair in ready if agrees(pair[1])), None)
        right = right or next((p for p in ready if p[0].by_part and agrees_in_part(p[1])), None)
        said = (pair for pair in ready if pair[0].confirmed and fits(pair[1]))
        told = right or next(said, None)
        if told is not None:
            how = "by what it does" if right else "as the code says"
            told[1].remarks.append(f"{_taken(told[0].candidate)}, {how}")
            found.append((told[0].candidate, told[1]))
        elif said_of := _reason(each, errors):
            failed.append(said_of)
    return found, failed


def _giver(proposal: Proposal) -> str:
    """The function that gives the gradients."""
    return proposal.candidate.of("backward") or proposal.candidate.of("function")


def _taken(one: Candidate) -> str:
    """The remark on how a proposal was understood."""
    if one.way == Way.VALUE_AND_GRADIENT:
        return f"{one.name} is taken for a function that returns its value and gradients"
    what = "derivative" if one.way == Way.DERIVATIVE else "backward"
    return f"{one.of('backward')} is taken for the {what} of {one.of('forward')}"


def _reason(
    each: Sequence[Proposal], errors: Sequence[tuple[Proposal, Exception]]
) -> tuple[Candidate, Exception] | None:
    """Why none of the proposals of a backward is judged; None where that needs no word."""
    known = [(p, e) for p, e in errors if p.confirmed or p.is_told]
    for kind in (MissingShapes, Unusable):
        for proposal, error in known:
            if isinstance(error, kind):
                return proposal.candidate, error
    first = next((p.candidate for p in each if p.is_told), None)
    if first is None:
        return None
    given = first.of("backward") or first.of("function")
    if first.of("forward"):
        of = ", ".join(dict.fromkeys(p.candidate.of("forward") for p in each if p.is_told))
        return first, Unusable(f"{given}: nothing that it gives is a gradient of {of}")
    why = f"{errors[0][1]}" if errors else "what it returns does not fit its arguments"
    return first, Unusable(f"{given}: what it returns could not be judged: {why}")
