"""Attributes of an object that hold its output or its gradients, by their names."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from oracle.discovery.ways import instances
from oracle.discovery.ways.gradients import is_gradient
from oracle.subject import Inputs, Path

OUTPUTS = ("output", "out", "outputs", "A", "a", "y", "Z", "z", "yhat", "h", "result", "activation")

INPUT_GRADIENTS = [
    "dinputs", "dinput", "dx", "dX", "grad_input", "input_grad", "dL_dX", "dL_dx", "d_input", "din",
    "dA_prev", "delta_input",
]  # fmt: skip


def gradients_beside(thing: Any, path: Path, now: Mapping[Path, Any]) -> list[tuple[Path, Any]]:
    """The arrays in an object with the name of another one's gradient, the likeliest first."""
    found: list[tuple[Path, Any]]
    found = [(other, array) for other, array in now.items() if instances.counterpart(path, other)]
    if len(path) == 1:
        for holder in instances.GRADIENTS:  # self.W beside self.grads["W"] or self.grads["dW"]
            entries = getattr(thing, holder, None)
            if isinstance(entries, Mapping):
                for key in (path[0], f"d{path[0]}", f"{path[0]}_grad", f"grad_{path[0]}"):
                    if key in entries and is_gradient(entries[key]):
                        found.append(((holder, key), entries[key]))
        for name in (f"d{path[0]}", f"grad_{path[0]}", f"{path[0]}_grad"):  # a number, not an array
            value = getattr(thing, name, None)
            if isinstance(value, float | np.floating) and not found:
                found.append(((name,), np.array(value)))
    elif len(path) == 2 and path[0] in instances.PARAMS:  # self.params["W"] beside self.dW
        for name in (f"d{path[1]}", f"grad_{path[1]}", f"{path[1]}_grad"):
            value = getattr(thing, name, None)
            if is_gradient(value):
                found.append(((str(name),), np.asarray(value)))
    found.sort(key=lambda pair: sum(str(step)[:1] != "d" for step in pair[0]))
    return found


def spellings(name: str, first: bool) -> list[str]:
    """Names of attributes that may hold the gradient of an input."""
    own = [
        f"d{name}", f"d_{name}", f"grad_{name}", f"{name}_grad", f"{name}_gradient", f"dL_d{name}",
        f"d{name}s",
    ]  # fmt: skip
    return own + (INPUT_GRADIENTS if first else [])


def value_at(inputs: Inputs, path: Path) -> Any:
    thing = inputs[path[0]]
    return instances.part_at(thing, path[1:])
