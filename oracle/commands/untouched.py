"""A check that a file has replaced nothing of what the judge is made of.

The user's code runs in the process of its judge. A file that replaces ``len``, ``numpy.abs`` or a
function of the oracle's changes verdicts, its own and wrongly. What our modules, ``builtins`` and
NumPy hold is remembered beforehand and compared by identity; names that are added are no matter.
"""

import builtins
import sys
import types
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

OURS = ("oracle", "reference")
# What programs replace for reasons of their own, and the judge does not need.
FREE = {"_", "breakpoint", "exit", "help", "input", "print", "quit"}
LOADERS = {"load", "loadtxt", "save", "savetxt", "savez", "set_printoptions", "seterr", "errstate"}
FIXED = (type, types.FunctionType, types.BuiltinFunctionType, classmethod, staticmethod, property)


class Untouched:
    """The parts of the judge as they were before the user's code ran."""

    def __init__(self) -> None:
        # (label, the names as they stand at any time, the objects that were there)
        self._held: list[tuple[str, Mapping[str, Any], dict[str, Any]]] = [
            ("builtins", builtins.__dict__, _callables(builtins.__dict__, FREE)),
            ("numpy", np.__dict__, _callables(np.__dict__, LOADERS, types=False)),
        ]
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in OURS and isinstance(module, types.ModuleType):
                self._held += _of_module(name, module)

    def changed(self) -> str:
        """The name of something that was replaced; "" if nothing was.

        Nothing but syntax and methods of dicts is used here: ``builtins`` may be what has changed.
        """
        for label, now, before in self._held:
            for name in before:
                if now.get(name) is not before[name]:
                    return f"{label}.{name}"
        return ""


def _of_module(
    name: str, module: types.ModuleType
) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
    fixed = {key: value for key, value in module.__dict__.items() if isinstance(value, FIXED)}
    yield name, module.__dict__, fixed
    for key, value in fixed.items():
        if isinstance(value, type) and value.__module__ == name:
            methods = {k: v for k, v in value.__dict__.items() if isinstance(v, FIXED)}
            yield f"{name}.{key}", value.__dict__, methods


def _callables(names: Mapping[str, Any], free: set[str], types: bool = True) -> dict[str, Any]:
    return {
        name: value
        for name, value in names.items()
        if callable(value)
        and name not in free
        and not name.startswith("__")
        and (types or not isinstance(value, type))
    }
