"""Way 8: forward, cost and backward as three functions that hand things on by name."""

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oracle.discovery import calling, naming, shape_sources, single, text
from oracle.discovery.calling import Parameter, User
from oracle.discovery.find import Candidate
from oracle.discovery.gradients import Returned
from oracle.discovery.subject import Inputs, Made, Subject, Unusable


def course(user: User, candidate: Candidate) -> Subject:
    """The subject that forward, cost and backward are together.

    Raises:
        Unusable: a shape is missing, or nothing says what an argument is.
    """
    if candidate.of("function"):
        return single.value_and_gradient(user, candidate)
    names = [candidate.of(role) for role in ("forward", "cost", "backward")]
    functions = [user.get(name) for name in names]
    nodes = [user.node(name) for name in names]
    said = shape_sources.of_parts(user.text, names, user.shapes)
    taken = [calling.parameters(f, n) for f, n in zip(functions, names)]
    flow = Flow.of(taken, nodes, said, candidate)
    asked = [p for p in taken[0] if p.required or _is_said(p.name, said)] + flow.more
    plan = calling.plan(candidate.name, said, asked, user.line(names[0]), nodes, user)
    slots = list(plan.slots.values())
    returned = Returned(nodes[2], user.line(names[2]))

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        result = calling.call(functions[0], taken[0], inputs)
        value = calling.call(functions[1], taken[1], flow.values(1, inputs, result))
        if isinstance(value, tuple) and value:
            value = value[0]
        return value, result

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        result = calling.call(functions[2], taken[2], flow.values(2, inputs, kept))
        return returned.made(result, slots)

    return Subject(
        candidate.name,
        user.file,
        user.line(names[2]),
        8,
        tuple(plan.arguments),
        run_forward,
        run_backward,
        plan.prepare,
        tuple(functions),
        module=user.module.__name__ if user.module is not None else "user",
        remarks=plan.remarks,
        has_upstream=False,
        differentiable=plan.differentiable,
    )


def _is_said(name: str, said: shape_sources.Shapes) -> bool:
    return any(path[0] == name for path in said)


@dataclass
class Flow:
    """Where the arguments of the cost and of the backward come from."""

    inputs: list[str]
    outputs: list[str]
    more: list[Parameter] = field(default_factory=list)  # the inputs that forward does not have
    sources: dict[tuple[int, str], tuple[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        taken: Sequence[Sequence[Parameter]],
        nodes: Sequence[text.Function | None],
        said: shape_sources.Shapes,
        candidate: Candidate,
    ) -> "Flow":
        items = text.returns(nodes[0]) or []
        outputs = [item.name for item in items]
        flow = cls([p.name for p in taken[0]], outputs)
        if text.returns_tuple(nodes[0]) == 0 and items and items[0].entries:
            flow.outputs = []
        for which in (1, 2):
            for parameter in taken[which]:
                source = flow._source(parameter, said)
                if source is not None:
                    flow.sources[(which, parameter.name)] = source
                elif parameter.required:
                    raise Unusable(
                        f"{candidate.name}: nothing says what {parameter.name} is; "
                        f"{candidate.of('forward')} has the inputs {', '.join(flow.inputs)} and the "
                        f"outputs {', '.join(filter(None, outputs)) or '-'}"
                    )
        return flow

    def _source(self, parameter: Parameter, said: shape_sources.Shapes) -> tuple[str, Any] | None:
        name = parameter.name
        known = [*self.inputs, *(p.name for p in self.more)]
        if name in known:
            return "input", name
        if name in self.outputs:
            return "output", self.outputs.index(name)
        if not parameter.required and not _is_said(name, said):
            return None
        if naming.is_cache(name):
            return "cache", None
        alike = [k for k in known if naming.same(k, name)]
        if len(alike) == 1 and alike[0].strip("_") != name.swapcase():
            return "input", alike[0]
        target = name in naming.TARGETS | naming.PERHAPS_TARGETS
        if target or _is_said(name, said) or name in naming.NUMBERS:
            self.more.append(Parameter(name, True, inspect.Parameter.empty))
            return "input", name
        return "prediction", name

    def values(self, which: int, inputs: Inputs, result: Any) -> dict[str, Any]:
        """What one of the functions gets, after the forward has returned its result."""
        found: dict[str, Any] = {}
        for (function, name), (source, what) in self.sources.items():
            if function != which:
                continue
            if source == "input":
                if what in inputs:
                    found[name] = inputs[what]
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
