"""Ways 4 and 9: layers, losses and networks that are classes."""

import ast
import dataclasses
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import arguments, naming
from oracle.discovery.arguments import Parameter, Slot, User
from oracle.discovery.find import Candidate
from oracle.discovery.load import is_ours, line_in, said
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Shapes
from oracle.discovery.shapes.grammar import Said
from oracle.discovery.text import returns
from oracle.discovery.ways import instances, losses, single
from oracle.discovery.ways.instances import Maker
from oracle.discovery.ways.objects import Object, value_at
from oracle.discovery.ways.pairs import OF_INPUT, read_mean
from oracle.discovery.ways.roles import (
    aliases_of,
    guesses,
    has_shape,
    parameters_of,
    upstreams_of,
    wanted_of,
)
from oracle.subject import Argument, Inputs, Made, NothingToJudge, Path, Reading, Subject, Unusable


def layer(user: User, candidate: Candidate) -> Subject:
    """The subject that a layer or loss class is.

    Raises:
        Unusable: it cannot be made, or its forward and backward cannot be run for any shape tried.
    """
    return _subject(user, candidate)


def network(user: User, candidate: Candidate) -> Subject:
    """The subject that a network class is, with its own loss, or in a reading for each usual loss.

    Raises:
        Unusable: it cannot be made, or its forward and backward cannot be run for any shape tried.
    """
    return _subject(user, candidate)


def _subject(user: User, candidate: Candidate) -> Subject:
    kind = user.get(candidate.of("class"))
    roles = [candidate.of(role) for role in ("forward", "backward", "loss")]
    methods = user.text.methods(candidate.of("class")) if user.text is not None else {}
    init = methods.get("__init__", "")
    names = [candidate.of("class"), roles[0], roles[1], *filter(None, roles[2:])]
    spoken = declared.of_parts(user.text, names, user.shapes, [init] if init else [])
    given, taken = (parameters_of(kind, name) for name in roles[:2])
    asked = parameters_of(kind, roles[2]) if roles[2] and candidate.way == 9 else []
    known = [p.name for p in (*given, *taken, *asked)]
    first, other = (next((p.name for p in some if p.required), "") for some in (given, taken))
    if candidate.way == 9 and not has_shape(first, spoken) and has_shape(other, spoken):
        spoken = {**spoken, (first,): spoken[(other,)]}  # feedforward(a) beside backprop(x, y)
    try:
        maker = instances.maker(user, candidate.of("class"), kind, spoken, known)
        return _found(user, candidate, kind, maker, spoken, (given, taken, asked))
    except Unusable as error:
        if _is_base(user, candidate) or _holds_layers(user, candidate):
            raise NothingToJudge(str(error), error.line) from error
        raise


def _is_base(user: User, candidate: Candidate) -> bool:
    """Whether other classes of the file are made from it."""
    classes = user.text.classes.values() if user.text is not None else []
    name = candidate.of("class")
    return any(isinstance(b, ast.Name) and b.id == name for node in classes for b in node.bases)


def _holds_layers(user: User, candidate: Candidate) -> bool:
    """Whether its forward goes through objects that it has been given."""
    node = user.node(candidate.of("forward"))
    return node is not None and any(
        isinstance(part, ast.For)
        and re.search(r"self\.\w*(layer|module|op|block)", ast.unparse(part.iter))
        for part in ast.walk(node)
    )


def _found(
    user: User,
    candidate: Candidate,
    kind: type,
    maker: Maker,
    spoken: Shapes,
    parameters: tuple[list[Parameter], list[Parameter], list[Parameter]],
) -> Subject:
    given, taken, asked = parameters
    roles = [candidate.of(role) for role in ("forward", "backward", "loss")]
    wanted = wanted_of(candidate, given, taken, asked, spoken)
    open_ = [p.name for p in wanted if p.required and not has_shape(p.name, spoken)]
    open_ = [n for n in open_ if n not in {*naming.NUMBERS, *naming.FLAGS, *arguments.OPTION_DICTS}]
    problem: Exception | None = None
    ran: Object | None = None
    tries = itertools.product(
        instances.unified(maker, spoken), guesses(open_, maker, kind, candidate)
    )
    for maker, shapes_of in tries:
        tried = dict(spoken)
        for name, dims in shapes_of.items():
            tried[(name,)] = Said(dims).completed(spoken.get((name,), Said()))
        try:
            thing = _object(user, candidate, maker, tried, (given, taken, asked), wanted)
            fits = _try(thing, open_)
        except Unusable:
            raise
        except Exception as error:
            if is_ours(error):
                raise
            problem = problem or error
            continue
        guessed = [str(a) for a in thing.plan.arguments if a.name in shapes_of]
        if guessed:
            thing.plan.remarks.append(f"taken to be of the shapes {', '.join(guessed)}")
        if fits or not open_:
            return _ready(thing, kind)
        ran = ran or thing
    if ran is not None:
        return _ready(ran, kind)
    if open_:
        raise declared.missing(
            candidate.name, spoken, open_[0], user.line(roles[0]), open_[1:]
        ) from problem
    assert problem is not None
    raise Unusable(f"{candidate.name}: {said(problem)}", line_in(problem, user.file)) from problem


def _object(
    user: User,
    candidate: Candidate,
    maker: Maker,
    spoken: Shapes,
    parameters: tuple[list[Parameter], list[Parameter], list[Parameter]],
    wanted: list[Parameter],
) -> Object:
    given, taken, asked = parameters
    above = user.line(candidate.of("forward"))
    nodes = [user.node(candidate.of(role)) for role in ("forward", "backward")]
    plan = arguments.plan(candidate.name, spoken, wanted, above, nodes, user)
    plan.remarks += [r for r in maker.remarks if r not in plan.remarks]
    thing = Object(user, candidate, maker, plan, given, taken, asked)
    thing.of_forward = [p.name for p in given if p.name in plan.slots]
    if candidate.way == 4:
        thing.aliases = aliases_of(given, taken)
        thing.upstreams = [] if thing.aliases else upstreams_of(given, taken, plan)
    have = {d for a in (*maker.arguments, *plan.arguments) for d in a.dims}
    needed = [*maker.sizes.values(), *(s for several in maker.lists.values() for s in several)]
    thing.phantoms = [instances.phantom(s) for s in dict.fromkeys(needed) if s not in have]
    return thing


def _try(thing: Object, open_: Sequence[str]) -> bool:
    """Run it once, and learn which of its arrays have gradients; whether these have their shapes.

    A layout of the samples in which a gradient has another shape is not the one that is meant.
    """
    arrays = arguments.trial_arrays(thing.arguments)
    with np.errstate(all="ignore"):
        if thing.candidate.way == 9:
            # Sizes that no constant of the user's is likely to have.
            _targets_like_output(thing, open_, arguments.trial_arrays(thing.arguments, 11))
            arrays = arguments.trial_arrays(thing.arguments)
        inputs = thing.prepare(arrays)
        thing.held = set(instances.arrays_in(inputs["self"]))
        value, kept = thing.forward(inputs)
        thing.lazy = _made_once(thing, inputs["self"])
        if thing.lazy:
            thing.held |= thing.lazy
            inputs = thing.prepare(arrays)
            value, kept = thing.forward(inputs)
        if any(value is given for given in inputs.values()) and _holds_layers(
            thing.user, thing.candidate
        ):
            raise NothingToJudge(f"{thing.candidate.name} has no layers of its own")
        thing.is_scalar = np.ndim(value) == 0 if not isinstance(value, tuple) else False
        if thing.candidate.way == 9 and not thing.candidate.of("loss"):
            thing.is_scalar = True
        if thing.is_scalar:
            thing.upstreams = [n for n in thing.upstreams if n in thing.surely_upstreams]
        if isinstance(value, tuple):
            upstream: Any = tuple(np.ones_like(np.asarray(v)) for v in value)
        else:
            upstream = np.ones_like(np.asarray(value, dtype=float))
        made = thing.backward(inputs, value, kept, upstream)
    if not thing.seen_by_update:
        thing.rate = 0.0  # then updates are the user's own, which change nothing that is judged
    paths = {m.of for m in made}
    own = [path[1:] for path in paths if path[0] == "self"]
    thing.parameters = [Slot(str(path[-1]), ("self", *path)) for path in own]
    thing.paths = paths
    if not thing.upstreams and not thing.is_scalar:
        return True
    inputs = thing.prepare(arrays)
    return all(np.shape(m.value) == np.shape(value_at(inputs, m.of)) for m in made)


def _made_once(thing: Object, own: Any) -> set[Path]:
    """The arrays that a first forward has made and a second one leaves alone: lazy parameters.

    What a forward keeps for its backward is another array each time.
    """
    made = {p: a for p, a in instances.arrays_in(own).items() if p not in thing.held}
    if not made:
        return set()
    other = thing.plan.prepare(arguments.trial_arrays(thing.arguments, seed=1), 1)
    arguments.call(getattr(own, thing.method("forward")), thing.given, other)
    now = instances.arrays_in(own)
    given = [a for a in other.values() if isinstance(a, np.ndarray)]
    return {
        path
        for path, array in made.items()
        if now.get(path) is array and not any(array is a for a in given)
    }


def _targets_like_output(
    thing: Object, open_: Sequence[str], arrays: Mapping[str, np.ndarray]
) -> None:
    """Targets of the output's shape, where nothing says another."""
    inputs = thing.prepare(arrays)
    function = getattr(inputs["self"], thing.method("forward"))
    output = arguments.call(function, thing.given, inputs)
    if output is None:
        output = thing._attribute(inputs["self"])
    if isinstance(output, tuple):
        output = output[0]
    if not isinstance(output, np.ndarray):
        return
    names = {extent: size for size, extent in arguments.trial_sizes(thing.arguments, 11).items()}
    dims = tuple(str(names.get(e, e)) for e in output.shape)
    for name in open_:
        if name in naming.TARGETS | naming.PERHAPS_TARGETS and name in thing.plan.slots:
            old = thing.plan.slots[name].argument
            assert old is not None
            values = old.values if old.values != "normal" else _values(output)
            new = Argument(name, dims, False, values, "", True)
            thing.plan.slots[name] = Slot(name, (name,), new)
            thing.plan.arguments = [new if a is old else a for a in thing.plan.arguments]


def _values(output: np.ndarray) -> str:
    if output.size and output.min() >= 0 and output.max() <= 1:
        sums = np.allclose(output.sum(axis=-1), 1) and output.shape[-1] > 1
        return "onehot" if sums else "unit"
    return "normal"


def _ready(thing: Object, kind: type) -> Subject:
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
        module=user.module.__name__ if user.module is not None else "user",
        remarks=thing.plan.remarks,
        has_upstream=not thing.is_scalar or bool(thing.upstreams),
        differentiable=lambda path: path in thing.paths,
    )
    if candidate.way == 9 and not candidate.of("loss"):
        _read_losses(subject, thing)
    elif candidate.way == 4 and not thing.upstreams and not thing.is_scalar:
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
    """The loss is one of the usual ones; the first is taken until a reading says another."""
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


def loss_method(user: User, candidate: Candidate) -> Subject:
    """A network whose ``loss(X, y)`` returns the loss, and the gradients by its parameters' names.

    Raises:
        Unusable: it cannot be made, a shape is missing, or it does not run.
    """
    kind = user.get(candidate.of("class"))
    name = candidate.of("function")
    methods = user.text.methods(candidate.of("class")) if user.text is not None else {}
    init = methods.get("__init__", "")
    names = [candidate.of("class"), name]
    spoken = declared.of_parts(user.text, names, user.shapes, [init] if init else [])
    given = parameters_of(kind, name)
    for p in given:
        if p.name in naming.TARGETS | naming.PERHAPS_TARGETS and not p.required:
            given = [dataclasses.replace(q, required=q.required or q is p) for q in given]
    maker = instances.maker(user, candidate.of("class"), kind, spoken, [p.name for p in given])
    wanted = [p for p in given if p.required or has_shape(p.name, spoken)]
    open_ = [p.name for p in wanted if not has_shape(p.name, spoken)]
    data = {n: ("N", next(iter(maker.sizes.values()), "D")) for n in open_ if n in naming.DATA}
    for n, dims in data.items():
        spoken[(n,)] = Said(dims).completed(spoken.get((n,), Said()))
    node = user.node(name)
    plan = arguments.plan(candidate.name, spoken, wanted, user.line(name), (node,), user)
    plan.remarks += maker.remarks
    thing = Object(user, candidate, maker, plan, given, [], [])
    have = {d for a in (*maker.arguments, *plan.arguments) for d in a.dims}
    needed = [*maker.sizes.values(), *(s for several in maker.lists.values() for s in several)]
    thing.phantoms = [instances.phantom(s) for s in dict.fromkeys(needed) if s not in have]
    items = returns.items(node) or []

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        function = getattr(inputs["self"], name.rpartition(".")[2])
        return single.value_of(arguments.call(function, given, inputs), items)

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        slots = thing._candidates(instances.arrays_in(inputs["self"]))
        returned = single.made_of(kept, items, node, user.line(name))
        return returned.made(single.gradients_of(kept, items), slots)

    with np.errstate(all="ignore"):
        inputs = thing.prepare(arguments.trial_arrays(thing.arguments))
        value, kept = run_forward(inputs)
        thing.paths = {m.of for m in run_backward(inputs, value, kept, 1.0)}
    thing.parameters = [Slot(str(path[-1]), path) for path in thing.paths]
    return Subject(
        candidate.name,
        user.file,
        user.line(name),
        3,
        tuple(thing.arguments),
        run_forward,
        run_backward,
        thing.prepare,
        (kind,),
        module=user.module.__name__ if user.module is not None else "user",
        remarks=plan.remarks,
        has_upstream=False,
        differentiable=lambda path: path in thing.paths,
    )
