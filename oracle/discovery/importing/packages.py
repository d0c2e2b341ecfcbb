"""Packages that are not installed: stubs of them while a file is imported."""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

from oracle.discovery.importing import numba_plain
from oracle.discovery.importing.placeholders import Importing, Package


class Packages(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the packages that are left out, and makes a stub of each of their modules."""

    def __init__(self, importing: Importing) -> None:
        self.importing = importing
        self.names: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not self.importing.now or not self._is_left_out(name):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        top = self._is_left_out(spec.name)
        module = Package(spec.name, f"and {top} is not installed", self.importing)
        if spec.name.partition(".")[0] == "numba":
            module.__dict__.update(numba_plain.NAMES)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is executed."""

    def _is_left_out(self, name: str) -> str:
        """The package that a module belongs to, if that is left out."""
        parts = name.split(".")
        whole: Sequence[str] = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
        return next((package for package in whole if package in self.names), "")

    def told(self, asked: set[str]) -> list[str]:
        """What is to be said of the packages that were left out, and that a file itself imports."""
        names = {name for name in self.names if name.partition(".")[0] in asked}
        absent = sorted(names - {"numba"})
        said = []
        if absent:
            are = "are not installed: they were" if len(absent) > 1 else "is not installed: it was"
            listed = " and ".join(filter(None, (", ".join(absent[:-1]), absent[-1])))
            said.append(f"{listed} {are} left out while the file was imported")
        if "numba" in names:
            said.append("numba's decorators were left out: its functions ran as plain Python")
        return said

    def forget(self) -> None:
        """Take the stubs out of Python's table of modules: others may look for the packages."""
        for name, module in list(sys.modules.items()):
            if type(module) is Package:
                del sys.modules[name]
