"""The values that a forward asks of its arguments, seen in a record of one run.

A logarithm asks for positive numbers, a Cholesky factor for a positive definite matrix, ``argmax``
of targets for one-hot ones, and ``-Σ t log p`` for targets that sum to 1 along the axis along which
the code has made ``p`` sum to 1. Names say nothing here: values are followed from call to call.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from oracle.discovery.naming import words
from oracle.truth.recording import Note, Value

VIEWS = words(
    "getitem reshape ravel flatten transpose swapaxes moveaxis expand_dims squeeze broadcast_to "
    "copy astype asarray array"
)
BOUNDS = words("clip maximum")
LINEAR = words("add subtract multiply divide negative") | VIEWS
LOGS = words("log log2 log10")
ARCS = words("arcsin arccos arctanh")
PRODUCTS = words("multiply dot matmul einsum vdot inner tensordot")
PRODUCTS_WITH_LOG = words("scipy.special.xlogy scipy.special.rel_entr scipy.special.kl_div")
SYMMETRIC = words("linalg.eigh linalg.eigvalsh")
INVERTED = words("linalg.inv linalg.solve linalg.det linalg.slogdet")
BINS = {"searchsorted": 0, "interp": 1, "digitize": 1}  # which argument has to be sorted
GUARD = 1e-3  # a constant that is added in a logarithm, or the least number there, at most

Axis = tuple[tuple[int, ...], int]  # a shape, and an axis of it along which something sums to 1


@dataclass(frozen=True)
class Known:
    """One value of a record: what it was made from, and which argument it still equals."""

    roots: frozenset[str] = frozenset()
    same: str = ""  # the argument whose numbers these are, as a view, clipped, or guarded
    negative: str = ""  # ... times −1
    below_1: str = ""  # ... subtracted from 1
    is_score: bool = False  # a sum or product of matrices, no power, logarithm or share of others
    linear: str = ""  # the one argument that it is linear in, but for a constant
    sums: frozenset[Axis] = frozenset()  # what sums to 1 and was used to make it
    logs: frozenset[Axis] = frozenset()  # what sums to 1 and whose logarithm was used


NOTHING = Known()


@dataclass
class Asked:
    """The values that code requires of its arguments, by name."""

    positive: set[str] = field(default_factory=set)
    below_1: set[str] = field(default_factory=set)
    within_1: set[str] = field(default_factory=set)  # in the interval from −1 to 1
    spd: set[str] = field(default_factory=set)
    symmetric: set[str] = field(default_factory=set)
    inverted: set[str] = field(default_factory=set)  # matrices, which need not be symmetric
    sorted: set[str] = field(default_factory=set)
    # Targets: the axis along which an argmax is taken, or along which the code normalises.
    onehot: dict[str, int] = field(default_factory=dict)
    probabilities: dict[str, int] = field(default_factory=dict)
    margins: set[str] = field(default_factory=set)  # targets that a score is multiplied by,
    shares: set[str] = field(default_factory=set)  # and those that are subtracted from 1


def asked(notes: tuple[Note, ...], arguments: Mapping[str, Value]) -> Asked:
    """The values that the calls in a record require of the arguments."""
    found = Asked()
    known: dict[int, Known] = {
        id(value): Known(frozenset((name,)), same=name, is_score=True, linear=name)
        for name, value in arguments.items()
    }
    shapes = {name: value.shape for name, value in arguments.items()}
    for note in notes:
        inputs = [known.get(id(value), NOTHING) for value in note.inputs]
        _domain(found, note, [known.get(id(arg), NOTHING) for arg in note.args])
        _targets(found, note, inputs, shapes)
        for output in note.outputs:
            known[id(output)] = _of_output(note, inputs, output)
    return found


def _of_output(note: Note, inputs: list[Known], output: Value) -> Known:
    logs = frozenset[Axis]().union(*(k.logs for k in inputs))
    sums = frozenset[Axis]().union(*(k.sums for k in inputs))
    if note.op in LOGS:
        logs |= sums
    array = np.asarray(output.array)
    is_view = note.op in VIEWS or (note.op in BOUNDS and _is_guard(note))
    if not is_view and array.dtype.kind == "f":
        sums |= set(_sums_to_1(array))
        with np.errstate(over="ignore"):  # log p, and −log p
            logs |= {*_sums_to_1(np.exp(array)), *_sums_to_1(np.exp(-array))}
    roots = frozenset[str]().union(*(k.roots for k in inputs))
    is_score = _is_score(note, inputs)
    made = Known(roots, is_score=is_score, sums=sums, logs=logs, linear=_linear(note, inputs))
    active = next((k for k in inputs if k.roots), NOTHING)
    if is_view:
        return replace(made, same=active.same, negative=active.negative, below_1=active.below_1)
    if note.op == "negative":
        return replace(made, negative=active.same, same=active.negative)
    return _shifted(made, note, active) if note.op in ("add", "subtract") else made


def _is_guard(note: Note) -> bool:
    """``maximum(p, 1e-9)``, ``clip(p, eps, 1 - eps)``; not ``maximum(x, 0)``, which has a kink."""
    given = (*note.args, *note.kwargs.values())
    bounds = [bound for bound in given if isinstance(bound, int | float)]
    return bool(bounds) and 0 < min(bounds) <= GUARD


def _linear(note: Note, inputs: list[Known]) -> str:
    """The one argument that the result of a call is linear in, but for a constant."""
    active = [k for k in inputs if k.roots]
    names = {k.linear for k in active}
    if note.op not in LINEAR or len(names) != 1:
        return ""
    if note.op in ("multiply", "divide") and len(active) > 1:
        return ""
    if note.op == "divide" and not isinstance(note.args[0], Value):
        return ""
    return names.pop()


def _is_score(note: Note, inputs: list[Known]) -> bool:
    """True if the result of a call is a sum, a product of matrices, or a multiple of one."""
    several = sum(bool(k.roots) for k in inputs) > 1
    if note.op == "divide":
        return isinstance(note.args[0], Value) and not several
    return note.op in LINEAR | PRODUCTS and not (note.op == "multiply" and several)


def _shifted(made: Known, note: Note, active: Known) -> Known:
    """``p + 1e-8`` is p, for what is asked of it; ``1 - p`` and ``1 + (-p)`` are remembered."""
    constants = [arg for arg in note.args if isinstance(arg, int | float)]
    if len(constants) != 1:
        return made
    if abs(constants[0]) <= GUARD and not (note.op == "subtract" and note.args[0] is constants[0]):
        return replace(made, same=active.same, below_1=active.below_1)
    if abs(constants[0] - 1) > GUARD:
        return made
    if note.op == "subtract" and note.args[0] is constants[0]:
        return replace(made, below_1=active.same)
    return replace(made, below_1=active.negative) if note.op == "add" else made


def _sums_to_1(array: np.ndarray) -> Iterator[Axis]:
    """The axes along which positive numbers sum to 1, everywhere."""
    if array.ndim and (array > 0).all() and (array < 1).all():
        for axis, extent in enumerate(array.shape):
            if extent > 1 and np.allclose(array.sum(axis=axis), 1, rtol=0, atol=1e-6):
                yield array.shape, axis


def _domain(found: Asked, note: Note, args: list[Known]) -> None:
    """The values that a call requires of single numbers, matrices and vectors."""
    first, op = args[0] if args else NOTHING, note.op
    if op in LOGS or op == "sqrt" or (op == "power" and _is_fraction(note)):
        found.positive |= {first.same} - {""}
        found.below_1 |= {first.below_1} - {""}
    elif op == "log1p":
        found.below_1 |= {first.negative} - {""}
    elif op in ARCS:
        found.within_1 |= {first.same} - {""}
    elif op == "linalg.cholesky":
        found.spd |= {first.linear} - {""}
    elif op in SYMMETRIC:
        found.symmetric |= {first.linear} - {""}
    elif op in INVERTED:
        found.inverted |= {first.linear} - {""}
    elif op in BINS and len(args) > BINS[op]:
        found.sorted |= {args[BINS[op]].same} - {""}


def _is_fraction(note: Note) -> bool:
    exponent = note.args[1] if len(note.args) > 1 else None
    return isinstance(exponent, float) and not exponent.is_integer()


def _targets(
    found: Asked, note: Note, inputs: list[Known], shapes: Mapping[str, tuple[int, ...]]
) -> None:
    """The values that a call requires of targets: one-hot, or a sum of 1."""
    if note.op == "argmax" and inputs and (name := inputs[0].linear):
        shape = note.inputs[0].shape
        axis = note.kwargs.get("axis", note.args[1] if len(note.args) > 1 else None)
        axis = 0 if axis is None and len(shape) == 1 else axis
        if isinstance(axis, int) and (at := _axis_of((shape, axis), shapes[name])) is not None:
            found.onehot[name] = at
    if note.op == "subtract" and inputs and not isinstance(note.args[0], Value):
        found.shares |= {inputs[0].same} - {""}
    if note.op not in PRODUCTS | PRODUCTS_WITH_LOG:
        return
    for one, other in itertools.permutations(inputs, 2):
        own = one.same or one.negative
        if other.is_score and other.roots - {own}:
            found.margins |= {own} - {"", *other.roots}
    for name in {known.linear for known in inputs} - {""}:
        for other in inputs:
            if other.roots <= {name}:  # t log t alone; t (log t − log q) is asked of t by log q
                continue
            axes = other.logs | (other.sums if note.op in PRODUCTS_WITH_LOG else frozenset())
            for at in (_axis_of(known, shapes[name]) for known in sorted(axes)):
                if at is not None:
                    found.probabilities[name] = at


def _axis_of(known: Axis, shape: tuple[int, ...]) -> int | None:
    """The axis of an argument that is an axis of something of its shape, or of one of its rows."""
    own, axis = known
    axis %= len(own)
    if own == shape:
        return axis
    if own == shape[1:]:
        return axis + 1
    if own == shape[:-1]:
        return axis
    return 1 - axis if len(own) == 2 and own == shape[::-1] else None


def index_of(notes: tuple[Note, ...], labels: np.ndarray) -> int | None:
    """The extent of the axis that some integers index; None if they index nothing."""
    for note in notes:
        if note.op != "getitem" or len(note.args) < 2:
            continue
        parts: Any = note.args[1]
        for axis, part in enumerate(parts if isinstance(parts, tuple) else (parts,)):
            part = part.array if isinstance(part, Value) else part
            if isinstance(part, np.ndarray) and np.array_equal(part, labels):
                return note.inputs[0].shape[axis]
    return None
