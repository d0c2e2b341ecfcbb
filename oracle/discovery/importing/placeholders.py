"""Placeholders for what an import or another statement did not bind, and for missing packages."""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from oracle.subject import NotImported
from oracle.truth.recording.callbacks import Vectorize
from oracle.truth.recording.tape import Tape

OPERATORS = [
    "add", "radd", "iadd", "sub", "rsub", "isub", "mul", "rmul", "imul", "truediv", "rtruediv",
    "floordiv", "rfloordiv", "mod", "rmod", "pow", "rpow", "matmul", "rmatmul", "neg", "pos",
    "abs", "lt", "le", "gt", "ge", "and", "rand", "or", "ror", "invert", "bool", "float", "int",
    "index", "len", "iter", "next", "contains", "getitem", "setitem", "delitem", "enter",
    "exit", "array", "call", "instancecheck", "mro_entries", "fspath", "round",
]  # fmt: skip


class NotThere:
    """The value of a name that is not bound: any use of it raises ``NotImported``."""

    def __init__(self, name: str, why: str, line: int = 0) -> None:
        self.__dict__.update(_oracle_name=name, _oracle_why=why, _oracle_line=line)

    def _oracle_fail(self, *_: Any, **__: Any) -> NoReturn:
        own = self.__dict__
        name, why = own["_oracle_name"], own["_oracle_why"]
        raise NotImported(f"it needs {name}, {why}", why, own["_oracle_line"])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._oracle_fail()

    def __setattr__(self, name: str, value: Any) -> None:
        self._oracle_fail()


for _name in OPERATORS:
    setattr(NotThere, f"__{_name}__", NotThere._oracle_fail)


@dataclass
class Importing:
    """A flag that is true while a file is imported: until then a missing package can be named."""

    now: bool = True


class _Base:
    """The base of a class whose real base is not there: the class exists, its objects do not."""

    def __init_subclass__(cls, **_: Any) -> None:
        """Take whatever the real base would have taken."""


class OfPackage:
    """Something of a package that is not installed: a function, a class, a constant, a decorator.

    While the file is imported it can be read, called and derived from, and each gives such a thing
    again. Later any use of it raises ``NotImported``.
    """

    def __init__(self, name: str, why: str, importing: Importing) -> None:
        self.__dict__.update(_oracle_name=name, _oracle_why=why, _oracle_importing=importing)

    def _oracle_next(self, name: str) -> Any:
        own = self.__dict__
        if not own["_oracle_importing"].now:
            self._oracle_fail()
        return OfPackage(name, own["_oracle_why"], own["_oracle_importing"])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._oracle_next(f"{self.__dict__['_oracle_name']}.{name}")

    def __call__(self, *_: Any, **__: Any) -> Any:
        return self._oracle_next(f"{self.__dict__['_oracle_name']}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._oracle_next(name)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._oracle_next(str(key))

    __getitem__ = __or__ = __ror__ = __call__  # of annotations, and of tables of settings

    def __instancecheck__(self, thing: Any) -> bool:
        return False  # nothing can be an object of a class that is not there

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        name = self.__dict__["_oracle_name"]
        missing = NotThere(name, self.__dict__["_oracle_why"])

        def refuse(*_: Any, **__: Any) -> Any:
            return missing._oracle_fail()

        return (type(name.rpartition(".")[2] or "Base", (_Base,), {"__new__": refuse}),)

    def _oracle_fail(self, *_: Any, **__: Any) -> NoReturn:
        own = self.__dict__
        NotThere(own["_oracle_name"], own["_oracle_why"])._oracle_fail()


for _name in OPERATORS:  # numbers and loops cannot be made of nothing, not even while importing
    if f"__{_name}__" not in vars(OfPackage):
        setattr(OfPackage, f"__{_name}__", OfPackage._oracle_fail)


class Package(types.ModuleType):
    """A package that is not installed, or one of its modules, while a file is imported."""

    def __init__(self, name: str, why: str, importing: Importing) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []
        self.__dict__["_oracle_thing"] = OfPackage(name, why, importing)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_oracle_thing"], name)


def require(thing: Any) -> None:
    """Raise ``NotImported`` of a placeholder, and nothing of other things."""
    if type(thing) is Package:
        thing = thing.__dict__["_oracle_thing"]
    if type(thing) in (NotThere, OfPackage):
        thing._oracle_fail()


# Packages that are not installed: stubs of them while a file is imported.


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
            module.__dict__.update(NAMES)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing is executed."""

    def _is_left_out(self, name: str) -> str:
        """The package that a module belongs to, if that is left out."""
        parts = name.split(".")
        whole: Sequence[str] = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
        return next((package for package in whole if package in self.names), "")

    def told(self, asked: set[str]) -> list[str]:
        """Remarks on the packages that were left out, and that a file itself imports."""
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


# numba's decorators, which here leave a function the Python that it is.
#
# A compiled function would hide its calls from the record, and compiling takes longer than a
# check. The text of the function is the same either way, and it is the text that is judged.

Function = Callable[..., Any]


def plain(*given: Any, **_: Any) -> Any:
    """``@njit`` and ``@njit(...)``: the function itself."""
    if len(given) == 1 and isinstance(given[0], types.FunctionType | type | staticmethod):
        return given[0]
    return lambda function: function


def vectorize(*given: Any, **_: Any) -> Any:
    """``@vectorize`` and ``@vectorize([...])``: the function, called for each entry."""
    if len(given) == 1 and isinstance(given[0], types.FunctionType):
        return _elementwise(given[0])
    return _elementwise


def _elementwise(function: Function) -> Function:
    def elementwise(*arrays: Any) -> Any:
        kind = np.result_type(*arrays)
        types_out = [kind.char] if kind.kind in "fc" else None  # the first entry may be a plain 0
        make = np.vectorize if Tape.now is None else Vectorize
        return make(function, otypes=types_out)(*arrays)

    elementwise.__name__ = function.__name__
    elementwise.__wrapped__ = function  # type: ignore[attr-defined]
    return elementwise


NAMES: dict[str, Any] = {
    **dict.fromkeys(("jit", "njit", "generated_jit", "jitclass", "cfunc", "stencil"), plain),
    "vectorize": vectorize, "prange": range, "List": list, "Dict": dict,
    "objmode": types.SimpleNamespace,
}  # fmt: skip
