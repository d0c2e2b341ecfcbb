"""Stand-ins for functions, modules and objects in the user's modules while they are recorded.

Tracked arrays announce themselves to NumPy, but arrays start somewhere: at ``np.zeros``, at
``rng.normal``, in a list handed to ``np.array``. So in the user's modules, and nowhere else, the
names of such functions stand for stand-ins that run the real thing and track what it makes. Where
a module uses ``math`` or a foreign library, its functions are stand-ins too: they get plain arrays,
as they would without us, and the call is noted.
"""

import array
import copy
import decimal
import fractions
import functools
import struct
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.truth.numpy_compat import INDEX_BUILDERS
from oracle.truth.recording import calls, exits
from oracle.truth.recording.arrays import elements
from oracle.truth.recording.callbacks import CALLBACKS, Vectorize
from oracle.truth.recording.classes import class_stand_in, leaving_class, number_class
from oracle.truth.recording.generators import ON_DATA, RANDOM
from oracle.truth.recording.generators import get_state as get_state  # judging takes them from here
from oracle.truth.recording.generators import set_state as set_state
from oracle.truth.recording.iteration import Nditer
from oracle.truth.recording.kinds import Tracked, plain
from oracle.truth.recording.tape import Tape, is_user_file

__warningregistry__ = None  # see calls.py

_THEMSELVES = (str, int, float, np.ndarray, np.ufunc)
# Modules of the standard library whose functions read numbers in C code, or make text of them.
LEAVING_MODULES = ("json", "marshal", "statistics", "struct")
# Classes whose methods read numbers in C code, or make text of them.
LEAVING_CLASSES = (array.array, decimal.Decimal, fractions.Fraction, struct.Struct)
LEAVING_CLASSES_OF = ("array", "decimal", "fractions")
TEXT_READERS = (np.fromstring, np.genfromtxt, np.loadtxt)
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
        if name in ON_DATA and isinstance(self._oracle_real, RANDOM):
            return ON_DATA[name](self._oracle_real, found)
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
        return Delegate(copy.deepcopy(self._oracle_real, memo), self._family)


_stand_ins: dict[int, tuple[Any, Any]] = {}


def function_for(real: Callable[..., Any], op: str) -> Callable[..., Any]:
    """A function that notes its call and tracks its result."""
    special = CALLBACKS.get(op)
    if special is not None:
        return special

    def function(*args: Any, **kwargs: Any) -> Any:
        if Tape.now is None:
            return real(*map(plain, args), **plain(kwargs))
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
    """The stand-in for a thing in the user's modules; for most things, the thing itself."""
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
        if real.__name__ in ON_DATA:
            return ON_DATA[real.__name__](owner, real)
        return function_for(real, f"random.{real.__name__}")
    if callable(real) and hasattr(real, "__name__"):
        if module.lstrip("_").split(".")[0] in LEAVING_MODULES:
            return functools.partial(exits.leaving, f"{module.lstrip('_')}.{real.__name__}", real)
        if real in TEXT_READERS:
            return lambda *args, **kwargs: exits.read_from_text(
                real.__name__, real(*args, **kwargs)
            )
        if module == "math":
            return function_for(real, f"math.{real.__name__}")
        if _library(module or name):
            return function_for(real, calls.op_name(real))
    elif type(real) in INDEX_BUILDERS:
        return Delegate(real, INDEX_BUILDERS[type(real)])
    elif type(real).__module__.startswith("scipy.stats"):
        return Delegate(real, f"scipy.stats.{getattr(real, 'name', '?')}")
    return real


def _stand_in_class(real: type) -> Any:
    if real in (np.float64, np.float32):
        return number_class(real)
    if real is np.vectorize:
        return Vectorize
    if real is np.ndenumerate:
        return lambda x: elements(x) if type(x) is Tracked else real(x)
    if real is np.nditer:
        return class_stand_in(real, Nditer)
    if real in LEAVING_CLASSES:
        return leaving_class(real)
    if real in RANDOM:
        return class_stand_in(
            real, lambda *args, **kwargs: Delegate(real(*args, **kwargs), "random")
        )
    return real


def _library(name: str) -> bool:
    """True if the functions of a module need stand-ins: NumPy, math and foreign libraries."""
    top = name.split(".")[0]
    if top in LEAVING_MODULES or top in LEAVING_CLASSES_OF:
        return True
    if top in ("numpy", "math"):
        return "testing" not in name
    if top in _OURS or top in sys.stdlib_module_names or not top:
        return False
    module = sys.modules.get(top)
    file = getattr(module, "__file__", None)
    return file is not None and not is_user_file(file)
