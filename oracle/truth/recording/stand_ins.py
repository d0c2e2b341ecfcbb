"""Stand-ins: what ``np``, ``zeros``, ``rng`` and ``float`` mean in a module that is recorded.

Tracked arrays announce themselves to NumPy, but arrays start somewhere: at ``np.zeros``, at
``rng.normal``, in a list handed to ``np.array``. So in the user's modules, and nowhere else, the
names of such functions stand for stand-ins that run the real thing and track what it makes. Where
a module uses ``math`` or a foreign library, its functions are stand-ins too: they get plain arrays,
as they would without us, and the call is noted.
"""

import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.recording import calls
from oracle.truth.recording.arrays import SCALARS, Tracked, elements
from oracle.truth.recording.callbacks import CALLBACKS, Vectorize
from oracle.truth.recording.tape import Tape, is_user_file

__warningregistry__ = None  # see calls.py

RANDOM = (np.random.Generator, np.random.RandomState)
_THEMSELVES = (str, int, float, np.ndarray, np.ufunc)
_OURS = ("oracle", "torch", "pytest", "_pytest")


class Module(types.ModuleType):
    """A module whose functions are stand-ins, made when they are first asked for."""

    def __init__(self, real: types.ModuleType) -> None:
        super().__init__(real.__name__, real.__doc__)
        self.__dict__["_oracle_real"] = real
        for name in ("__file__", "__path__", "__spec__", "__version__", "__all__"):
            if hasattr(real, name):
                self.__dict__[name] = getattr(real, name)

    def __getattr__(self, name: str) -> Any:
        real = self.__dict__["_oracle_real"]
        found = getattr(real, name)
        stand_in = stand_in_for(found, f"{real.__name__}.{name}")
        if not name.startswith("_"):
            self.__dict__[name] = stand_in
        return stand_in

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._oracle_real, name, value)
        self.__dict__.pop(name, None)

    def __dir__(self) -> list[str]:
        return dir(self._oracle_real)

    def __repr__(self) -> str:
        return repr(self._oracle_real)


class Delegate:
    """An object whose methods are stand-ins: a random generator, a scipy distribution, ``np.r_``.

    The real object does the work, so that a generator keeps its one stream.
    """

    def __init__(self, real: Any, family: str) -> None:
        self.__dict__["_oracle_real"] = real
        self.__dict__["_family"] = family

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._oracle_real)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._oracle_real, name)
        if not callable(found):
            return found
        if name in _ON_DATA and isinstance(self._oracle_real, RANDOM):
            return _ON_DATA[name](self._oracle_real, found)
        stand_in = function_for(found, f"{self._family}.{name}")
        self.__dict__[name] = stand_in
        return stand_in

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._oracle_real, name, value)

    def __getitem__(self, key: Any) -> Any:
        return calls.call(self._family, lambda key: self._oracle_real[key], (key,), {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return calls.call(self._family, self._oracle_real, args, kwargs)

    def __repr__(self) -> str:
        return repr(self._oracle_real)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self._oracle_real.__reduce_ex__(protocol)

    def __deepcopy__(self, memo: Any) -> Any:
        import copy

        return Delegate(copy.deepcopy(self._oracle_real, memo), self._family)


def _shuffle(generator: Any, real: Callable[..., Any]) -> Callable[..., None]:
    """``rng.shuffle(x)``, whose permutation is had by shuffling 0, 1, 2, ... the same way.

    The numbers are shuffled second, by ``_write``; the generator is set back in between, so that
    its stream is what it would be without us.
    """

    def shuffle(x: Any, *args: Any, **kwargs: Any) -> None:
        def run(array: Any, *rest: Any, **named: Any) -> None:
            if array is calls.plain(x):
                real(array, *rest, **named)
                return
            before = get_state(generator)
            real(array, *rest, **named)
            set_state(generator, before)

        calls.call("shuffle", run, (x, *args), kwargs)

    return shuffle


def _rearranging(generator: Any, real: Callable[..., Any]) -> Callable[..., Any]:
    """``rng.permutation(x)``: what is noted is a function that draws the same each time."""

    def rearranging(*args: Any, **kwargs: Any) -> Any:
        before = get_state(generator)
        calls_made = 0

        def run(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls_made
            calls_made += 1
            if calls_made == 1:
                return real(*args, **kwargs)
            now = get_state(generator)
            set_state(generator, before)
            try:
                return real(*args, **kwargs)
            finally:
                set_state(generator, now)

        return calls.call(f"random.{real.__name__}", run, args, kwargs)

    return rearranging


# Methods of generators that move data, rather than make them.
_ON_DATA: dict[str, Callable[..., Any]] = {
    "shuffle": _shuffle,
    "permutation": _rearranging,
    "permuted": _rearranging,
    "choice": _rearranging,
}


def get_state(generator: Any) -> Any:
    if isinstance(generator, np.random.RandomState):
        return generator.get_state(legacy=False)
    return generator.bit_generator.state


def set_state(generator: Any, state: Any) -> None:
    if isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


# Classes that are called as functions, and must still be the classes that they are


class _Class(type):
    """The metaclass of stand-ins for classes: calls are ours, everything else is the real one's."""

    _oracle_real: type
    _call: Callable[..., Any]

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._call(*args, **kwargs)

    def __instancecheck__(cls, thing: Any) -> bool:
        return isinstance(thing, cls._oracle_real)

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, cls._oracle_real)

    def __eq__(cls, other: Any) -> bool:
        if isinstance(other, type):
            return cls is other or other is cls._oracle_real
        return NotImplemented  # ``np.float64 == x.dtype``: the dtype knows

    def __hash__(cls) -> int:
        return hash(cls._oracle_real)

    def __repr__(cls) -> str:
        return repr(cls._oracle_real)


def _class(real: type, call: Callable[..., Any]) -> Any:
    members: dict[str, Any] = {"_oracle_real": real, "_call": staticmethod(call), "__slots__": ()}
    # Only NumPy's numbers must be subclasses, to be taken for a dtype; others cannot be.
    bases = (real,) if issubclass(real, float | np.generic) else ()
    if real is float:
        members["dtype"] = np.dtype(float)  # what makes ``dtype=float`` work
    stand_in = type.__new__(_Class, real.__name__, bases, members)
    stand_in.__module__ = real.__module__
    stand_in.__qualname__ = real.__qualname__
    return stand_in


def _number(real: type) -> Any:
    """``float(x)``, ``np.float64(x)``: a tracked number stays one."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if len(args) == 1 and not kwargs and calls.holds_tracked(args[0]):
            if real is float and type(args[0]) in (list, tuple):
                return real(*args)  # an error, NumPy's or Python's own
            return calls.call("item", real, args, {})
        return real(*args, **kwargs)

    return _class(real, call)


def _type_of(*args: Any, **kwargs: Any) -> Any:
    """``type(x)``, which tells what the user would have."""
    if len(args) == 1 and not kwargs:
        kind = type(args[0])
        if kind is Tracked or kind in SCALARS:
            kind = type(args[0]._plain)
        elif kind is Delegate or kind is Module:
            kind = type(args[0]._oracle_real)
        if kind is float:
            return BUILTINS["float"]  # the user's own ``float`` is this one, too
        return stand_in_for(kind) if kind.__module__.startswith("numpy") else kind
    bases = tuple(getattr(base, "_oracle_real", base) for base in args[1])
    return type(args[0], bases, *args[2:], **kwargs)


def _sum(numbers: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``sum(...)``: from Python 3.12 on it is exact for floats, and only for real ones."""
    numbers = numbers if type(numbers) in (list, tuple, Tracked) else list(numbers)
    if type(numbers) is not Tracked and not any(type(n) in SCALARS for n in numbers):
        return sum(numbers, *args, **kwargs)
    if (type(numbers) is Tracked and numbers.ndim != 1) or args or kwargs:
        return sum(numbers, *args, **kwargs)
    return calls.call("builtin sum", sum, (numbers,), {})


def _memoryview(source: Any) -> memoryview:
    if type(source) is Tracked:
        return calls.cut("memory", memoryview, source)
    return memoryview(source)


BUILTINS: dict[str, Any] = {
    "float": _number(float),
    "type": None,
    "sum": _sum,
    "memoryview": _class(memoryview, _memoryview),
}


class _Type(_Class):
    """``type`` itself: it must remain usable as a class, and as the class of classes."""


BUILTINS["type"] = type.__new__(
    _Type,
    "type",
    (type,),
    {"_oracle_real": type, "_call": staticmethod(_type_of)},
)


# What stands for what

_stand_ins: dict[int, tuple[Any, Any]] = {}


def function_for(real: Callable[..., Any], op: str) -> Callable[..., Any]:
    """A function that notes its call and tracks what it makes."""
    special = CALLBACKS.get(op)
    if special is not None:
        return special

    def function(*args: Any, **kwargs: Any) -> Any:
        if Tape.now is None:
            return real(*map(calls.plain, args), **calls.plain(kwargs))
        result = calls.call(op, real, args, kwargs)
        return _followed(result)

    function.__name__ = getattr(real, "__name__", op)
    function.__qualname__ = getattr(real, "__qualname__", op)
    function.__doc__ = real.__doc__
    function.__dict__["_oracle_real"] = real
    return function


def _followed(result: Any) -> Any:
    return Delegate(result, "random") if isinstance(result, RANDOM) else result


def stand_in_for(real: Any, name: str = "") -> Any:
    """What a name of the user's stands for while he is recorded (itself, mostly)."""
    known = _stand_ins.get(id(real))
    if known is not None and known[0] is real:
        return known[1]
    stand_in = _make(real, name)
    if not isinstance(real, RANDOM):
        _stand_ins[id(real)] = (real, stand_in)
    return stand_in


def _make(real: Any, name: str) -> Any:
    if type(real) in (Module, Delegate) or isinstance(real, _THEMSELVES):
        return real
    if isinstance(real, types.ModuleType):
        return Module(real) if _library(real.__name__) else real
    if isinstance(real, RANDOM):
        return Delegate(real, "random")
    if isinstance(real, type):
        return _stand_in_class(real)
    module = getattr(real, "__module__", None) or ""
    owner = getattr(real, "__self__", None)
    if isinstance(owner, RANDOM):
        if real.__name__ in _ON_DATA:
            return _ON_DATA[real.__name__](owner, real)
        return function_for(real, f"random.{real.__name__}")
    if callable(real) and hasattr(real, "__name__"):
        if module == "math":
            return function_for(real, f"math.{real.__name__}")
        if _library(module or name):
            return function_for(real, calls.op_name(real))
    elif type(real).__module__.startswith(("numpy.lib", "scipy.stats")):
        if type(real).__name__ in ("RClass", "CClass", "MGridClass", "OGridClass"):
            return Delegate(real, type(real).__name__)
        if type(real).__module__.startswith("scipy.stats"):
            return Delegate(real, f"scipy.stats.{getattr(real, 'name', '?')}")
    return real


def _stand_in_class(real: type) -> Any:
    if real in (np.float64, np.float32):
        return _number(real)
    if real is np.vectorize:
        return Vectorize
    if real is np.ndenumerate:
        return lambda x: elements(x) if type(x) is Tracked else real(x)
    if real is np.nditer:
        return _class(real, _nditer)
    if real in RANDOM:
        return _class(real, lambda *args, **kwargs: Delegate(real(*args, **kwargs), "random"))
    return real


def _nditer(*args: Any, **kwargs: Any) -> Any:
    for x in args[:1]:
        if type(x) is Tracked:
            calls.cut("nditer", lambda x: None, x)
    return np.nditer(*map(calls.plain, args), **calls.plain(kwargs))


def _library(name: str) -> bool:
    """Whether a module's functions need stand-ins: NumPy's, math's, and foreign libraries'."""
    top = name.split(".")[0]
    if top in ("numpy", "math"):
        return "testing" not in name
    if top in _OURS or top in sys.stdlib_module_names or not top:
        return False
    module = sys.modules.get(top)
    file = getattr(module, "__file__", None)
    return file is not None and not is_user_file(file)
