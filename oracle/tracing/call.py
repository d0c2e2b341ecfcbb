"""Runs a piece of a user's module that trains: its definitions first, then one call of it.

The module is executed statement by statement, so that one that raises costs only what depends on
it. Loops, and calls of the module's own functions, are left out: they would train by themselves.
"""

import ast
import itertools
import random
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from oracle.discovery.load import paths, place
from oracle.discovery.text import reading
from oracle.tracing.recorded import Recorded
from oracle.tracing.run import Enough, Session, modules_beside
from oracle.truth.recording.tape import Tape, is_user_file

DEFINITIONS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign,
    ast.AnnAssign, ast.Try,
)  # fmt: skip


def call(
    file: Path, expression: str, given: Mapping[str, Any], seed: int, steps: int, enough: Enough
) -> Recorded:
    """Record a call, in Python, of something in a file; without an expression, the whole file."""
    session = Session(steps, enough, to_end=False)
    name = f"_traced_{file.stem}"
    module = types.ModuleType(name)
    module.__dict__.update(__file__=str(file), __builtins__=session.builtins, __annotations__={})

    def act() -> None:
        if not expression:
            _execute(session, file, module)
            return
        session.quiet = True
        _define(session, file, module)
        session.quiet = False
        module.__dict__.update(given)
        eval(compile(expression, str(file), "eval"), module.__dict__)

    with _seeded(seed), _own_modules(file, name, module), modules_beside(file, session):
        error, line, _ = session.run(act)
    return session.recorded(error, line)


def _execute(session: Session, file: Path, module: types.ModuleType) -> None:
    """Execute a whole file; of a notebook each cell, also after one that raises."""
    notebook = reading.notebook(file)
    if notebook is None:
        exec(session.program.compile(file.read_bytes(), str(file)), module.__dict__)
        return
    raised: Exception | None = None
    tree = ast.parse(notebook.text, str(file))
    cells = itertools.groupby(tree.body, lambda part: notebook.place(part.lineno)[0])
    for _, parts in cells:
        some = ast.Module(list(parts), [])
        try:
            exec(session.program.compile_tree(some, str(file), notebook.text), module.__dict__)
        except Exception as error:
            raised = error
    if raised is not None:
        raise raised


def _define(session: Session, file: Path, module: types.ModuleType) -> None:
    """Execute the definitions of a module."""
    text = reading.read(file)
    for part in ast.parse(text, str(file)).body:
        if isinstance(part, DEFINITIONS) or _is_call_of_a_library(part):
            some = ast.Module([part], [])
            with suppress(Exception):  # it costs what depends on it
                exec(session.program.compile_tree(some, str(file), text), module.__dict__)


def _is_call_of_a_library(part: ast.stmt) -> bool:
    """True for ``np.random.seed(0)``: the call of a function of something imported."""
    if not isinstance(part, ast.Expr) or not isinstance(part.value, ast.Call):
        return False
    node: ast.expr = part.value.func
    if not isinstance(node, ast.Attribute):
        return False
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ("np", "numpy", "random", "sys", "warnings")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The same random draws for each run."""
    # The user's code draws from the global state.
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


@contextmanager
def _own_modules(file: Path, name: str, module: types.ModuleType) -> Iterator[None]:
    """The module under its name; what it imports of the user's is forgotten afterwards."""
    before, path = dict(sys.modules), sys.path[:]
    now = Tape.now
    sys.modules[name] = module
    folders = paths(file.resolve(), place(file.resolve())[2])
    sys.path[:0] = folders
    try:
        yield
    finally:
        Tape.now = now
        sys.path[:] = path
        for key in [key for key in sys.modules if key not in before]:
            origin = getattr(sys.modules[key], "__file__", None) or ""
            users = str(origin).startswith(tuple(folders)) and is_user_file(str(origin))
            if key == name or users:
                del sys.modules[key]
