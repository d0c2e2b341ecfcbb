"""What stands for a name that an import or another statement was to bind, and did not.

A placeholder is bound in place of the missing thing, so that whatever does not need the thing works
as before, and whatever needs it says what is missing.
"""

import types
from dataclasses import dataclass
from typing import Any, NoReturn

from oracle.subject import NotImported

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
    """Whether a file is being imported: until then a package that is not there can be named."""

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


def is_missing(thing: Any) -> bool:
    """Tell whether something is a placeholder, and no thing of the user's."""
    return type(thing) in (NotThere, OfPackage, Package)


def require(thing: Any) -> None:
    """Raise ``NotImported`` of a placeholder, and nothing of other things."""
    if type(thing) is Package:
        thing = thing.__dict__["_oracle_thing"]
    if type(thing) in (NotThere, OfPackage):
        thing._oracle_fail()
