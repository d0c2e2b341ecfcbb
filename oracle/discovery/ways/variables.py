"""Parameters that are variables of the user's module: ``W`` and ``b`` that a forward just reads.

They are inputs, put into the module while the user's functions run. Only those count whose
gradient the backward returns, or leaves in another variable, by name.
"""

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.plans import Plan
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Said, Shapes
from oracle.discovery.text import assignments, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways.gradients import is_gradient
from oracle.subject import Inputs, Made


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


def of_module(
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


def check(
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
