"""Objects of the user's classes, searched for arrays and numbers, and given new ones."""

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.text import assignments
from oracle.subject import Path
from oracle.truth.recording.trees import attributes_of

DEEPEST = 7  # steps into an object
RATES = re.compile(r"(learning_?rate|lr|eta|step_?size|learn_?rate|learningRate)$")


def is_rate(name: str) -> bool:
    return bool(RATES.match(name))


def arrays_in(thing: Any, path: Path = (), seen: set[int] | None = None) -> dict[Path, np.ndarray]:
    """The floating-point arrays in an object of the user's, by path; the same one only once."""
    seen = set() if seen is None else seen
    found: dict[Path, np.ndarray] = {}
    if id(thing) in seen or len(path) > DEEPEST:
        return found
    if isinstance(thing, np.ndarray):
        seen.add(id(thing))
        if thing.dtype.kind == "f":
            found[path] = thing
        return found
    seen.add(id(thing))
    for key, part in entries_of(thing).items():
        if not isinstance(part, str | int | float | bool | type(None)):
            found.update(arrays_in(part, (*path, key), seen))
    return found


def numbers_in(thing: Any, path: Path = (), seen: set[int] | None = None) -> dict[Path, Any]:
    """The numbers in an object of the user's that are no arrays, by path; no learning rates."""
    seen = set() if seen is None else seen
    found: dict[Path, Any] = {}
    if id(thing) in seen or len(path) > DEEPEST:
        return found
    seen.add(id(thing))
    for key, part in entries_of(thing).items():
        if isinstance(part, int | float) and not isinstance(part, bool):
            if not (isinstance(key, str) and RATES.match(key)):
                found[(*path, key)] = part
        elif not isinstance(part, str | int | bool | type(None) | np.ndarray):
            found.update(numbers_in(part, (*path, key), seen))
    return found


def lists_in(thing: Any, path: Path = (), seen: set[int] | None = None) -> dict[Path, list[Any]]:
    """The lists in an object of the user's, by path."""
    seen = set() if seen is None else seen
    found: dict[Path, list[Any]] = {}
    if id(thing) in seen or len(path) > DEEPEST or isinstance(thing, np.ndarray | str):
        return found
    seen.add(id(thing))
    if isinstance(thing, list):
        found[path] = thing
    for key, part in entries_of(thing).items():
        found.update(lists_in(part, (*path, key), seen))
    return found


def same_arrays(thing: Any) -> dict[Path, list[Path]]:
    """The arrays that an object holds under several names: the first path, and the others."""
    found: dict[int, list[Path]] = {}
    seen: set[int] = set()

    def visit(part: Any, path: Path) -> None:
        if isinstance(part, np.ndarray):
            found.setdefault(id(part), []).append(path)
            return
        if id(part) in seen or len(path) > DEEPEST:
            return
        seen.add(id(part))
        for key, inner in entries_of(part).items():
            visit(inner, (*path, key))

    visit(thing, ())
    return {paths[0]: paths[1:] for paths in found.values() if len(paths) > 1}


def entries_of(thing: Any) -> Mapping[Any, Any]:
    """The entries of a container, or the attributes of an object with state."""
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, list | tuple):
        return dict(enumerate(thing))
    if isinstance(thing, type) or callable_only(thing):
        return {}
    return dict(attributes_of(thing) or {})


def tie(thing: Any, shared: Mapping[Path, Sequence[Path]]) -> None:
    """Put an array that was replaced under one of its names under its other names as well."""
    for first, others in shared.items():
        array = part_at(thing, first)
        for path in others:
            if isinstance(array, np.ndarray) and part_at(thing, path) is not array:
                place(thing, path, array)


def place(thing: Any, path: Path, part: Any) -> None:
    """Put something at a path; a tuple on the way is made anew."""
    holder, step = part_at(thing, path[:-1]), path[-1]
    if isinstance(holder, tuple):
        parts = [part if i == step else other for i, other in enumerate(holder)]
        new = type(holder)(*parts) if hasattr(holder, "_fields") else tuple(parts)
        place(thing, path[:-1], new)
    elif isinstance(holder, dict | list):
        holder[step] = part
    elif (attributes := attributes_of(holder)) is not None:
        attributes[step] = part


def counts_in(thing: Any) -> dict[Path, int]:
    """The lengths of the lists in an object, and its whole numbers, by path."""
    lengths = {path: len(kept) for path, kept in lists_in(thing).items()}
    return lengths | {path: n for path, n in numbers_in(thing).items() if isinstance(n, int)}


def grown(once: Mapping[Path, int], twice: Mapping[Path, int]) -> dict[Path, int]:
    """By how much a second forward has raised counts, if the first one has by as much."""
    more = {path: count - once.get(path, 0) for path, count in twice.items()}
    return {path: n for path, n in more.items() if 0 < n <= once.get(path, 0)}


def without_kept(thing: Any, paths: Sequence[Path], calls: Iterator[Any]) -> None:
    """Let a first call change an object, and take back what it adds to lists and counters.

    A second call tells how much that is: it depends on the arrays, as where each time step adds.
    """
    next(calls)
    if not paths:
        return
    once = counts_in(thing)
    next(calls)
    more = grown(once, counts_in(thing))
    for path in paths:
        part, added = part_at(thing, path), 2 * more.get(path, 0)
        if isinstance(part, list):
            del part[len(part) - added :]
        else:
            place(thing, path, part - added)


def part_at(thing: Any, path: Path) -> Any:
    """The part of an object at a path; None where there is nothing."""
    for step in path:
        if isinstance(thing, Mapping | list | tuple):
            try:
                thing = thing[step]
            except (KeyError, IndexError):
                return None
        else:
            thing = getattr(thing, step, None)
    return thing


def callable_only(thing: Any) -> bool:
    """A function or module rather than an object with state."""
    return inspect.isroutine(thing) or inspect.ismodule(thing)


def rates_of(thing: Any) -> list[tuple[Any, str]]:
    """Objects and the attributes of theirs that hold a learning rate."""
    if isinstance(thing, Mapping | list | tuple):
        return []
    parts = entries_of(thing).items()
    return [(thing, n) for n, part in parts if RATES.match(n) and isinstance(part, float)]


GRADIENTS = naming.words("grads gradients grad gradient dparams d_params derivs d dW_dict")
PARAMS = naming.words("params parameters param weights W theta p")


def counterpart(parameter: Path, gradient: Path) -> bool:
    """True if one path in an object is that of the gradient of another: ``dW``, ``grads["W"]``."""
    if len(parameter) != len(gradient):
        return False
    differs = [(p, g) for p, g in zip(parameter, gradient) if p != g]
    if not differs or not all(isinstance(p, str) and isinstance(g, str) for p, g in differs):
        return False
    return all(_of(p, g) for p, g in differs)


def _of(parameter: str, gradient: str) -> bool:
    parameter, gradient = parameter.lstrip("_"), gradient.lstrip("_")
    if gradient in GRADIENTS and parameter in PARAMS:
        return True
    if naming.is_gradient_of(gradient, parameter):
        return True
    ends = naming.stems_of_gradient(gradient)
    return any(e.lower() == parameter.lower() or _plural(e, parameter) for e in ends)


def _plural(one: str, other: str) -> bool:
    return len(one) > 2 and (one + "s" == other or other + "s" == one)


def spelled(path: Path, thing: Any = None) -> str:
    """``self.dW``, ``self.grads["W"]``, ``self.layers[0].dW`` as the user would write it.

    Whether a step goes into a dict or an object is seen in the thing itself, if that is given.
    """
    found = "self"
    for step in path:
        inside_dict = found != "self" and not found.endswith("]")
        if thing is not None:
            inside_dict = isinstance(thing, Mapping)
        if isinstance(step, int):
            found += f"[{step}]"
        else:
            found += f'["{step}"]' if inside_dict else f".{step}"
        try:
            thing = entries_of(thing)[step]
        except (KeyError, IndexError, TypeError):
            thing = None
    return found


def line_of(user: User, kind: str, method: str, name: str) -> int:
    """The line of the last assignment to an attribute: in the method, or in the class."""
    methods = user.text.methods(kind) if user.text is not None else {}
    order = [method, *[m for m in methods.values() if m != method]]
    for qualified in order:
        node = user.node(qualified)
        if node is None:
            continue
        line = assignments.assigned_text(node, name)
        if line:
            return line
    return user.line(method)
