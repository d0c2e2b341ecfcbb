"""Torch's own version of each derivation: the same module, name and arguments as in reference/.

Torch operations only, nothing of reference/: that is what makes them a second opinion. The first
line of a twin's docstring names the torch operation. Where a fused operation has a quirk (a clamp,
a refusal, other units, rounding that nothing shows), the twin is written from elementary ones and
says so.
"""

import ast
import functools
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def twin(module: str, name: str) -> Callable[..., Any]:
    """The twin of ``reference.<module>.<name>``.

    Raises:
        LookupError: there is none.
    """
    if name not in _written(module):
        raise LookupError(f"no torch twin: oracle/truth/twins/{module}.py has no function {name}")
    found: Callable[..., Any] = getattr(
        importlib.import_module(f"oracle.truth.twins.{module}"), name
    )
    return found


def title(module: str, name: str) -> str:
    """The torch operation that the twin is, read without importing torch; "" if there is none."""
    function = _written(module).get(name)
    return (ast.get_docstring(function) or "").partition("\n")[0] if function else ""


def source(module: str, name: str) -> str:
    """The twin's source text, read without importing torch; "" if there is none."""
    function = _written(module).get(name)
    text = _path(module).read_text(encoding="utf-8") if function else ""
    return ast.get_source_segment(text, function) or "" if function else ""


@functools.cache
def _written(module: str) -> dict[str, ast.FunctionDef]:
    path = _path(module)
    if not path.exists():
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _path(module: str) -> Path:
    return Path(__file__).with_name(f"{module}.py")
