"""Readings of what a backward returns, by a trial run: which gradient each value is."""

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import callers, returns
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways import instances
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.readings import Variant, combined
from oracle.subject import Inputs, Made, Path, Reading, Subject, Way, outputs

MOST = 6  # gradients whose order is sought


def proposed(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject whose trial run will show the readings of what its backward returns."""
    if subject.torch_function is not None or user.text is None:
        return subject
    before = subject.by_trial

    def by_trial(one: Subject) -> Subject:
        return _by_trial(user, candidate, one if before is None else before(one))

    return dataclasses.replace(subject, by_trial=by_trial)


def _by_trial(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject with those readings."""
    try:
        inputs, made = _tried(subject)
    except (Exception, SystemExit):  # the check meets it again and reports it
        return subject
    found = _of_parameter(user, candidate, subject, inputs, made)
    return combined(subject, found or _by_names(subject, made))


def _tried(subject: Subject) -> tuple[Inputs, list[Made]]:
    """The inputs of a trial run, and the gradients that it made."""
    arrays = trial_arrays(subject.arguments)
    inputs = subject.prepare({name: array.copy() for name, array in arrays.items()}, 0)
    with kept_random_state(0), np.errstate(all="ignore"):
        value, kept = subject.forward(inputs)
        ones = tuple(np.ones_like(part)[()] for part in outputs(value))
        sent: Any = ones if isinstance(value, tuple | list) else ones[0]
        return inputs, subject.backward(inputs, value, kept, sent)


# -- the order of several gradients -----------------------------------------------------------


def _by_names(subject: Subject, made: Sequence[Made]) -> list[Variant]:
    """The gradients in the order that their names say, where that is not the arguments' order."""
    things = [str(one.of[-1]) for one in made]
    names = [one.name for one in made]
    if not 2 <= len(made) <= MOST or not all(name.isidentifier() for name in names):
        return []
    fits = [[_fits(name, thing) for thing in things] for name in names]
    orders = list(itertools.permutations(range(len(made))))
    scores = [sum(fits[i][j] for i, j in enumerate(order)) for order in orders]
    best = max(scores)
    if best == scores[0] or scores.count(best) > 1:  # the first one is the order that it came in
        return []
    order = orders[scores.index(best)]
    of = {one.name: made[j].of for one, j in zip(made, order)}
    said = ", ".join(f"{name} is that of {things[j]}" for name, j in zip(names, order))
    named = Reading(f"in the order of their names ({said})", f"correct by the names: {said}")
    placed = Reading("in the order of the arguments", "", False)
    return [(named, _relabelled(of)), (placed, lambda subject: subject)]


def _fits(name: str, thing: str) -> int:
    """How well a gradient's name fits a thing's: ``dLogVar`` fits ``t_log_var``."""
    words = naming.tokens(thing)
    stems = [naming.tokens(stem) for stem in naming.stems_of_gradient(name)]
    if words in stems:
        return 2
    return int(any(stem and words[-len(stem) :] == stem for stem in stems))


def _relabelled(
    of: dict[str, Path], names: Mapping[str, str] | None = None
) -> Callable[[Subject], Subject]:
    """The gradients of some names as those of other inputs, some of them with other names."""
    names = names or {}

    def read(subject: Subject) -> Subject:
        plain, known = subject.backward, subject.differentiable

        def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            made = plain(inputs, value, kept, upstream)
            return [
                dataclasses.replace(
                    one, of=of.get(one.name, one.of), name=names.get(one.name, one.name)
                )
                for one in made
            ]

        paths = set(of.values())
        return dataclasses.replace(
            subject, backward=backward, differentiable=lambda path: path in paths or known(path)
        )

    return read


# -- a first layer ----------------------------------------------------------------------------


def _is_unnamed(user: User, candidate: Candidate) -> bool:
    """The backward returns an expression that has no name: what it is, its shape alone can tell."""
    items = returns.items(user.node(candidate.of("backward"))) or []
    return len(items) == 1 and not items[0].name


def _of_parameter(
    user: User, candidate: Candidate, subject: Subject, inputs: Inputs, made: Sequence[Made]
) -> list[Variant]:
    """``return dW`` of a layer: the gradient of W, where nothing in the file passes it on."""
    method = candidate.of("backward").rpartition(".")[2]
    if candidate.way != Way.LAYER or user.text is None or callers.uses_result(user.text, method):
        return []
    returned = [one for one in made if one.of[:1] != ("self",)]
    if len(returned) != 1:
        return []
    if _is_unnamed(user, candidate):
        if np.shape(returned[0].value) == np.shape(value_at(inputs, returned[0].of)):
            return []
    elif naming.assign([returned[0].name], [str(returned[0].of[-1])]):
        return []
    held = instances.arrays_in(inputs["self"])
    (one,) = returned
    paths = [
        path
        for path, array in held.items()
        if array.shape == np.shape(one.value)
        if _is_unnamed(user, candidate) or naming.is_gradient_of(one.name, str(path[-1]))
    ]
    if len(paths) != 1:
        return []
    parameter = str(paths[0][-1])
    remark = f"correct as the gradient of {parameter}: a first layer needs no d{one.of[-1]}"
    own = {one.name: f"d{parameter}"} if _is_unnamed(user, candidate) else {}
    named = Reading(
        f"it is the gradient of {parameter}"
        if own
        else f"{one.name} is the gradient of {parameter}",
        remark,
    )
    placed = Reading(f"{one.name} is the gradient of {one.of[-1]}", "", False)
    return [
        (named, _relabelled({one.name: ("self", *paths[0])}, own)),
        (placed, lambda subject: subject),
    ]
