"""Every name of reference/ and of its files, with what ``oracle verify`` checks of it.

A derivation is verified by itself, a network as a whole, an update rule in steps. What has no
gradient of its own, such as a decision or a Jacobian written out, is explained only.
"""

import functools
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import reference
from oracle.verify import derivations

NETWORK, OPTIMIZERS = "network", "optimizers"
RULES = (
    "gradient_descent", "momentum_haykin", "momentum_damped", "momentum_torch",
    "rprop_matrix_form", "rprop_step",
)  # fmt: skip
# What verifies a function that is no derivation, where its own name does not say it.
VERIFIED_BY = {
    "Layer": (NETWORK,), "forward_sweep": (NETWORK,), "backward_sweep": (NETWORK,),
    "backpropagate": (NETWORK,), "RpropState": ("rprop_matrix_form", "rprop_step"),
    "rprop_state": ("rprop_matrix_form", "rprop_step"),
}  # fmt: skip


@dataclass(frozen=True)
class Named:
    """A function, a class or a file of reference/."""

    name: str
    module: str  # the family, "affine" of reference/affine.py
    thing: Any
    targets: tuple[str, ...]  # that ``oracle verify`` checks; none where there is no gradient

    @property
    def summary(self) -> str:
        """The first line of its own documentation."""
        return (inspect.getdoc(self.thing) or "").partition("\n")[0]


@functools.cache
def in_reference() -> dict[str, Named]:
    """Every public function and class by its name, in reading order, then every file."""
    modules = derivations.modules()
    found = {named.name: named for module in modules for named in _of_module(module)}
    files = [_file(module, found) for module in modules]
    found |= {f"{file.name}.py": file for file in files}
    for file in files:  # a function's name before its file's
        found.setdefault(file.name, file)
    return found


@functools.cache
def targets() -> tuple[str, ...]:
    """Everything that ``oracle verify`` checks, in the order in which it reports."""
    return (*derivations.in_reference(), NETWORK, *RULES)


def _of_module(module: ModuleType) -> Iterator[Named]:
    """The module's own functions and classes that reference/ offers, in the order of its lines."""
    public = [n for n in reference.__all__ if getattr(reference, n).__module__ == module.__name__]
    for name in sorted(public, key=lambda n: _line(getattr(reference, n))):
        itself = (name,) if name in derivations.in_reference() or name in RULES else ()
        family = module.__name__.rpartition(".")[2]
        yield Named(name, family, getattr(reference, name), VERIFIED_BY.get(name, itself))


def _line(thing: Any) -> int:
    return inspect.getsourcelines(inspect.unwrap(thing))[1]


def _file(module: ModuleType, found: dict[str, Named]) -> Named:
    """A file, verified by all that its functions are; "optimizers" are the update rules of all."""
    name = module.__name__.rpartition(".")[2]
    own = [target for n in found.values() if n.module == name for target in n.targets]
    return Named(name, name, module, RULES if name == OPTIMIZERS else tuple(dict.fromkeys(own)))
