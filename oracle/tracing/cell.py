"""Runs a cell of a notebook in the notebook's own namespace, recorded.

What earlier cells have made joins in: their arrays and numbers are assigned to themselves, as the
cell's first statements would do it, and are thereby followed and named. Afterwards plain arrays
stand where followed ones stood.
"""

import linecache
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from oracle.tracing.recorded import Recorded
from oracle.tracing.run import Enough, Session
from oracle.truth.recording.kinds import SCALARS, Tracked
from oracle.truth.recording.stand_ins import stand_in_for

DEEPEST = 3  # lists, tables and objects within each other
MOST = 64  # entries of one of them
BEFORE = "earlier cells"
PLAIN = "__oracle_plain__"

Space = dict[str, Any]


def run_cell(text: str, file: str, space: Space, steps: int, enough: Enough) -> Recorded:
    """Run the text of a cell to its end; ``file`` is the name that tracebacks have for it."""
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file
    session = Session(steps, enough, to_end=True)
    prelude = "\n".join(f"{path} = {path}" for path in paths(space))

    def act() -> None:
        session.quiet = True
        exec(session.program.compile(prelude, BEFORE), space)
        session.quiet = False
        exec(session.program.compile(text, file), space)

    with _recorded_in(space, session):
        error, line, _ = session.run(act)
    _release(space)
    return session.recorded(error, line)


def paths(space: Space) -> Iterator[str]:
    """The texts of everything in a namespace that holds an array or a number."""
    for name, thing in list(space.items()):
        if not name.startswith("_") and name not in ("In", "Out", "exit", "quit"):
            yield from _paths(name, thing, DEEPEST)


def _paths(text: str, thing: Any, depth: int) -> Iterator[str]:
    if isinstance(thing, np.ndarray | float):
        yield text
    elif depth == 0:
        return
    elif isinstance(thing, list | tuple) and len(thing) <= MOST:
        parts = (_paths(f"{text}[{i}]", part, depth - 1) for i, part in enumerate(thing))
        yield from _assignable(text, thing, [path for some in parts for path in some])
    elif isinstance(thing, dict) and len(thing) <= MOST:
        keys = [key for key in thing if isinstance(key, str | int)]
        parts = (_paths(f"{text}[{key!r}]", thing[key], depth - 1) for key in keys)
        yield from (path for some in parts for path in some)
    elif type(thing).__module__ == "__main__" and not isinstance(thing, type):
        for name, part in list(getattr(thing, "__dict__", {}).items()):
            yield from _paths(f"{text}.{name}", part, depth - 1)


def _assignable(text: str, thing: Any, found: list[str]) -> Iterator[str]:
    """The entries of a list; of a tuple, which takes no assignment, the tuple itself."""
    if isinstance(thing, tuple):
        if found:
            yield text
    else:
        yield from found


@contextmanager
def _recorded_in(space: Space, session: Session) -> Iterator[None]:
    """NumPy's modules in a namespace are exchanged for those that tell what they make."""
    before = space.get("__builtins__")
    modules = {name: t for name, t in space.items() if isinstance(t, types.ModuleType)}
    stand_ins = {name: stand_in_for(module) for name, module in modules.items()}
    space.update(stand_ins)
    space["__builtins__"] = session.builtins
    try:
        yield
    finally:
        space["__builtins__"] = before
        for name, module in modules.items():
            if space.get(name) is stand_ins[name]:
                space[name] = module


def _release(space: Space) -> None:
    """Put plain arrays and numbers where followed ones are kept."""
    space[PLAIN] = plain
    for path in list(paths(space)):
        exec(f"{path} = {PLAIN}({path})", space)
    del space[PLAIN]


def plain(thing: Any) -> Any:
    """The array, or the number, without us."""
    if type(thing) is Tracked or type(thing) in SCALARS:
        return thing._plain
    if type(thing) is tuple:
        return tuple(map(plain, thing))
    return thing


__all__ = ["plain", "run_cell"]
