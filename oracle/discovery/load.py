"""Import a user's file as a module, without name clashes between their modules and ours."""

import ast
import contextlib
import hashlib
import importlib.machinery
import importlib.util
import linecache
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from oracle.discovery.importing import homes
from oracle.discovery.importing.finder import Loader, Project
from oracle.discovery.importing.statements import execute
from oracle.discovery.raised import is_misfit, is_ours, line_in, said
from oracle.discovery.text import reading
from oracle.subject import Unusable

__all__ = ["Loaded", "is_misfit", "is_ours", "line_in", "load", "said"]


@dataclass(frozen=True)
class Loaded:
    """A user's file as a module, and what is to be said of how that went."""

    module: ModuleType
    classes: dict[str, type]  # as they were defined, whatever their names are bound to later
    told: tuple[str, ...]


def load(file: Path) -> Loaded:
    """The module that a file makes when it is imported, not run.

    Its folder is where it looks for its own helpers first, as if it was run from there; then come
    the folders above it. In a package, relative imports find what they would. A statement that
    raises costs what depends on it.

    Raises:
        Unusable: it does not load; the line is the one in the file.
    """
    file = file.resolve()
    try:
        text = reading.read(file)
        name, package, top = place(file)
    except reading.ERRORS as error:
        raise Unusable(said(error), line_in(error, file)) from error
    if file.suffix != ".py":  # its text is not what its bytes are
        lines = [f"{line}\n" for line in reading.lines_of(text)]
        linecache.cache[str(file)] = len(text), None, lines, str(file)
    project = Project(execute)
    spec = importlib.util.spec_from_loader(name, Loader(name, str(file), project))
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(file)
    if package:
        module.__package__ = package
    sys.modules[name] = module
    with _as_if_started_in(top, file), _importing(project):
        try:
            executed = execute(module, file, project)
        except BaseException as error:
            sys.modules.pop(name, None)
            raise Unusable(said(error), line_in(error, file)) from error
    return Loaded(module, executed.classes, (*project.packages.told(project.asked), *executed.told))


def place(file: Path) -> tuple[str, str, Path]:
    """The module's name, its package, and the folder that imports start from."""
    parts, folder = homes.package_of(file, homes.level(ast.parse(reading.read(file))))
    mark = hashlib.blake2b(os.fsencode(file), digest_size=4).hexdigest()
    package = ".".join(parts)
    own = f"_users_{file.stem}_{mark}".replace(".", "_").replace("-", "_").replace(" ", "_")
    return (f"{package}.{own}" if package else own), package, folder


def paths(file: Path, top: Path) -> list[str]:
    """The folders in which a file looks for its own modules: its own, and those above it."""
    return list(dict.fromkeys(map(str, (file.parent, top, *homes.folders(file, top)[-2:]))))


@contextlib.contextmanager
def _importing(project: Project) -> Iterator[None]:
    project.begin()
    try:
        yield
    finally:
        project.settle()


@contextlib.contextmanager
def _as_if_started_in(top: Path, file: Path) -> Iterator[None]:
    """The folders on the path, no arguments, no bytecode left, and no window that waits."""
    folders = paths(file, top)
    path, arguments, writes = list(sys.path), sys.argv, sys.dont_write_bytecode
    sys.path[:0] = folders
    sys.argv = [str(file)]
    sys.dont_write_bytecode = True
    os.environ.setdefault("MPLBACKEND", "Agg")  # of a window nobody would see anything
    try:
        yield
    finally:
        sys.path[:] = path
        sys.argv, sys.dont_write_bytecode = arguments, writes
