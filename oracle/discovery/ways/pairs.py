"""Ways 1 and 2: a forward function, and a backward function beside it."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oracle.discovery import arguments, naming, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.load import is_ours
from oracle.discovery.shapes import declared
from oracle.discovery.text import returns
from oracle.discovery.text.functions import Function
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways import pair_readings, upstreams
from oracle.discovery.ways.gradients import check_returned
from oracle.discovery.ways.pair import Pair, check_variables, variables_of_module
from oracle.discovery.ways.readings import read_mean
from oracle.discovery.ways.sources import sources_of, unknown, value_indices
from oracle.subject import Inputs, Subject, is_number


def pair(user: User, candidate: Candidate) -> Subject:
    """The subject that a forward and a backward function are.

    Raises:
        Unusable: a shape is missing, or an argument of the backward is not known.
    """
    names = candidate.of("forward"), candidate.of("backward")
    forward, backward = (user.get(name) for name in names)
    given, taken = (arguments.parameters(f, n) for f, n in zip((forward, backward), names))
    nodes = user.node(names[0]), user.node(names[1])
    above = user.line(names[0])
    said = declared.of_parts(user.text, names, user.shapes)
    of_module = variables_of_module(user, forward, nodes, said)
    known = given + [p for p in of_module.parameters if p.name not in {q.name for q in given}]
    outputs, nested = returns.outputs(nodes[0])
    returned = outputs or _only_output(nodes[0])
    sources = sources_of(candidate, known, taken, returned, said, nodes[1])
    for name in _numbers_with_gradients(known, nodes[1]):
        said.setdefault((name,), declared.Said((), scalar=True))
    asked = [p for p in known if p.required or declared.is_said(said, p.name)] + sources.extra
    alone = _only_input(asked, given)
    if alone and not declared.is_said(said, alone) and _is_elementwise(forward, given, alone):
        said[(alone,)] = declared.Said(("*shape",))
    plan = plans.plan(candidate.name, said, asked, above, nodes, user)
    function = Pair(
        forward, backward, given, taken, sources, value_indices(sources, outputs, nodes[1]),
        plan, of_module, nested and len(sources.upstreams) > 1, nodes[1], user.line(names[1]),
        [slot for name, slot in plan.slots.items() if name in {p.name for p in known}],
        nodes[0],
    )  # fmt: skip
    check_variables(of_module, candidate.name, said, plan, function.run_forward, above)
    check_returned(
        candidate.name, nodes[1], {p.name for p in taken} - {*sources.upstreams},
        user.line(names[1]),
    )  # fmt: skip
    if not sources.upstreams:
        function.is_scalar = _is_scalar(function, plan.prepare(trial_arrays(plan.arguments)))
        found = not function.is_scalar and upstreams.of_pair(function)
        if not found and not upstreams.as_output(function):
            _expect_known(candidate, function, outputs)
    return _subject(user, candidate, function)


def _numbers_with_gradients(given: Sequence[Parameter], backward: Function | None) -> list[str]:
    """Numbers of which the backward returns a gradient: ``rate``, or ``m0=0.0`` with ``dm``."""
    names = [item.name for item in returns.items(backward) or []]
    asked = {p.name for p in given if p.required and p.name not in naming.NUMBERS}
    if len(asked) >= len(names):
        return []
    stems = {stem for name in names for stem in naming.stems_of_gradient(name)} - asked
    numbers = [p.name for p in given if p.name not in asked and not _is_option(p)]
    return [n for n in numbers if {n, n.rstrip("0_")} & stems]


def _is_option(parameter: Parameter) -> bool:
    """It has a default that is no number."""
    return not parameter.required and not isinstance(parameter.default, float)


def _expect_known(candidate: Candidate, function: Pair, outputs: Sequence[str]) -> None:
    """Raise an ``Unusable`` where an argument is neither known nor the upstream."""
    for name in function.sources.unknown:
        raise unknown(candidate, name, [p.name for p in function.given], outputs)


def _subject(user: User, candidate: Candidate, function: Pair) -> Subject:
    of_each = not function.sources.upstreams and not function.is_scalar
    subject = Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(function.plan.arguments),
        function.run_forward,
        function.made,
        function.plan.prepare,
        (function.forward, function.backward),
        module=user.module_name,
        remarks=function.plan.remarks,
        has_upstream=bool(function.sources.upstreams) or of_each,
        differentiable=function.plan.differentiable,
    )
    if of_each:
        read_mean(subject, function.run_forward, function.plain)
    subject.by_trial = functools.partial(pair_readings.by_trial, user, candidate, function)
    return subject


def _only_output(node: Function | None) -> list[str]:
    """The name of what a forward returns, if that is no tuple."""
    items = returns.items(node)
    return [items[0].name] if items else []


def _only_input(asked: Sequence[Parameter], given: Sequence[Parameter]) -> str:
    """The one input that a forward requires; "" if there are more."""
    required = {p.name for p in given if p.required}
    names = [p.name for p in asked if p.name in required]
    return names[0] if len(names) == 1 else ""


def _is_elementwise(forward: Callable[..., Any], given: list[Parameter], name: str) -> bool:
    """True if a function of one array takes arrays of any shape, and gives one of the same."""
    for shape in ((), (2,), (2, 3), (2, 3, 4)):
        tried = np.random.default_rng(0).standard_normal(shape)
        try:
            with np.errstate(all="ignore"):
                value = arguments.call(forward, given, {name: np.asarray(tried)})
        except Exception:
            return False
        first = value[0] if isinstance(value, tuple) and value else value
        if np.shape(first) != shape or not is_number(first):
            return False
    return True


def _is_scalar(function: Pair, inputs: Inputs) -> bool:
    """True if the value is one number; assumed so where the forward raises."""
    try:
        with np.errstate(all="ignore"):
            value, _ = function.run_forward(inputs)
    except Exception as error:
        if is_ours(error):
            raise
        return True  # the check meets the same exception and reports it
    return not isinstance(value, np.ndarray) or value.ndim == 0 or value.size == 1
