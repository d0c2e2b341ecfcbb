"""Names that NumPy or Python removed, and what to write today."""

import re

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
    """What to write instead of the removed name that an exception is about; "" for others."""
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
