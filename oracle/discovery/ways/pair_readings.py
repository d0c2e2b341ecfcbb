"""The readings of a pair of functions: which input a gradient is of, and whose upstream is 1."""

import dataclasses
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.plans import Slot
from oracle.discovery.text import callers, returns
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.gradients import Returned, is_gradient
from oracle.discovery.ways.pair import Pair
from oracle.discovery.ways.readings import Variant, combined, is_one, last_layer
from oracle.subject import Inputs, Reading, Role, Subject, WrongReturn, is_number

TRIALS = 4  # of the forward, to see which of its outputs varies: a mask may leave nothing of a loss


def by_trial(user: User, candidate: Candidate, function: Pair, subject: Subject) -> Subject:
    """The pair with what its upstream may be, the likeliest first."""
    narrow(function)
    found = _upstream_of_one(user, candidate, function) or _with_loss(function)
    return combined(combined(subject, found), _of_each_alike(function))


def _tried(function: Pair, seed: int = 0) -> tuple[Any, Any]:
    """The value of a trial run, and what it kept."""
    inputs = function.plan.prepare(trial_arrays(function.plan.arguments, seed=seed))
    with kept_random_state(0), np.errstate(all="ignore"):
        return function.run_forward(inputs)


def _is_scalar(function: Pair) -> bool:
    try:
        return np.ndim(_tried(function)[0]) == 0
    except Exception:  # the check meets it again and reports it
        return False


def narrow(function: Pair) -> None:
    """The one gradient of a loss of several inputs: that of its first, as scipy.optimize wants it.

    Their shapes must agree in two trials of different sizes, and no other input may have it.
    """
    wanted = [slot for slot in function.slots if slot.differentiated]
    if len(wanted) < 2 or function.sources.upstreams or any(slot.entries for slot in wanted):
        return
    alike = wanted
    for first in (2, 5):
        try:
            inputs, made = _made_of_ones(function, first)
            Returned(function.node, function.line).made(made, function.slots)
        except WrongReturn:
            shape = np.shape(made) if is_gradient(made) else None
            alike = [slot for slot in alike if np.shape(inputs[slot.name]) == shape]
        except Exception:  # the check meets it again and reports it
            return
        else:
            return
    if alike == wanted[:1]:
        function.slots = alike


def _made_of_ones(function: Pair, first: int) -> tuple[Inputs, Any]:
    """The inputs of a trial run, and what the backward makes of an upstream of 1."""
    inputs = function.plan.prepare(trial_arrays(function.plan.arguments, first))
    with kept_random_state(0), np.errstate(all="ignore"):
        value, kept = function.run_forward(inputs)
        return inputs, function.run_backward(inputs, value, kept, np.ones_like(value))


def _of_each_alike(function: Pair) -> list[Variant]:
    """One gradient of a loss of several inputs that look alike: of which, the numbers tell.

    It is by its name that it is taken for that of one of them, or for that of the first.
    """
    wanted = [slot for slot in function.slots if slot.differentiated]
    if len(wanted) < 2 or function.sources.upstreams or not function.is_scalar:
        return []
    if any(slot.entries for slot in wanted):
        return []
    alike = wanted
    for first in (2, 5):
        try:
            inputs, made = _made_of_ones(function, first)
        except Exception:  # the check meets it again and reports it
            return []
        if not is_gradient(made):
            return []
        alike = [slot for slot in alike if np.shape(inputs[slot.name]) == np.shape(made)]
    alike = _meant(function, alike)
    if len(alike) < 2:
        return [_of_slot(function, slot, True) for slot in alike]
    try:
        named = Returned(function.node, function.line).made(made, function.slots)[0].of
    except WrongReturn:
        named = alike[0].path
    alike.sort(key=lambda slot: slot.path != named)
    return [_of_slot(function, slot, slot is alike[0]) for slot in alike]


def _meant(function: Pair, alike: list[Slot]) -> list[Slot]:
    """Of inputs that look alike, those of which the gradient may be meant.

    A name such as ``d_p`` says which: minus that gradient, which is right for the target, is wrong.
    Where no name says so, nobody means the gradient of the targets.
    """
    items = returns.items(function.node) or []
    stems = naming.stems_of_gradient(items[0].name) if len(items) == 1 else []
    said = [slot for slot in alike if any(naming.same(stem, slot.name) for stem in stems)]
    targets = naming.targets([slot.name for slot in function.slots])
    others = [slot for slot in (said or alike) if slot.name not in targets]
    return others or alike


def _of_slot(function: Pair, slot: Slot, is_first: bool) -> Variant:
    one = dataclasses.replace(function, slots=[slot])
    remark = "" if is_first else f"correct as the gradient of {slot.name}"
    reading = Reading("" if is_first else f"the gradient of {slot.name}", remark, is_first)
    return reading, lambda subject: dataclasses.replace(subject, backward=one.made)


def _upstream_of_one(user: User, candidate: Candidate, function: Pair) -> list[Variant]:
    """The reading of a loss whose ``dout=1`` no caller changes, or no code reads: it is 1."""
    names = [p.name for p in function.taken]
    if user.text is None or len(function.sources.upstreams) != 1:
        return []
    (name,) = function.sources.upstreams
    if not is_one(function.taken[names.index(name)].default) or not _is_scalar(function):
        return []
    own = candidate.of("backward")
    texts = callers.texts(user.text, own.rpartition(".")[2])
    calls = [(text, call) for text in texts for call in callers.of_function(text, own)]
    is_1 = callers.leave_at_one(calls, function.node, name, names.index(name))
    return last_layer(name) if is_1 else []


def _with_loss(function: Pair) -> list[Variant]:
    """``return h, loss, cache``: the backward is given dh, and the loss's own upstream is 1.

    A gradient that contains the loss's is not 0 where dh is, which tells the readings apart.
    """
    names, values = function.sources.upstreams, function.values
    if len(names) != 1 or values is None or len(values) != 1 or function.nested:
        return []
    try:
        (value, kept), *others = [_tried(function, seed) for seed in range(TRIALS)]
    except Exception:  # the check meets it again and reports it
        return []
    different = [other for _, other in others if isinstance(other, tuple)]
    if np.ndim(value) == 0 or not isinstance(kept, tuple) or len(different) < len(others):
        return []
    taken = {*values, *function.sources.outputs.values()}
    rest = [i for i in range(len(kept)) if i not in taken]
    numbers = [i for i in rest if is_number(kept[i]) and not np.ndim(kept[i])]
    found = [i for i in numbers if any(kept[i] != other[i] for other in different)]
    if len(found) != 1 or (function.sources.caches and len(rest) == 1):
        return []
    both = dataclasses.replace(function, values=[*values, found[0]], with_loss=True)
    items = returns.items(function.forward_node) or []
    loss = items[found[0]].name if found[0] < len(items) else ""
    remark = (
        f"correct with {loss or 'the loss'}, which forward returns as well, at an upstream of 1"
    )
    return [
        (Reading("", "", True, ((names[0], Role.UPSTREAM),)), lambda subject: subject),
        (
            Reading(f"the upstream of {loss or 'the loss'} is 1", remark),
            lambda subject: dataclasses.replace(
                subject, forward=both.run_forward, backward=both.made, losses=(1,)
            ),
        ),
    ]
