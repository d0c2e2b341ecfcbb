"""Way 8: forward, cost and backward as three functions whose arguments match by name."""

import ast
import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle.discovery import arguments, naming, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.plans import Plan
from oracle.discovery.shapes import declared
from oracle.discovery.text import callers, functions, returns
from oracle.discovery.text import source as source_text
from oracle.discovery.ways import losses, single
from oracle.discovery.ways.gradients import Returned, check_returned
from oracle.discovery.ways.readings import Backward, Forward, Variant, combined
from oracle.subject import Inputs, Made, Reading, Subject, Unusable, Way

ACTIVATIONS = naming.words(
    "softmax sigmoid logistic expit tanh relu activation activate stablesoftmax"
)


def course(user: User, candidate: Candidate) -> Subject:
    """The subject that forward, cost and backward are together.

    Raises:
        Unusable: a shape is missing, or nothing says what an argument is.
    """
    if candidate.of("function"):
        return single.value_and_gradient(user, candidate)
    names = [candidate.of(role) for role in ("forward", "cost", "backward")]
    forward, backward = user.get(names[0]), user.get(names[2])
    cost = user.get(names[1]) if names[1] else None
    called = [forward, cost, backward]
    nodes = [user.node(name) for name in names]
    said = declared.of_parts(user.text, names, user.shapes)
    taken = [arguments.parameters(f, n) if f else [] for f, n in zip(called, names)]
    own = {p.name for p in taken[2]}
    check_returned(candidate.name, nodes[2], own, user.line(names[2]))
    flow = Flow.of(taken, nodes, said, candidate)
    asked = [p for p in taken[0] if p.required or declared.is_said(said, p.name)] + flow.more
    plan = plans.plan(candidate.name, said, asked, user.line(names[0]), nodes, user)
    slots = list(plan.slots.values())
    returned = Returned(nodes[2], user.line(names[2]))

    def runs(flow: Flow) -> tuple[Forward, Backward]:
        def run_forward(inputs: Inputs) -> tuple[Any, Any]:
            result = arguments.call(forward, taken[0], inputs)
            if cost is None:
                return flow._prediction("", result), result
            value = arguments.call(cost, taken[1], flow.values(1, inputs, result))
            if isinstance(value, tuple) and value:
                value = value[0]
            return value, result

        def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            result = arguments.call(backward, taken[2], flow.values(2, inputs, kept))
            return returned.made(result, slots)

        return run_forward, run_backward

    run_forward, run_backward = runs(flow)
    subject = Subject(
        candidate.name,
        user.file,
        user.line(names[2]),
        Way.FORWARD_COST_BACKWARD,
        tuple(plan.arguments),
        run_forward,
        run_backward,
        plan.prepare,
        tuple(f for f in called if f is not None),
        module=user.module_name,
        remarks=plan.remarks,
        has_upstream=False,
        differentiable=plan.differentiable,
    )
    if cost is None:
        return _read_losses(subject, plan, flow)
    return combined(subject, _applied(user, names, flow, runs))


def _applied(
    user: User,
    names: Sequence[str],
    flow: "Flow",
    runs: Callable[["Flow"], tuple[Forward, Backward]],
) -> list[Variant]:
    """The functions that a caller may apply between forward and cost: neither of them calls these.

    A call in the file on what forward returns confirms it.
    """
    made = {what for (_, name), (source, what) in flow.sources.items() if source == "prediction"}
    node = user.node(names[0])
    if user.text is None or node is None or len(made) != 1 or returns.tuple_length(node):
        return []
    used = source_text.used_by(user.text, names)
    found: list[Variant] = []
    for name, other in user.text.functions.items():
        if name in used or name in names or "." in name or len(functions.required(other)) != 1:
            continue
        if not is_activation(name):
            continue
        called = callers.is_applied(user.text, name, names[0])
        (given,) = made
        said = f"{given} is {name} of what {names[0]} returns"
        reading = Reading(said, f"correct when {said}", called)
        found.append((reading, _run_by(*runs(dataclasses.replace(flow, applied=user.get(name))))))
    if not found:
        return []
    (given,) = made
    plain = Reading(f"{given} is what {names[0]} returns", "", False)
    return [(plain, lambda subject: subject), *found]


def _run_by(forward: Forward, backward: Backward) -> Callable[[Subject], Subject]:
    return lambda subject: dataclasses.replace(subject, forward=forward, backward=backward)


def is_activation(name: str) -> bool:
    """True if a function has the name of an activation."""
    return bool(set(naming.tokens(name)) & ACTIVATIONS)


def _read_losses(subject: Subject, plan: Plan, flow: "Flow") -> Subject:
    """Without a cost, a reading for each usual loss; the first one by default."""
    compared = [p.name for p in flow.more if p.name in naming.TARGETS | naming.PERHAPS_TARGETS]
    if not compared:
        raise Unusable(f"{subject.name}: there is no cost function, and backward takes no targets")
    targets = plan.slots[compared[0]].argument
    data = [s.argument for n, s in plan.slots.items() if n in naming.DATA]
    axis = losses.samples_axis(data[0] if data else None, targets)
    table = losses.LABELS if targets is not None and targets.integer else losses.FLOATS
    plain = subject.forward

    def read_as(which: int) -> Subject:
        name = list(table)[which]

        def forward(inputs: Inputs) -> tuple[Any, Any]:
            output, kept = plain(inputs)
            return table[name](output, inputs[compared[0]], axis), kept

        readings = (Reading(name, f"correct as the gradient of {name}"),)
        return dataclasses.replace(subject, forward=forward, readings=readings, read_as=None)

    first = read_as(0)
    first.readings = tuple(Reading(n, f"correct as the gradient of {n}") for n in table)
    first.read_as = read_as
    return first


def _handed_on(
    node: functions.Function | None, forward: str, inputs: Sequence[str]
) -> dict[str, str]:
    """The arguments that a function hands to the forward itself, and what they are there."""
    own = functions.parameters(node) if node is not None else []
    found: dict[str, str] = {}
    for call in functions.own_nodes(node) if node is not None else ():
        if isinstance(call, ast.Call) and ast.unparse(call.func) == forward:
            given = [*zip(inputs, call.args), *((w.arg, w.value) for w in call.keywords)]
            found |= {v.id: n for n, v in given if n and isinstance(v, ast.Name) and v.id in own}
    return found


@dataclass
class Flow:
    """Where the arguments of the cost and of the backward come from."""

    inputs: list[str]
    outputs: list[str]
    more: list[Parameter] = field(default_factory=list)  # the inputs that forward does not have
    predictions: list[str] = field(default_factory=list)  # what the cost calls forward's output
    sources: dict[tuple[int, str], tuple[str, Any]] = field(default_factory=dict)
    applied: Callable[[Any], Any] | None = None  # to the prediction, by the caller
    defaults: dict[str, Any] = field(default_factory=dict)  # of forward's options
    required: set[tuple[int, str]] = field(default_factory=set)  # by the cost or the backward

    @classmethod
    def of(
        cls,
        taken: Sequence[Sequence[Parameter]],
        nodes: Sequence[functions.Function | None],
        said: declared.Shapes,
        candidate: Candidate,
    ) -> "Flow":
        items = returns.items(nodes[0]) or []
        outputs = [item.name for item in items]
        flow = cls([p.name for p in taken[0]], outputs)
        flow.defaults = {p.name: p.default for p in taken[0] if not p.required}
        flow.required = {(i, p.name) for i in (1, 2) for p in taken[i] if p.required}
        if returns.tuple_length(nodes[0]) == 0 and items and items[0].entries:
            flow.outputs = []
        handed = [_handed_on(node, candidate.of("forward"), flow.inputs) for node in nodes]
        seen = {p.name for p in taken[1]} & {*outputs}
        if not seen and not handed[1] and not any(naming.is_cache(p.name) for p in taken[1]):
            beside = [p.name for p in taken[1]]
            flow.predictions = [p.name for p in taken[1] if flow._may_be_prediction(p, beside)][:1]
        for which in (1, 2):
            for parameter in taken[which]:
                source = flow._source(parameter, said)
                if parameter.name in handed[which]:  # a cost that runs the forward itself
                    source = "input", handed[which][parameter.name]
                if source is not None:
                    flow.sources[(which, parameter.name)] = source
                elif parameter.required:
                    raise Unusable(
                        f"{candidate.name}: nothing says what {parameter.name} is; "
                        f"{candidate.of('forward')} has the inputs {', '.join(flow.inputs)} and "
                        f"the outputs {', '.join(filter(None, outputs)) or '-'}"
                    )
        return flow

    def _may_be_prediction(self, parameter: Parameter, beside: Sequence[str]) -> bool:
        """True if an argument of a cost may be the prediction, under a name of its own."""
        name, known = parameter.name, naming.TARGETS | naming.PERHAPS_TARGETS
        is_number = name in naming.NUMBERS and not naming.is_prediction(name, beside)
        return parameter.required and not is_number and name not in {*self.inputs, *known}

    def _source(self, parameter: Parameter, said: declared.Shapes) -> tuple[str, Any] | None:
        name = parameter.name
        known = [*self.inputs, *(p.name for p in self.more)]
        if name in known:
            return "input", name
        if name in self.outputs:
            return "output", self.outputs.index(name)
        if name in self.predictions:
            return "prediction", name
        if not parameter.required and not declared.is_said(said, name):
            return None
        if naming.is_cache(name):
            return "cache", None
        alike = [k for k in known if naming.same(k, name)]
        if len(alike) == 1 and alike[0].strip("_") != name.swapcase():
            return "input", alike[0]
        target = name in naming.TARGETS | naming.PERHAPS_TARGETS
        if target or declared.is_said(said, name) or name in naming.NUMBERS:
            self.more.append(Parameter(name, True, inspect.Parameter.empty))
            return "input", name
        return "prediction", name

    def values(self, which: int, inputs: Inputs, result: Any) -> dict[str, Any]:
        """The arguments of the cost (1) or the backward (2), after the forward has run."""
        found: dict[str, Any] = {}
        for (function, name), (source, what) in self.sources.items():
            if function != which:
                continue
            if source == "input":
                if what in inputs:
                    found[name] = inputs[what]
                elif (which, name) in self.required and what in self.defaults:
                    found[name] = self.defaults[what]  # an option of forward's, left as it is
            elif source == "output":
                found[name] = result[what] if isinstance(result, tuple) else result
            elif source == "cache":
                found[name] = self._cache(result)
            else:
                found[name] = self._prediction(name, result)
        return found

    def _cache(self, result: Any) -> Any:
        if not isinstance(result, tuple):
            return result
        for i, name in enumerate(self.outputs):
            if naming.is_cache(name) and i < len(result):
                return result[i]
        holders = [p for p in result if isinstance(p, dict | list | tuple)]
        if len(holders) == 1:
            return holders[0]
        return result[1] if len(result) == 2 else tuple(result)

    def _prediction(self, name: str, result: Any) -> Any:
        found = self._part(name, result)
        return found if self.applied is None else self.applied(found)

    def _part(self, name: str, result: Any) -> Any:
        parts = list(result) if isinstance(result, tuple) else [result]
        for part in parts:
            if isinstance(part, Mapping) and name in part:
                return part[name]
        arrays = [
            part
            for i, part in enumerate(parts)
            if not isinstance(part, dict | list | tuple)
            and not (i < len(self.outputs) and naming.is_cache(self.outputs[i]))
        ]
        if arrays:
            at = [i for i, out in enumerate(self.outputs) if out and naming.same(out, name)]
            return (
                parts[at[0]] if at and at[0] < len(parts) else arrays[-1 if len(parts) > 2 else 0]
            )
        return parts[0]
