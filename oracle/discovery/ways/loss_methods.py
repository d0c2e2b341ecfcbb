"""Way 3 in a class: a method ``loss(X, y)`` that returns the loss and the gradients."""

import dataclasses
from typing import Any

import numpy as np

from oracle.discovery import arguments, givers, naming, plans
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.plans import Slot
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Shapes
from oracle.discovery.shapes.grammar import Said
from oracle.discovery.text import returns
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways import instances, makers, runs, single
from oracle.discovery.ways.attributes import slots_of
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.objects import Object
from oracle.discovery.ways.roles import (
    has_shape,
    parameters_of,
)
from oracle.subject import Inputs, Made, Subject, Way


def loss_method(user: User, candidate: Candidate) -> Subject:
    """A network whose ``loss(X, y)`` returns the loss, and the gradients by its parameters' names.

    Raises:
        Unusable: it cannot be made, a shape is missing, or it does not run.
    """
    kind = user.kind(candidate.of("class"))
    name = candidate.of("function")
    methods = user.text.methods(candidate.of("class")) if user.text is not None else {}
    init = methods.get("__init__", "")
    names = [candidate.of("class"), name]
    spoken = declared.of_parts(user.text, names, user.shapes, [init] if init else [])
    known = [p.name for p in parameters_of(kind, name)]
    maker = makers.maker(user, candidate.of("class"), kind, spoken, known)
    return runs.first_to_run(
        makers.unified(maker, spoken), lambda one: _made_by(user, candidate, one, spoken)
    )


def _made_by(user: User, candidate: Candidate, maker: Maker, spoken: Shapes) -> Subject:
    """The subject, with its objects made in one way."""
    targets = naming.TARGETS | naming.PERHAPS_TARGETS
    kind, name = maker.kind, candidate.of("function")
    given = [
        dataclasses.replace(p, required=p.required or p.name in targets)
        for p in parameters_of(kind, name)
    ]
    wanted = [p for p in given if p.required or has_shape(p.name, spoken)]
    open_ = [p.name for p in wanted if not has_shape(p.name, spoken)]
    first = next(iter(maker.sizes.values()), "")
    data = {n: ("N", first) for n in open_ if n in naming.DATA} if first else {}
    for n, dims in data.items():
        spoken = {**spoken, (n,): Said(dims).completed(spoken.get((n,), Said()))}
    node = user.node(name)
    plan = plans.plan(candidate.name, spoken, wanted, user.line(name), (node,), user)
    plan.remarks += maker.remarks
    thing = Object(user, candidate, maker, plan, given, [], [])
    thing.phantoms = makers.phantoms(maker, plan.arguments)
    items = givers.named_by_moves(user.text, name, returns.items(node) or [])
    told = returns.names(node) if node is not None else []
    told += [entry.name for item in items for entry in item.entries]

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        function = getattr(inputs["self"], name.rpartition(".")[2])
        return single.value_of(arguments.call(function, given, inputs), items)

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        own = slots_of(instances.arrays_in(inputs["self"]))
        drawn = list(plan.slots.values())
        named = [s for s in drawn if own and naming.assign(told, [s.name])]
        slots = [*named, *own] or drawn  # of an object that holds no parameters
        returned = single.made_of(kept, items, node, user.line(name))
        return returned.made(single.gradients_of(kept, items), slots)

    with np.errstate(all="ignore"):
        inputs = thing.prepare(trial_arrays(thing.arguments))
        value, kept = run_forward(inputs)
        thing.paths = {m.of for m in run_backward(inputs, value, kept, 1.0)}
    own = [path for path in thing.paths if path[0] == "self"]
    thing.parameters = [Slot(str(path[-1]), path) for path in own]
    return Subject(
        candidate.name,
        user.file,
        user.line(name),
        Way.VALUE_AND_GRADIENT,
        tuple(thing.arguments),
        run_forward,
        run_backward,
        thing.prepare,
        (kind,),
        module=user.module_name,
        remarks=plan.remarks,
        has_upstream=False,
        differentiable=lambda path: path in thing.paths,
    )
