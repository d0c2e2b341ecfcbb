"""Finds the user's modules where they are, and executes them statement by statement.

There is one ``Project`` at a time: that of the file which was imported last. Modules of the user's
that were imported are known to it alone, so that two files may have helpers of one name, and are
found again where a function imports one of them later.
"""

import ast
import contextlib
import importlib.abc
import importlib.machinery
import signal
import sys
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from oracle.discovery.importing import homes
from oracle.discovery.importing.placeholders import Importing, Packages

Execute = Callable[[types.ModuleType, Path, "Project"], object]


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the user's."""

    def __init__(self, name: str, file: str, project: "Project") -> None:
        super().__init__(name, file)
        self.project = project

    def exec_module(self, module: types.ModuleType) -> None:
        self.project.execute(module, Path(self.path), self.project)


class _Known(importlib.abc.Loader):
    """Hands out a module that has been imported before."""

    def __init__(self, module: types.ModuleType) -> None:
        self.module = module

    def create_module(self, spec: Any) -> types.ModuleType:
        return self.module

    def exec_module(self, module: types.ModuleType) -> None:
        """It has been executed."""


class Project(importlib.abc.MetaPathFinder):
    """The modules that belong to one file: where they are, and those that were imported."""

    current: "Project | None" = None

    def __init__(self, execute: Execute) -> None:
        self.execute = execute
        self.importing = Importing()
        self.packages = Packages(self.importing)
        self.budget = Budget()
        self.as_python = False  # modules raise what they raise
        self.asked: set[str] = set()  # what the file itself imports, and not its helpers
        self.homes: dict[str, Path] = {}
        self.modules: dict[str, types.ModuleType] = {}
        self._hidden: dict[str, types.ModuleType] = {}  # others of the same names

    def learn(self, tree: ast.AST, file: Path, top: Path) -> None:
        """Find the folders of the modules that a text imports."""
        asked: dict[str, list[homes.Wanted]] = {}
        for one in homes.wanted(tree):
            asked.setdefault(one.module.partition(".")[0], []).append(one)
        self.asked = self.asked or set(asked)
        for name in asked.keys() - self.homes.keys():
            home = homes.home(name, asked[name], file, top)
            if home is not None:
                self.place(name, home)
            elif name == "numba":
                self.packages.names.add(name)
                self._hide(name, None)

    @contextlib.contextmanager
    def inside(self, node: ast.stmt) -> Iterator[None]:
        """Inside of ``try``, imports raise as Python's do: the file has an answer to that."""
        before = self.as_python
        self.as_python |= isinstance(node, ast.Try)
        try:
            yield
        finally:
            self.as_python = before

    def place(self, name: str, home: Path) -> None:
        """Look for a top-level name in a folder, and hide a loaded module of the same name."""
        self.homes[name] = home
        self._hide(name, home)

    def _hide(self, top: str, home: Path | None) -> None:
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == top and not self._is_own(module):
                file = getattr(module, "__file__", None)
                if home is None or file is None or not Path(file).is_relative_to(home):
                    self._hidden[name] = sys.modules.pop(name)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name in self.modules:
            module = self.modules[name]
            package = hasattr(module, "__path__")
            return importlib.machinery.ModuleSpec(name, _Known(module), is_package=package)
        home = self.homes.get(name.partition(".")[0])
        if home is None:
            return None
        places: Iterable[str] = [str(home)] if path is None else path
        spec = importlib.machinery.PathFinder.find_spec(name, list(places))
        if spec is not None and type(spec.loader) is importlib.machinery.SourceFileLoader:
            spec.loader = Loader(name, spec.loader.path, self)
        return spec

    def begin(self) -> None:
        """Come before all other finders, and in place of the project before."""
        if Project.current is not None:
            Project.current._end()
        Project.current = self
        sys.meta_path[:0] = [self.packages, self]

    def settle(self) -> None:
        """The import is over: what it needed is known to this project alone, and comes last."""
        self.importing.now = False
        sys.meta_path.remove(self.packages)
        sys.meta_path.remove(self)
        sys.meta_path.append(self)
        self.packages.forget()
        for name, module in list(sys.modules.items()):
            if "_users_" not in name and self._is_own(module):
                self.modules[name] = sys.modules.pop(name)
        sys.modules.update(self._hidden)

    def _is_own(self, module: Any) -> bool:
        """True if a module was found by this project, or is a folder that it looked in."""
        loader = getattr(module, "__loader__", None)
        if isinstance(loader, Loader):
            return loader.project is self
        name = getattr(module, "__name__", "")
        plain = getattr(module, "__file__", None) is None and hasattr(module, "__path__")
        return plain and str(name).partition(".")[0] in self.homes

    def _end(self) -> None:
        """Forget what functions have imported since."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        for name, module in list(sys.modules.items()):
            if "_users_" not in name and self._is_own(module):
                del sys.modules[name]


# How long the top-level statements of a file may compute.
#
# A file is imported for its definitions. A training loop at its top level is ended after a while,
# and the definitions are taken from what ran. What is counted is the time that the process
# computes, so that a busy machine changes nothing; time that only passes (a download, ``sleep``)
# is limited as well, and more generously.

COMPUTING = 5.0  # seconds of all statements of a file that are neither imports nor definitions
WAITING = 15.0  # seconds on the clock
LEAST = 0.5  # that a statement has when nothing is left
AGAIN = 0.25  # the user's ``except:`` may have caught the end


class Ended(BaseException):
    """A statement has used up the time."""


class Budget:
    """The time that the statements of a file have left."""

    def __init__(self, computing: float = COMPUTING, waiting: float = WAITING) -> None:
        self._left = {signal.ITIMER_PROF: computing, signal.ITIMER_REAL: waiting}
        self._running = False

    @contextlib.contextmanager
    def spent(self) -> Iterator[None]:
        """Raise ``Ended`` in what runs here when the time is up; nested uses count once."""
        main = threading.current_thread() is threading.main_thread()
        if self._running or not main or any(map(_is_used, self._left)):
            yield
            return
        self._running = True
        before = {s: signal.signal(s, _end) for s in (signal.SIGPROF, signal.SIGALRM)}
        try:
            for timer, seconds in self._left.items():
                signal.setitimer(timer, max(LEAST, seconds), AGAIN)
            yield
        finally:
            self._running = False
            for timer, seconds in self._left.items():
                left, _ = signal.setitimer(timer, 0)
                self._left[timer] = min(max(0.0, seconds), left)
            for number, handler in before.items():
                signal.signal(number, handler)


def _is_used(timer: int) -> bool:
    return signal.getitimer(timer)[0] > 0


def _end(*_: object) -> None:
    raise Ended
