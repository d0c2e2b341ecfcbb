"""Exceptions of a user's code: their text, their line, whose they are, what to write instead."""

import os
import re
import traceback
from pathlib import Path

from oracle.subject import Unusable, WrongReturn
from oracle.truth.recording.tape import is_user_file


def said(error: BaseException) -> str:
    """An exception as Python's own last line has it; ours by its message alone."""
    if isinstance(error, WrongReturn | Unusable):
        return str(error)
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    if isinstance(error, SyntaxError):
        return lines[-1]
    hint = today(error)
    return f"{lines[0]} ({hint})" if hint else lines[0]


def told(error: BaseException) -> str:
    """An exception as a traceback's last line writes it."""
    hint = today(error)
    return f"{type(error).__name__}: {error}" + (f" ({hint})" if hint else "")


Site = tuple[int, int, int]  # of an expression: its line, and the bytes where it begins and ends


def line_in(error: BaseException, file: Path | str) -> int:
    """The last line of a file that an exception went through; 0 if it did not."""
    name = os.path.abspath(file)
    if isinstance(error, SyntaxError) and os.path.abspath(error.filename or "") == name:
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    own = (f.lineno or 0 for f in reversed(frames) if os.path.abspath(f.filename) == name)
    return next(own, 0)


def sites(error: BaseException, file: Path | str) -> tuple[Site, ...]:
    """The expressions of a file that an exception went through, the outermost call first."""
    name = os.path.abspath(file)
    frames = traceback.extract_tb(error.__traceback__)
    return tuple(
        (f.lineno or 0, f.colno or 0, (f.end_colno or 0) if f.end_lineno == f.lineno else 0)
        for f in frames
        if os.path.abspath(f.filename) == name
    )


def is_ours(error: Exception) -> bool:
    """True if an exception is a mistake of the oracle, and no user code is in its traceback."""
    if isinstance(error, TypeError | WrongReturn):  # called with something unfit
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return not any(is_user_file(frame.filename) for frame in frames)


def is_misfit(error: BaseException) -> bool:
    """True if a function refused the arguments themselves, before any of its lines ran.

    So it is as well where it hands an array of NumPy's on to torch: it is one of torch tensors.
    """
    if not isinstance(error, TypeError) or error.__traceback__ is None:
        return False
    if "must be Tensor, not numpy" in str(error):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return not any(is_user_file(frame.filename) for frame in frames)


# Names that NumPy or Python removed, and what to write today.

NUMPY = {
    "float": "float", "int": "int", "bool": "bool", "complex": "complex", "object": "object",
    "str": "str", "long": "int", "unicode": "str", "float_": "np.float64",
    "complex_": "np.complex128", "string_": "np.bytes_", "unicode_": "np.str_", "Inf": "np.inf",
    "Infinity": "np.inf", "infty": "np.inf", "PINF": "np.inf", "NINF": "-np.inf", "NaN": "np.nan",
    "product": "np.prod", "cumproduct": "np.cumprod", "sometrue": "np.any", "alltrue": "np.all",
    "row_stack": "np.vstack", "in1d": "np.isin", "trapz": "np.trapezoid", "round_": "np.round",
    "mat": "np.asmatrix", "msort": "np.sort(x, axis=0)", "asscalar": "x.item()",
    "asfarray": "np.asarray(x, dtype=float)", "find_common_type": "np.result_type",
    "cast": "np.asarray(x, dtype=...)", "source": "inspect.getsource",
    "issubclass_": "issubclass", "set_string_function": "np.set_printoptions",
}  # fmt: skip
NUMPY_METHODS = {"itemset": "x[index] = value", "newbyteorder": "x.view(x.dtype.newbyteorder(...))"}
ABSTRACT = [
    "Hashable", "Iterable", "Iterator", "Callable", "Container", "Sized", "Mapping",
    "MutableMapping", "Sequence", "Generator", "MutableSequence", "Set", "MutableSet",
    "KeysView", "ValuesView", "ItemsView", "Collection", "Reversible", "Awaitable",
]  # fmt: skip
PYTHON = {
    **{("collections", name): f"collections.abc.{name}" for name in ABSTRACT},
    ("time", "clock"): "time.perf_counter",
    ("inspect", "getargspec"): "inspect.getfullargspec",
    ("fractions", "gcd"): "math.gcd",
    ("scipy.misc", "factorial"): "scipy.special.factorial",
    ("scipy.misc", "logsumexp"): "scipy.special.logsumexp",
    ("scipy.misc", "comb"): "scipy.special.comb",
    ("scipy.misc", "derivative"): "a difference of your own",
    ("scipy.integrate", "simps"): "scipy.integrate.simpson",
    ("scipy.integrate", "trapz"): "scipy.integrate.trapezoid",
}
BUILTINS = {
    "xrange": "range", "raw_input": "input", "unicode": "str", "basestring": "str",
    "reduce": "functools.reduce", "unichr": "chr", "long": "int", "cmp": "(a > b) - (a < b)",
}  # fmt: skip
ATTRIBUTE = re.compile(r"^module '([\w.]+)' has no attribute '(\w+)'")
NUMPY_SAID = re.compile(r"^`np\.(\w+)` was removed")
METHOD = re.compile(r"^`?'?(?:numpy\.)?ndarray'?(?: object has no attribute '|\.)(\w+)")
IMPORT = re.compile(r"^cannot import name '(\w+)' from '([\w.]+)'")
NAME = re.compile(r"^name '(\w+)' is not defined")


def today(error: BaseException) -> str:
    """The replacement for the removed name that an exception is about; "" for other exceptions."""
    if not isinstance(error, AttributeError | ImportError | NameError):
        return ""
    said = str(error)
    if isinstance(error, AttributeError):
        if match := ATTRIBUTE.match(said):
            return _of_module(match[1], match[2])
        if match := NUMPY_SAID.match(said):
            return _of_module("numpy", match[1])
        if match := METHOD.match(said):
            return _write(f"ndarray.{match[1]}", NUMPY_METHODS.get(match[1], ""))
    elif match := IMPORT.match(said):
        return _of_module(match[2], match[1])
    elif match := NAME.match(said):
        return _write(match[1], BUILTINS.get(match[1], ""))
    return ""


def _of_module(module: str, name: str) -> str:
    if module == "numpy":
        return _write(f"np.{name}", NUMPY.get(name, ""))
    return _write(f"{module}.{name}", PYTHON.get((module, name), ""))


def _write(old: str, new: str) -> str:
    return f"{old} has been removed: write {new} today" if new else ""
