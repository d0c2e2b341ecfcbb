"""A forward and its backward, ready to be called; parameters that are variables of the module."""

import contextlib
import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import arguments, naming
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.plans import Plan, Slot
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Said, Shapes
from oracle.discovery.text import assignments, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.gradients import Returned, is_gradient
from oracle.discovery.ways.readings import scaled
from oracle.discovery.ways.sources import Sources
from oracle.subject import Inputs, Made, WrongReturn


@dataclass
class Variables:
    """The module's variables that are inputs, and those that a backward leaves gradients in."""

    module: dict[str, Any] = field(default_factory=dict)
    names: list[str] = field(default_factory=list)
    gradients: dict[str, str] = field(default_factory=dict)  # dW: W
    unsaid: list[str] = field(default_factory=list)  # whose shape is that of the module's array

    @property
    def parameters(self) -> list[Parameter]:
        return [Parameter(name, True, None) for name in self.names]

    @contextlib.contextmanager
    def placed(self, inputs: Inputs) -> Iterator[None]:
        """The module with the inputs as its variables, and then as it was."""
        before = {name: self.module[name] for name in self.names}
        self.module.update({name: inputs[name] for name in self.names if name in inputs})
        try:
            yield
        finally:
            self.module.update(before)

    def made(self, node: Function | None) -> list[Made]:
        """The gradients that a backward has left in the module."""
        found = []
        for name, of in self.gradients.items():
            value = self.module.get(name)
            line = assignments.assigned(node, name, 10**9) if node is not None else 0
            if is_gradient(value):
                found.append(Made((of,), name, line, value))
        return found


def variables_of_module(
    user: User, forward: Callable[..., Any], nodes: Sequence[Function | None], said: Shapes
) -> Variables:
    """The variables that the first of some functions reads, and the last has gradients of.

    What is not said of their shapes is added to what is said: they are as the module has them.
    """
    module = getattr(inspect.unwrap(forward), "__globals__", {})
    read = user.text.globals_read(nodes[0]) if user.text is not None else []
    arrays = {n: module[n] for n in read if isinstance(module.get(n), np.ndarray)}
    arrays = {n: array for n, array in arrays.items() if array.dtype.kind == "f"}
    if not arrays or nodes[-1] is None:
        return Variables()
    left = [g for g in assignments.declared_global(nodes[-1]) if g not in arrays]
    found = Variables(module)
    for name in [*left, *returns.names(nodes[-1])]:
        for of in arrays:
            if naming.is_gradient_of(name, of) and of not in found.names:
                found.names.append(of)
                if name in left:
                    found.gradients[name] = of
    for name in found.names:
        if not said.get((name,), Said()).has_shape:
            found.unsaid.append(name)
            said[(name,)] = Said(tuple(map(str, arrays[name].shape)))
    return found


def check_variables(
    found: Variables, name: str, said: Shapes, plan: Plan, run: Callable[[Inputs], Any], line: int
) -> None:
    """Try the forward with the variables' own shapes.

    Raises:
        Unusable: it does not run, so their shapes must be said in the sizes of its arguments.
    """
    if not found.unsaid:
        return
    try:
        with np.errstate(all="ignore"):
            run(plan.prepare(trial_arrays(plan.arguments, 11)))
    except Exception as error:
        raise declared.missing(name, said, found.unsaid[0], line, found.unsaid[1:]) from error


# A forward function and its backward function, ready to be called by a plan.


@dataclass
class Pair:
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
    forward_node: Function | None = None
    is_scalar: bool = True
    with_loss: bool = False  # the last value is a loss, which has no upstream in the backward

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
            # Of a loss one gradient may be that of any input; of an upstream each has its own.
            known = inputs if self.is_scalar and not self.sources.upstreams else None
            returned = Returned(self.node, self.line, inputs=known)
            made = returned.made(gradients, of_result) + left
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
        if self.with_loss:
            upstream = upstream[0]
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
        held = [part for part in rest if isinstance(part, tuple | list | dict)]
        if len(held) == len(self.sources.caches) == 1:  # out, loss, (x, W): the cache is the tuple
            return held[0]
        return tuple(rest)


class Running:
    """A pair that is run by its plan, as a subject is."""

    def __init__(self, function: Pair) -> None:
        self.function = function
        self.arguments = function.plan.arguments
        self.prepare = function.plan.prepare
        self.forward = function.run_forward
        self.backward = function.made
