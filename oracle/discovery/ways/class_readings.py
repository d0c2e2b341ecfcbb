"""The readings of a class: at the input or the output, and each usual loss."""

import dataclasses
from typing import Any

from oracle.discovery import naming
from oracle.discovery.ways import losses
from oracle.discovery.ways.objects import Object
from oracle.discovery.ways.readings import OF_INPUT, read_mean
from oracle.subject import Inputs, Made, Reading, Subject, Way


def ready(thing: Object, kind: type) -> Subject:
    candidate, user = thing.candidate, thing.user
    subject = Subject(
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
    if candidate.way == Way.NETWORK and not candidate.of("loss"):
        _read_losses(subject, thing)
    elif candidate.way == Way.LAYER and not thing.upstreams and not thing.is_scalar:
        _read_point(subject, thing)
        if subject.read_as is None:
            plain = dataclasses.replace(thing, is_scalar=True).backward
            read_mean(subject, thing.forward, plain, "mean" if thing.aliases else "each")
    return subject


def _read_point(subject: Subject, thing: Object) -> None:
    """A derivative method: at the input, or at the output."""
    names = [p.name for p in thing.taken]
    if len(names) != 1 or names[0] not in thing.given[0].name:
        return
    subject.readings = (
        OF_INPUT,
        Reading("of the output", f"correct when given the output, not {thing.given[0].name}"),
    )
    plain = thing.backward

    def of_output(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        return plain({**inputs, names[0]: value}, value, kept, upstream)

    def read_as(which: int) -> Subject:
        backward = of_output if which else plain
        reading = (subject.readings[which],)
        return dataclasses.replace(subject, backward=backward, readings=reading, read_as=None)

    subject.read_as = read_as


def _read_losses(subject: Subject, thing: Object) -> None:
    """A reading for each of the usual losses; the first one by default."""
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

    def read_as(which: int) -> Subject:
        name = list(table)[which]

        def loss(inputs: Inputs, output: Any) -> Any:
            return table[name](output, inputs[targets[0]], axis)

        other = dataclasses.replace(thing, loss=loss)
        return dataclasses.replace(
            subject,
            forward=other.forward,
            backward=other.backward,
            readings=(Reading(name, f"correct as the gradient of {name}"),),
            read_as=None,
        )

    subject.readings = tuple(Reading(n, f"correct as the gradient of {n}") for n in table)
    subject.read_as = read_as
    chosen = read_as(0)
    subject.forward, subject.backward = chosen.forward, chosen.backward
    subject.has_upstream = False
