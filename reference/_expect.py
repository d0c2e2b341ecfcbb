"""The check of arguments: ``@checked`` compares them with the signature of a derivation.

One line above a function, so that the maths stays in sight. What the signature says (types.py) is
what is checked: rank, sizes, one floating dtype for all, labels in range, options among their
choices; and that the upstream gradient handed to the pullback has the shape and dtype of the
value. Nothing is cast, clipped or broadcast to make it fit.

A check has two halves. ``fits`` is one boolean expression, made once from the signature and quick
enough for a layer of five neurons. Only where it says no, ``_explain`` looks again, at leisure,
and raises an error that names the argument, what came and what was expected.
"""

import functools
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import (
    Any,
    Literal,
    NamedTuple,
    NoReturn,
    ParamSpec,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

INTEGERS = (int, np.integer)
FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
UNSIGNED = {size: np.dtype(f"u{size}") for size in (1, 2, 4, 8)}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments of a derivation, and later its upstream, against its annotations.

    Raises:
        TypeError: an argument is no array, or its dtype is not the expected one.
        ValueError: a rank, a size, a label or an option is not as expected.
    """
    expected = _expected(function)
    fits = _predicate(function, expected)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            well = fits(*args, **kwargs)
        except (AttributeError, TypeError, IndexError):
            well = False
        if not well:
            _explain(function, expected, args, kwargs)
        returned: Any = function(*args, **kwargs)
        value, pullback = returned
        checked_one: Any = value, _checked_pullback(function.__name__, value, pullback)
        return checked_one

    wrapper.fits = fits  # type: ignore[attr-defined]
    return wrapper


def checked_arguments(function: Callable[P, R]) -> Callable[P, R]:
    """Check the arguments alone: for a function without a pullback, an update rule or a figure.

    (``checked`` does not call it: one call more is felt in a layer of five neurons.)

    Raises:
        TypeError, ValueError: as ``checked``.
    """
    expected = _expected(function)
    fits = _predicate(function, expected)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            well = fits(*args, **kwargs)
        except (AttributeError, TypeError, IndexError):
            well = False
        if not well:
            _explain(function, expected, args, kwargs)
        return function(*args, **kwargs)

    return wrapper


def expect(function: Callable[..., Any], *args: Any) -> None:
    """The check of a derivation without the derivation, which then may run ``unchecked``.

    Raises:
        TypeError, ValueError: as the derivation itself does. One without a check takes anything.
    """
    fits = getattr(function, "fits", None)
    if fits is not None:
        try:
            well = fits(*args)
        except (AttributeError, TypeError, IndexError):
            well = False
        if not well:
            function(*args)


def unchecked(function: Callable[P, R]) -> Callable[P, R]:
    """The derivation without its check, for a caller that has seen to the arguments itself."""
    inside: Callable[P, R] = getattr(function, "__wrapped__", function)
    return inside


def expect_like(caller: str, name: str, array: Any, other: str, model: np.ndarray) -> None:
    """An array inside a state has the shape and dtype of the parameter that the state is of.

    Raises:
        TypeError: it is no array, or its dtype is another.
        ValueError: its shape is another.
    """
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{caller}: {name} is a {type(array).__name__}, expected a NumPy array")
    for kind, what in ((TypeError, "dtype"), (ValueError, "shape")):
        came, expected = getattr(array, what), getattr(model, what)
        if came != expected:
            raise kind(f"{caller}: {name} has {what} {came}, expected {expected} as {other} has")


def _expected(function: Callable[..., Any]) -> "_Expected":
    """The arrays and options that a signature expects, by the arguments' names."""
    hints = get_type_hints(function, include_extras=True)
    arrays: dict[str, _Array] = {}
    choices: dict[str, tuple[Any, ...]] = {}
    numbers: dict[str, Whole] = {}
    for name in inspect.signature(function).parameters:
        kind, words = _unwrapped(hints[name])
        if hasattr(kind, "dim_str"):
            arrays[name] = _Array(kind, words)
        elif get_origin(kind) is Literal:
            choices[name] = get_args(kind)
        elif kind is int and (whole := Whole.read(words)) is not None:
            numbers[name] = whole
    return _Expected(arrays, choices, numbers)


def _checked_pullback(
    name: str, value: Any, pullback: Callable[[Any], Any]
) -> Callable[[Any], Any]:
    dtype, shape = value.dtype, value.shape
    scalar = not isinstance(value, np.ndarray)

    def checked_pullback(upstream: Any) -> Any:
        if scalar and type(upstream) in (float, int):
            return pullback(dtype.type(upstream))
        came = getattr(upstream, "dtype", None)
        if came is None:
            kind = type(upstream).__name__
            raise TypeError(
                f"{name}: the upstream gradient is a {kind}, "
                f"expected a NumPy array of shape {shape}, like the value"
            )
        if came != dtype:
            raise TypeError(
                f"{name}: the upstream gradient has dtype {came}, expected {dtype}, like the value"
            )
        if upstream.shape != shape:
            raise ValueError(
                f"{name}: the upstream gradient has shape {upstream.shape}, "
                f"expected {shape}, like the value"
            )
        return pullback(upstream)

    return checked_pullback


class _Array:
    """One array argument, as the signature expects it."""

    def __init__(self, kind: Any, words: str) -> None:
        self.dims: tuple[str, ...] = tuple(kind.dim_str.split())
        self.integer = "float64" not in kind.dtypes
        found = re.search(r"labels\((\w+)\)", words)
        self.classes = found[1] if found else ""
        # At most one *name in a shape, and after the plain ones: (N, *outputs).
        self.open = bool(self.dims) and self.dims[-1].startswith("*")
        self.rank = len(self.dims) - self.open

    def __str__(self) -> str:
        return "(" + ", ".join(self.dims) + ("," if len(self.dims) == 1 else "") + ")"


@dataclass(frozen=True)
class Whole:
    """An option that is a whole number: its limits, and the sizes that it divides."""

    low: int
    high: str = ""  # a number or a sum, of other such options too
    divides: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: str) -> "Whole | None":
        """``from(0) to(window//2) divides(D)``; None if there is no ``from``."""
        said = re.findall(r"(from|to|divides)\(([^()]*)\)", words)
        found = dict(said)
        if "from" not in found:
            return None
        sizes = tuple(size for word, size in said if word == "divides")
        return cls(int(found["from"]), found.get("to", ""), sizes)


class _Expected(NamedTuple):
    """All arguments of a function, as its signature expects them."""

    arrays: dict[str, _Array]
    choices: dict[str, tuple[Any, ...]]
    numbers: dict[str, Whole]


def _predicate(function: Callable[..., Any], expected: _Expected) -> Callable[..., bool]:
    """``lambda X, W, b: X.dtype in FLOATS and X.ndim == 2 and ...``, from the signature."""
    arrays, choices, numbers = expected
    terms = []
    for name, whole in numbers.items():
        terms.append(f"isinstance({name}, INTEGERS) and {name} >= {whole.low}")
        terms.extend([f"{name} <= {whole.high}"] if whole.high else [])
    sizes: dict[str, str] = {}  # the size D is "X.shape[1]"
    floating = ""
    for name, array_of in arrays.items():
        terms.append(f"isinstance({name}, ndarray)")
        if array_of.integer:
            terms.append(f"{name}.dtype.kind in 'iu'")
        elif not floating:
            terms.append(f"{name}.dtype in FLOATS")
            floating = name
        else:
            terms.append(f"{name}.dtype == {floating}.dtype")
        terms.append(f"{name}.ndim {'>=' if array_of.open else '=='} {array_of.rank}")
        for axis, dim in enumerate(array_of.dims):
            last = f"{name}.shape[{axis}:]" if dim.startswith("*") else f"{name}.shape[{axis}]"
            if dim in sizes:
                terms.append(f"{last} == {sizes[dim]}")
            elif dim.startswith("*") or dim.isidentifier():
                sizes[dim] = last
            else:  # a number, or a sum such as D+1
                terms.append(f"{last} == {_substituted(dim, sizes)}")
    for name, array_of in arrays.items():
        if array_of.classes:
            # One look instead of two: read without its sign, a negative label is too large.
            inside = f"largest({name}.view(UNSIGNED[{name}.itemsize])) < {sizes[array_of.classes]}"
            terms.append(f"({name}.size == 0 or {inside})")
    terms.extend(f"{name} in {allowed!r}" for name, allowed in choices.items())
    for name, whole in numbers.items():
        terms.extend(f"{sizes[size]} % {name} == 0" for size in whole.divides)

    parameters = inspect.signature(function).parameters
    defaults = {
        f"default_{n}": p.default for n, p in parameters.items() if p.default is not p.empty
    }
    signature = ", ".join(
        f"{n}=default_{n}" if f"default_{n}" in defaults else n for n in parameters
    )
    scope = {
        "ndarray": np.ndarray,
        "isinstance": isinstance,
        "largest": lambda labels: np.maximum.reduce(labels, axis=None),
        "FLOATS": FLOATS,
        "INTEGERS": INTEGERS,
        "UNSIGNED": UNSIGNED,
        **defaults,
    }
    predicate: Callable[..., bool] = eval(f"lambda {signature}: {' and '.join(terms)}", scope)
    return predicate


def _explain(
    function: Callable[..., Any], expected: _Expected, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> None:
    """Raise the error that names the argument, what came and what was expected."""
    arrays, choices, numbers = expected
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    given = bound.arguments

    def refuse(kind: type[Exception], name: str, came: str, wanted: str) -> NoReturn:
        raise kind(f"{function.__name__}: {name} {came}, expected {wanted}")

    for name, whole in numbers.items():
        number = given[name]
        if not isinstance(number, INTEGERS):
            refuse(TypeError, name, f"is {number!r}", "a whole number")
        if number < whole.low:
            refuse(ValueError, name, f"is {number}", f"{whole.low} or more")
        if whole.high and number > (high := eval(whole.high, {}, given)):
            refuse(ValueError, name, f"is {number}", f"{high} at most, which is {whole.high}")
    sizes: dict[str, Any] = {name: given[name] for name in numbers}
    source: dict[str, str] = dict.fromkeys(numbers, "")
    floating = ""
    for name, array_of in arrays.items():
        array = given[name]
        if not isinstance(array, np.ndarray):
            kind = type(array).__name__
            refuse(TypeError, name, f"is a {kind}", f"a NumPy array of shape {array_of}")
        came = f"has dtype {array.dtype}"
        if array_of.integer:
            if array.dtype.kind not in "iu":
                refuse(TypeError, name, came, "integers")
        elif not floating:
            if array.dtype not in FLOATS:
                refuse(TypeError, name, came, "float32 or float64")
            floating = name
        elif array.dtype != given[floating].dtype:
            refuse(TypeError, name, came, f"{given[floating].dtype} as {floating} has")
        came = f"has shape {array.shape}"
        if array.ndim < array_of.rank or (array.ndim > array_of.rank and not array_of.open):
            refuse(ValueError, name, came, f"{array_of}")
        for axis, dim in enumerate(array_of.dims):
            size = array.shape[axis:] if dim.startswith("*") else array.shape[axis]
            if not dim.startswith("*") and not dim.isidentifier():
                wanted = eval(_substituted(dim, {n: str(s) for n, s in sizes.items()}))
                needed = [n for n in sizes if re.search(rf"\b{n}\b", dim)]
            else:
                wanted = sizes.setdefault(dim, size)
                source.setdefault(dim, name)
                needed = [dim]
            if size != wanted:
                because = " and ".join(_size_of(n, sizes[n], source[n]) for n in needed)
                shape = _with_sizes(array_of, {n: s for n, s in sizes.items() if source[n] != name})
                refuse(ValueError, name, came, f"{shape} because {because}")
    for name, array_of in arrays.items():
        labels, count = given[name], sizes.get(array_of.classes, 0)
        if array_of.classes and labels.size:
            low, high = int(labels.min()), int(labels.max())
            if low < 0 or high >= count:
                worst = high if high >= count else low
                limits = f"0 to {count - 1}" if count else "no label at all"
                refuse(
                    ValueError,
                    name,
                    f"holds {worst}",
                    f"{limits} because {array_of.classes} = {count}",
                )
    for name, allowed in choices.items():
        if given[name] not in allowed:
            choices_of = ", ".join(map(repr, allowed))
            refuse(ValueError, name, f"is {given[name]!r}", f"one of {choices_of}")
    for name, whole in numbers.items():
        for size in whole.divides:
            if sizes[size] % given[name]:
                because = _size_of(size, sizes[size], source[size])
                refuse(ValueError, name, f"is {given[name]}", f"a divisor of {size}: {because}")


def _size_of(name: str, size: Any, argument: str) -> str:
    """``X has D = 3``; of an option ``groups = 2``."""
    said = f"{name.lstrip('*')} = {size}"
    return f"{argument} has {said}" if argument else said


def _with_sizes(array_of: _Array, sizes: dict[str, Any]) -> str:
    """``(3, M)`` for ``(D, M)`` where D is known to be 3; ``(4, M)`` for ``(D+1, M)``."""
    known = {name: str(size) for name, size in sizes.items()}
    dims = []
    for dim in array_of.dims:
        if dim.startswith("*"):
            dims.append(", ".join(map(str, sizes[dim])) if dim in sizes else dim)
        elif set(re.findall(r"[A-Za-z_]\w*", dim)) <= set(known):
            dims.append(str(eval(_substituted(dim, known))))
        else:
            dims.append(dim)
    return "(" + ", ".join(dims) + ("," if len(dims) == 1 else "") + ")"


def _substituted(dim: str, sizes: dict[str, str]) -> str:
    """The sum ``D+1`` with each size's expression in the place of its name; options keep theirs."""
    return re.sub(r"[A-Za-z_]\w*", lambda name: sizes.get(name[0], name[0]), dim)


def _unwrapped(hint: Any) -> tuple[Any, str]:
    """An ``Annotated[type, "words"]`` taken apart."""
    metadata = getattr(hint, "__metadata__", ())
    return (hint.__origin__, " ".join(metadata)) if metadata else (hint, "")
