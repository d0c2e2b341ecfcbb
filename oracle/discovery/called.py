"""Shapes of arguments, as the file's own calls of a function have them once it was imported.

``mse_grad(w, X, y)`` at the top level, with the file's own ``w``: what the code was written for.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions
from oracle.discovery.text.functions import own_nodes

Shape = tuple[int, ...]


def shapes(user: User, candidate: Candidate) -> dict[str, tuple[Shape, int]]:
    """The shape of each argument, and of integers one more than the largest, else 0.

    Only of arguments that have as many axes in all calls at the top level; entries of a dict by
    their path: ``model.W1``.
    """
    found: dict[str, tuple[Shape, int]] = {}
    unlike: set[str] = set()
    for name, value in _given(user, candidate):
        shape, top = np.shape(value), 0
        if isinstance(value, np.ndarray) and value.dtype.kind in "iu" and value.size:
            top = int(value.max()) + 1
        if len(found.setdefault(name, (shape, top))[0]) != len(shape):
            unlike.add(name)
    return {name: one for name, one in found.items() if name not in unlike}


def _given(user: User, candidate: Candidate) -> Iterator[tuple[str, Any]]:
    """The arrays and numbers that calls at the top level give, by argument."""
    if user.text is None or user.module is None:
        return
    names = vars(user.module)
    parts = {name.rpartition(".")[2]: name for r, name in candidate.parts.items() if r != "class"}
    for call in own_nodes(user.text.tree):
        if not isinstance(call, ast.Call):
            continue
        part = parts.get(ast.unparse(call.func).rpartition(".")[2], "")
        node = user.node(part)
        if node is None or isinstance(call.func, ast.Attribute) != ("." in part):
            continue
        given = [*zip(functions.parameters(node), call.args)]
        given += [(word.arg, word.value) for word in call.keywords if word.arg]
        for name, value in given:
            if isinstance(value, ast.Name):
                yield from _arrays(name, names.get(value.id))


def _arrays(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, np.ndarray | float | np.floating):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if isinstance(key, str) and isinstance(part, np.ndarray):
                yield f"{name}.{key}", part
