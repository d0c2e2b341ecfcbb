"""The readings of a class: what its backward is given, and each usual loss."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.text import callers
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways import instances, losses, own_losses
from oracle.discovery.ways.attributes import OUTPUTS
from oracle.discovery.ways.objects import Object
from oracle.discovery.ways.readings import Variant, combined, is_one, last_layer, read_mean
from oracle.subject import Inputs, Reading, Role, Subject, Way


def ready(thing: Object, kind: type) -> Subject:
    """The subject that an object is, in each of its readings."""
    candidate = thing.candidate
    plain = _subject(thing, kind)
    if candidate.way == Way.NETWORK and not candidate.of("loss"):
        return combined(plain, _losses(thing))
    if candidate.way != Way.LAYER:
        return combined(plain, _shares(thing))
    if thing.points:
        return combined(plain, _points(thing))
    left = _loss_left(thing)
    if left and not thing.upstreams:
        return combined(plain, left)
    if left:
        return combined(combined(plain, left), _shares(thing))
    if not thing.upstreams and not thing.is_scalar:
        unscaled = dataclasses.replace(thing, is_scalar=True).backward
        first = "mean" if thing.aliases else "each"
        read_mean(plain, thing.forward, unscaled, first, thing.unknown)
    if thing.aliases:
        return combined(plain, _given_the_output(thing))
    return combined(combined(plain, _last_layer(thing)), _shares(thing))


def _subject(thing: Object, kind: type) -> Subject:
    candidate, user = thing.candidate, thing.user
    return Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(thing.arguments),
        thing.forward,
        thing.backward,
        thing.prepare,
        (kind,),
        module=user.module_name,
        remarks=thing.plan.remarks,
        has_upstream=not thing.is_scalar or bool(thing.upstreams),
        differentiable=lambda path: path in thing.paths,
    )


def _as(thing: Object) -> Callable[[Subject], Subject]:
    """An object in another reading in place of the one that was read."""

    def read(subject: Subject) -> Subject:
        return dataclasses.replace(
            subject,
            forward=thing.forward,
            backward=thing.backward,
            has_upstream=not thing.is_scalar or bool(thing.upstreams),
        )

    return read


def _points(thing: Object) -> list[Variant]:
    """A derivative method of one argument: at the input, at the output, or of an upstream."""
    (name,) = thing.points
    found: list[Variant] = []
    for reading in thing.points[name]:
        (_, role) = reading.takes[0]
        if role is Role.UPSTREAM:
            read = dataclasses.replace(thing, bound={}, upstreams=[name])
        elif role is Role.OUTPUT:
            read = dataclasses.replace(thing, bound={name: ()}, upstreams=[])
        else:
            given = next(p.name for p in thing.given if p.required)
            read = dataclasses.replace(thing, bound={name: (given,)}, upstreams=[])
        if role is Role.INPUT or not thing.is_scalar:
            found.append((reading, _as(read)))
    return found or [(Reading(""), lambda subject: subject)]


def _given_the_output(thing: Object) -> list[Variant]:
    """``backward(y_pred, y_true)`` of a layer that leaves its output in an attribute."""
    ((name, alias),) = thing.aliases.items()
    inputs = thing.prepare(trial_arrays(thing.arguments))
    with kept_random_state(0), np.errstate(all="ignore"):
        thing.forward(inputs)
    left = instances.entries_of(inputs["self"])
    shape = np.shape(inputs[alias])
    held = [n for n in OUTPUTS if isinstance(left.get(n), np.ndarray)]
    held = [n for n in held if left[n].shape == shape and left[n] is not inputs[alias]]
    if not held:
        return []
    as_output = naming.is_output(name) and not naming.is_output(alias)
    given: Variant = (
        Reading(f"{name} is {alias}", "", not as_output, ((name, Role.INPUT),)),
        _as(thing),
    )
    output: Variant = (
        Reading(
            f"{name} is self.{held[0]}",
            f"correct when {name} is what forward left in self.{held[0]}",
            as_output,
            ((name, Role.OUTPUT),),
        ),
        _as(dataclasses.replace(thing, bound={name: ("self", held[0])})),
    )
    return [output, given] if as_output else [given, output]


def _loss_left(thing: Object) -> list[Variant]:
    """A layer that hands its input on and adds to ``self.loss``: that is what it is about.

    A backward that is given no upstream has the gradient of the loss alone, whatever forward
    returns. One that is given an upstream may leave the loss out, which nothing shows to be right.
    """
    name = thing.sum_of_losses
    if not name or thing.is_scalar or (thing.upstreams and not thing.hands_on):
        return []
    alone = dataclasses.replace(thing, with_loss=True, upstreams=[], is_scalar=True)
    reading = Reading(f"of self.{name}", f"correct as the gradient of self.{name}")
    found: list[Variant] = [(reading, _as(alone))]
    if not thing.upstreams:
        return found
    both = dataclasses.replace(thing, with_loss=True)
    text = f"correct with self.{name}, to which forward adds, at an upstream of 1"
    with_it: Variant = (
        Reading(f"with self.{name}", text),
        lambda subject: dataclasses.replace(_as(both)(subject), losses=(1,)),
    )
    doubt = f"right only if self.{name}, to which forward adds, is no part of what is minimised"
    plain = Reading(f"without self.{name}", "", False, doubt=doubt)
    taken = next(p for p in thing.taken if p.name == thing.upstreams[0])
    return [with_it, *(found if not taken.required else []), (plain, lambda subject: subject)]


def _shares(thing: Object) -> list[Variant]:
    """Layers that share an array and leave a gradient each: the sum is that of the array."""
    if not thing.has_shares:
        return []
    added = dataclasses.replace(thing, adds_shares=True)
    remark = "correct as shares: layers that hold one array leave gradients that add up to its own"
    return [
        (Reading("each gradient is the whole"), lambda subject: subject),
        (
            Reading("gradients are shares of one array", remark),
            lambda subject: dataclasses.replace(subject, backward=added.backward),
        ),
    ]


def _last_layer(thing: Object) -> list[Variant]:
    """A loss layer with ``dout=1`` that callers all leave so, or that nothing reads: it is 1."""
    text, names = thing.user.text, [p.name for p in thing.taken]
    if text is None or not thing.is_scalar or len(thing.upstreams) != 1:
        return []
    (name,) = thing.upstreams
    owner, method = thing.candidate.of("class"), thing.method("backward")
    if not is_one(thing.taken[names.index(name)].default):
        return []
    near = callers.texts(text, owner.rpartition(".")[2])
    calls = [(one, call) for one in near for call in callers.of_method(one, owner, method)]
    node = thing.user.node(thing.candidate.of("backward"))
    return last_layer(name) if callers.leave_at_one(calls, node, name, names.index(name)) else []


def _losses(thing: Object) -> list[Variant]:
    """The losses that a network without one may have: the file's own, else each of the usual ones.

    Beside a loss of its own, a usual one that is a positive multiple of it is a question.
    """
    targets = [
        name
        for name in thing.plan.slots
        if name in naming.TARGETS | naming.PERHAPS_TARGETS and name not in thing.of_forward
    ]
    targets = targets or [n for n in thing.plan.slots if n not in thing.of_forward]
    slot = thing.plan.slots[targets[0]]
    labels = slot.argument is not None and slot.argument.integer
    table = losses.LABELS if labels else losses.FLOATS
    first = next((s for n, s in thing.plan.slots.items() if n in thing.of_forward), None)
    axis = losses.samples_axis(first.argument if first else None, slot.argument)
    own = list(own_losses.of_file(thing, targets[0])) if thing.user.text is not None else []
    found: list[Variant] = []
    for name, line, loss in own:
        remark = f"correct as the gradient of {name}, line {line}"
        reading = Reading(f"of {name}", remark)
        found.append((reading, _with_loss(thing, loss, targets[0])))
    for name, usual in table.items():

        def loss(output: Any, target: Any, usual: losses.Loss = usual) -> Any:
            return usual(output, target, axis)

        doubt = ""
        if own:
            if not own_losses.is_multiple(thing, targets[0], own[0][2], loss):
                continue
            doubt = f"right only for {name}, and {own[0][0]}, line {own[0][1]}, is a multiple of it"
        reading = Reading(name, f"correct as the gradient of {name}", not doubt, doubt=doubt)
        found.append((reading, _with_loss(thing, loss, targets[0])))
    return found


def _with_loss(
    thing: Object, loss: Callable[[Any, Any], Any], target: str
) -> Callable[[Subject], Subject]:
    def whole(inputs: Inputs, output: Any) -> Any:
        return loss(output, inputs[target])

    return _as(dataclasses.replace(thing, loss=whole))
