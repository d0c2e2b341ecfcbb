"""Way 7: the derivative of an elementwise function, as ``sigmoid_prime(z)``."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.discovery import arguments, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.load import is_ours
from oracle.discovery.plans import Plan
from oracle.discovery.shapes import declared
from oracle.discovery.text import callers
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways.gradients import Returned
from oracle.discovery.ways.readings import point_readings, scaled
from oracle.subject import Inputs, Made, Reading, Subject, Unusable, Way, WrongReturn, is_number

Dims = tuple[str, ...] | None
ANY_SHAPE = ("*shape",)
# Dims that are tried where nothing says a shape, and the shapes of the trials.
TRIED: tuple[Dims, ...] = (ANY_SHAPE, ("N", "C"), ("N",), ())
SHAPES: tuple[tuple[int, ...], ...] = ((), (2,), (3, 2, 4), (2, 3))


def derivative(user: User, candidate: Candidate) -> Subject:
    """``sigmoid_prime(z)``, in two readings: z is the input, or it is the output.

    Raises:
        Unusable: a shape is missing.
    """
    names = candidate.of("forward"), candidate.of("backward")
    forward, backward = (user.get(name) for name in names)
    given, taken = (arguments.parameters(f, n) for f, n in zip((forward, backward), names))
    said = declared.of_parts(user.text, names, user.shapes)
    if not given:
        raise Unusable(f"{names[0]} takes no argument that it could be differentiated by")
    first = given[0]
    wanted = [p for p in given if p is first or p.required or declared.is_said(said, p.name)]
    nodes = user.node(names[0]), user.node(names[1])
    subject: Subject | None = None
    unlike: Subject | None = None
    for dims in TRIED if _is_open(said, first.name) else (None,):
        tried = dict(said)
        if dims is not None:
            spoken = said.get((first.name,), declared.Said())
            tried[(first.name,)] = declared.Said(dims).completed(spoken)
        plan = plans.plan(candidate.name, tried, wanted, user.line(names[0]), nodes, user)
        subject = _in_two_readings(user, candidate, plan, forward, backward, given, taken)
        try:
            value, slope, shape = _tried(subject, backward, plan, first.name, dims)
        except Exception as error:
            if is_ours(error):
                raise
            continue  # not of this shape; a real mistake shows again in the check
        if is_number(value) and np.ndim(value) == 0 and dims != ():
            if dims == ANY_SHAPE:
                raise declared.missing(candidate.name, said, first.name, user.line(names[0]))
            return _of_scalar(subject)
        if dims is None or (dims != ANY_SHAPE and _fits(value, shape)):
            return subject
        if dims == ANY_SHAPE and np.shape(slope) == shape:  # a Jacobian, say, has another shape
            return subject
        unlike = unlike or (subject if dims != ANY_SHAPE else None)
    found = unlike or subject
    assert found is not None
    return found


def _fits(value: Any, shape: tuple[int, ...]) -> bool:
    """True if the value of a function has the axes of the input, or the first of them.

    ``w.T @ w`` makes of N rows a matrix of their features: a derivative without an upstream is not
    that of such an input, but of a vector, of which it makes one number.
    """
    return not is_number(value) or np.shape(value) == shape[: np.ndim(value)]


def _is_open(said: declared.Shapes, name: str) -> bool:
    """True if nothing says the shape of an argument."""
    spoken = said.get((name,))
    if spoken is None:
        return not declared.is_said(said, name)
    return not spoken.has_shape or (spoken.scalar and spoken.dims is None)


def _tried(
    subject: Subject, backward: Callable[..., Any], plan: Plan, name: str, dims: Dims
) -> tuple[Any, Any, tuple[int, ...]]:
    """The value, the slope and the input's shape of a last trial, after those of other ranks."""
    arrays = trial_arrays(plan.arguments)
    for shape in SHAPES if dims == ANY_SHAPE else (None,):
        if shape is not None:
            arrays[name] = np.resize(arrays[name], shape)
        inputs = plan.prepare(arrays)
        with np.errstate(all="ignore"):
            value, _ = subject.forward(inputs)
            slope = backward(inputs[name])
    return value, slope, np.shape(inputs[name])


def _of_scalar(subject: Subject) -> Subject:
    """A forward whose value is one number: its backward is a gradient, in one reading."""
    subject.has_upstream = False
    subject.way = Way.PAIR
    subject.readings = (Reading(""),)
    subject.read_as = None
    return subject


def _in_two_readings(
    user: User,
    candidate: Candidate,
    plan: Plan,
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    given: list[Parameter],
    taken: list[Parameter],
) -> Subject:
    names = candidate.of("forward"), candidate.of("backward")
    returned = Returned(user.node(names[1]), user.line(names[1]))
    slots = list(plan.slots.values())[:1]
    item = returned.items[0] if len(returned.items) == 1 else None

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        value = arguments.call(forward, given, inputs)
        if isinstance(value, tuple) and value:
            return value[0], value
        return value, None

    def reading(of_output: bool) -> Callable[[Inputs, Any, Any, Any], list[Made]]:
        def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            at = value if of_output else inputs[slots[0].name]
            values = {p.name: inputs[p.name] for p in taken[1:] if p.name in inputs}
            slope = arguments.call(backward, taken, {taken[0].name: at, **values})
            if slope is None:
                raise WrongReturn("it returned None instead of a derivative")
            of = slots[0]
            name = item.text if item is not None and item.text else f"d{of.name}"
            line = item.line if item is not None else returned.line
            shape = np.shape(inputs[of.name])
            return [Made(of.path, name, line, scaled(upstream, slope, value, shape))]

        return run_backward

    subject = Subject(
        candidate.name,
        user.file,
        user.line(names[1]),
        Way.DERIVATIVE,
        tuple(plan.arguments),
        run_forward,
        reading(False),
        plan.prepare,
        (forward, backward),
        module=user.module_name,
        remarks=plan.remarks,
        differentiable=plan.differentiable,
    )
    calls = callers.applies(user.node(names[1]), {names[0].rpartition(".")[2]}, taken[0].name)
    of_input, of_output = point_readings(given[0].name, taken[0].name, calls)
    of_input = dataclasses.replace(of_input, remark="")
    remark = f"correct when given the output of {names[0]}, not {given[0].name}"
    subject.readings = (of_input, dataclasses.replace(of_output, remark=remark))
    subject.read_as = lambda which: dataclasses.replace(
        subject, backward=reading(which == 1), readings=(subject.readings[which],), read_as=None
    )
    return subject
