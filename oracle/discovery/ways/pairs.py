"""Ways 1 and 2: a forward function, and a backward function beside it."""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.discovery import arguments, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.load import is_ours
from oracle.discovery.plans import Plan, Slot
from oracle.discovery.shapes import declared
from oracle.discovery.text import returns
from oracle.discovery.text.functions import Function
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways import variables
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.gradients import Returned
from oracle.discovery.ways.readings import read_mean, scaled
from oracle.discovery.ways.sources import Sources, sources_of, value_indices
from oracle.discovery.ways.variables import Variables
from oracle.subject import Inputs, Made, Subject, WrongReturn, is_number


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
    of_module = variables.of_module(user, forward, nodes, said)
    known = given + [p for p in of_module.parameters if p.name not in {q.name for q in given}]
    outputs, nested = returns.outputs(nodes[0])
    sources = sources_of(candidate, known, taken, outputs or _only_output(nodes[0]), said)
    asked = [p for p in known if p.required or declared.is_said(said, p.name)] + sources.extra
    alone = _only_input(asked, given)
    if alone and not declared.is_said(said, alone) and _is_elementwise(forward, given, alone):
        said[(alone,)] = declared.Said(("*shape",))
    plan = plans.plan(candidate.name, said, asked, above, nodes, user)
    function = _Pair(
        forward, backward, given, taken, sources, value_indices(sources, outputs, nodes[1]),
        plan, of_module, nested and len(sources.upstreams) > 1, nodes[1], user.line(names[1]),
        [slot for name, slot in plan.slots.items() if name in {p.name for p in known}],
    )  # fmt: skip
    variables.check(of_module, candidate.name, said, plan, function.run_forward, above)
    if not sources.upstreams:
        function.is_scalar = _is_scalar(function, plan.prepare(trial_arrays(plan.arguments)))
    return _subject(user, candidate, function)


def _subject(user: User, candidate: Candidate, function: "_Pair") -> Subject:
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
    """Whether a function of one array takes arrays of any shape, and gives one of the same."""
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


def _is_scalar(function: "_Pair", inputs: Inputs) -> bool:
    """Whether the value is one number; assumed so where the forward raises."""
    try:
        with np.errstate(all="ignore"):
            value, _ = function.run_forward(inputs)
    except Exception as error:
        if is_ours(error):
            raise
        return True  # the check meets the same exception and reports it
    return not isinstance(value, np.ndarray) or value.ndim == 0 or value.size == 1


@dataclass
class _Pair:
    """The two functions, called by a plan."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    given: list[Parameter]
    taken: list[Parameter]
    sources: Sources
    values: list[int] | None  # which of the returned are the value; None: the first
    plan: Plan
    variables: Variables
    nested: bool  # ((h, c), cache), of which h and c have an upstream each
    node: Function | None  # of the backward
    line: int  # of the backward
    slots: list[Slot]  # the forward's inputs
    is_scalar: bool = True

    def run_forward(self, inputs: Inputs) -> tuple[Any, Any]:
        with self.variables.placed(inputs):
            result = arguments.call(self.forward, self.given, inputs)
        if not isinstance(result, tuple) or not result:
            return result, result
        if self.nested and isinstance(result[0], tuple):
            result = (*result[0], *result[1:])
        values = self._indices(result)
        if len(values) == 1:
            return result[values[0]], result
        return tuple(result[i] for i in values), result

    def _indices(self, result: tuple[Any, ...]) -> list[int]:
        if self.values is not None and max(self.values) < len(result):
            return self.values
        return [0]

    def made(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        """The gradients; those of each entry, times the upstream where backward takes none."""
        gradients = self.run_backward(inputs, value, kept, upstream)
        left = self.variables.made(self.node)
        of_result = [s for s in self.slots if s.path not in {m.of for m in left}]
        made = left
        if gradients is not None or not left:
            made = Returned(self.node, self.line).made(gradients, of_result) + left
        if self.sources.upstreams or self.is_scalar:
            return made
        shapes = [np.shape(value_at(inputs, m.of)) for m in made]
        return [
            dataclasses.replace(m, value=scaled(upstream, m.value, value, shape))
            for m, shape in zip(made, shapes)
        ]

    def plain(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        """The gradients just as they were returned."""
        gradients = self.run_backward(inputs, value, kept, upstream)
        return Returned(self.node, self.line).made(gradients, self.slots)

    def run_backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> Any:
        values: dict[str, Any] = {}
        upstreams = self.sources.upstreams
        if len(upstreams) == 1:
            values[upstreams[0]] = upstream
        elif upstreams:
            values.update(zip(upstreams, upstream))
        for name, of in self.sources.inputs.items():
            if of in inputs:
                values[name] = inputs[of]
            else:  # an option of forward's that was left at its default
                default = next((p.default for p in self.given if p.name == of), None)
                own = next(p for p in self.taken if p.name == name)
                if own.required:
                    values[name] = default
        for parameter in self.sources.extra:
            if parameter.name in inputs:
                values[parameter.name] = inputs[parameter.name]
        for name, index in self.sources.outputs.items():
            several = isinstance(kept, tuple)
            values[name] = kept[index] if several and index < len(kept) else value
        for i, name in enumerate(self.sources.caches):
            values[name] = self._cache(inputs, kept, i)
        with self.variables.placed(inputs):
            return arguments.call(self.backward, self.taken, values)

    def _cache(self, inputs: Inputs, kept: Any, which: int) -> Any:
        if not isinstance(kept, tuple):
            needed = [p.name for p in self.given if p.required]
            if len(needed) == 1:  # Z, which is all that there is to keep
                return inputs[needed[0]]
            raise WrongReturn("its forward returned no cache beside the value")
        taken = {*self._indices(kept), *self.sources.outputs.values()}
        rest = [part for i, part in enumerate(kept) if i not in taken]
        if len(rest) == len(self.sources.caches):
            return rest[which]
        return tuple(rest)
