"""Axes of arguments, as the file's own calls of a function have them once it was imported.

``mse_grad(w, X, y)`` at the top level, with the file's own ``w``: what the code was written for.
"""

import ast
from collections.abc import Mapping
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions
from oracle.discovery.text.functions import own_nodes


def axes(user: User, candidate: Candidate) -> dict[str, int]:
    """The number of axes of each argument that all top-level calls agree in."""
    if user.text is None or user.module is None:
        return {}
    found: dict[str, set[int]] = {}
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
            rank = _rank(value, names)
            if rank is not None:
                found.setdefault(name, set()).add(rank)
    return {name: ranks.pop() for name, ranks in found.items() if len(ranks) == 1}


def _rank(node: ast.expr, names: Mapping[str, Any]) -> int | None:
    """The axes of a variable of the module that is an array or a number; None of anything else."""
    value = names.get(node.id) if isinstance(node, ast.Name) else None
    is_number = isinstance(value, np.ndarray | float | np.floating)
    return np.ndim(value) if is_number else None
