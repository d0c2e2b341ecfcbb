"""Derivations: what one is called, what goes in, and where its lines stand.

Those in value-and-pullback form, ``value, pullback = f(X, W)``, whose signature says the shapes. A
derivation is judged as a user's own is: as the ``Subject`` that it makes of itself.
"""

import functools
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

import reference
from oracle.discovery.text import places
from oracle.subject import Argument, Inputs, Limits, Made, Option, Subject, WrongReturn, size_names
from reference._expect import Whole
from reference.types import Pullback

# In the order in which reference/ is to be read; what is not named here comes after.
READING_ORDER = (
    "types", "affine", "activations", "losses", "network", "jacobian", "cost_matrix", "convolution",
    "fuzzy", "rprop", "optimizers",
)  # fmt: skip


@dataclass(frozen=True)
class Derivation:
    """A forward and a backward, as one function that returns the value and its pullback."""

    name: str
    function: Callable[..., tuple[Any, Callable[..., tuple[Any, ...]]]]
    arguments: tuple[Argument, ...]
    options: tuple[Option, ...]
    module: str  # the family, "affine" of reference/affine.py
    place: places.Place
    value: tuple[str, ...] = ()  # the value's dims, where they are said: it must have room

    @functools.cached_property
    def differentiated(self) -> tuple[str, ...]:
        """The names of the arguments that have a gradient."""
        return tuple(a.name for a in self.arguments if a.differentiated)

    @functools.cached_property
    def sizes(self) -> tuple[str, ...]:
        """All sizes to be drawn, in the order of the arguments."""
        classes = [(a.classes,) if a.classes else () for a in self.arguments]
        options = {option.name for option in self.options}
        found = size_names(tuple(d for a, c in zip(self.arguments, classes) for d in (*a.dims, *c)))
        return tuple(name for name in found if name not in options)

    @functools.cached_property
    def subject(self) -> Subject:
        """The derivation as the check takes it."""
        place, names = self.place, [argument.name for argument in self.arguments]
        spoken = dict(zip(names, place.gradients))
        lines = [spoken.get(name, ("", place.line)) for name in names]
        made = [
            (name if argument.differentiated else "", text or f"d{name}", line)
            for argument, name, (text, line) in zip(self.arguments, names, lines)
        ]

        def backward(inputs: Inputs, value: Any, pullback: Any, upstream: Any) -> list[Made]:
            returned = pullback(upstream)
            gradients = (returned,) if isinstance(returned, np.ndarray) else returned
            if not isinstance(gradients, tuple | list) or len(gradients) != len(made):
                count = len(gradients) if isinstance(gradients, tuple | list) else "no"
                expected = f"expected {len(made)}, one for each argument"
                raise WrongReturn(f"the pullback returns {count} gradients, {expected}")
            return [
                Made((of,), text, line, gradient)
                for (of, text, line), gradient in zip(made, gradients)
                if of
            ]

        return Subject(
            self.name,
            places.spoken(place.file),
            place.line,
            6,
            self.arguments,
            lambda inputs: self.function(**inputs),
            backward,
            lambda arrays, seed: dict(arrays),
            options=self.options,
            value=self.value,
            module=self.module,
            differentiable=lambda path: path[0] in self.differentiated,
            command=f"oracle verify {self.name}",
        )

    def value_as_made(self, value: Any) -> Made:
        """The value, which is judged as a gradient is: its path is ()."""
        return Made((), self.place.value or "value", self.place.value_line, value)


def from_pullback(function: Callable[..., Any], name: str | None = None) -> Derivation:
    """The derivation that a value-and-pullback function is, read from its annotations.

    Raises:
        ValueError: an argument says neither a shape nor a choice; the message names it.
    """
    arguments: list[Argument] = []
    options: list[Option] = []
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name)
        kind = getattr(hint, "__origin__", hint) if hasattr(hint, "__metadata__") else hint
        words = " ".join(getattr(hint, "__metadata__", ())).split()
        if hasattr(kind, "dim_str"):
            arguments.append(_argument(parameter.name, kind, words))
        elif kind is int and "axis" in words:
            options.append(Option(parameter.name, "axis", parameter.default))
        elif kind is int and (whole := Whole.read(" ".join(words))) is not None:
            limits = Limits(whole.low, whole.high, whole.divides)
            options.append(Option(parameter.name, "whole", parameter.default, whole=limits))
        elif kind is bool:
            options.append(Option(parameter.name, "choice", parameter.default, (True, False)))
        elif kind is float:
            options.append(Option(parameter.name, "number", parameter.default))
        elif get_origin(kind) is Literal:
            options.append(Option(parameter.name, "choice", parameter.default, get_args(kind)))
        else:
            raise ValueError(
                f"{function.__name__}: nothing says the shape of {parameter.name}; annotate it, "
                f'say {parameter.name}: Float[np.ndarray, "N D"]'
            )
    module = function.__module__.rpartition(".")[2]
    return Derivation(
        name or function.__name__,
        function,
        tuple(arguments),
        tuple(options),
        module,
        places.place(function),
        _value_dims(hints.get("return"), arguments, options),
    )


def _value_dims(
    returns: Any, arguments: Sequence[Argument], options: Sequence[Option]
) -> tuple[str, ...]:
    """The value's dims, if its annotation says them in terms of what goes in."""
    dim_str = getattr((get_args(returns) or (None,))[0], "dim_str", None)
    if dim_str is None:
        return ()
    known = {n for a in arguments for n in (*size_names(a.dims), a.classes)}
    known.update(option.name for option in options)
    dims = tuple(dim_str.split())
    return dims if known.issuperset(size_names(dims)) else ()


def _argument(name: str, kind: Any, words: list[str]) -> Argument:
    dims = tuple(kind.dim_str.split())
    integer = "float64" not in kind.dtypes
    labels = [re.fullmatch(r"labels\((\w+)\)", word) for word in words]
    classes = next((found[1] for found in labels if found), "")
    meaning = [w for w in words if w != "fixed" and "(" not in w]
    values = "labels" if classes else meaning[0] if meaning else "normal"
    return Argument(name, dims, integer, values, classes, "fixed" in words)


def is_derivation(function: Any) -> bool:
    """True if the return annotation is ``tuple[..., Pullback]``."""
    if not inspect.isfunction(function):
        return False
    returns = get_args(get_type_hints(function).get("return"))
    return len(returns) == 2 and returns[1] == Pullback


def of_module(module: ModuleType) -> list[Derivation]:
    """The derivations that a module defines itself, in the order of their lines."""
    own = [
        from_pullback(function)
        for name, function in vars(module).items()
        if not name.startswith("_")
        and getattr(function, "__module__", None) == module.__name__
        and is_derivation(function)
    ]
    return sorted(own, key=lambda derivation: derivation.place.line)


@functools.cache
def modules() -> tuple[ModuleType, ...]:
    """The public files of reference/, in reading order."""
    names = [m.name for m in pkgutil.iter_modules(reference.__path__) if m.name[0] != "_"]
    names.sort(key=lambda m: READING_ORDER.index(m) if m in READING_ORDER else len(READING_ORDER))
    return tuple(importlib.import_module(f"reference.{name}") for name in names)


@functools.cache
def in_reference() -> dict[str, Derivation]:
    """Every derivation of ``reference/`` by its name, in reading order."""
    found = [derivation for module in modules() for derivation in of_module(module)]
    return {derivation.name: derivation for derivation in found}
