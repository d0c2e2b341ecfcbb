"""A user's own derivation, ready to be run: what every way of writing one comes down to.

The rest of the oracle knows a user's code by this class alone. Inputs are a dict by name, whose
values are arrays, or containers and objects that hold arrays. A path says where in it an array
stands: ``("X",)``, ``("parameters", "W1")``, ``("layer", "W")``.
"""

import ast
import contextlib
import enum
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)

Path = tuple[Any, ...]
Inputs = dict[str, Any]


class Way(enum.IntEnum):
    """The ways of writing a derivation, numbered as the documentation counts them."""

    PAIR = 1
    PAIR_WITH_CACHE = 2
    VALUE_AND_GRADIENT = 3
    LAYER = 4
    TORCH_FUNCTION = 5
    VALUE_AND_PULLBACK = 6
    DERIVATIVE = 7
    FORWARD_COST_BACKWARD = 8
    NETWORK = 9


@functools.cache
def size_names(dims: tuple[str, ...]) -> tuple[str, ...]:
    """The sizes in some dims, in order; a starred size with its star."""
    found: dict[str, None] = {}
    for dim in dims:
        if dim.startswith("*"):
            found[dim] = None
        else:
            tree = ast.walk(parsed_dim(dim))
            found.update((node.id, None) for node in tree if isinstance(node, ast.Name))
    return tuple(found)


@functools.cache
def parsed_dim(dim: str) -> ast.Expression:
    """A dim as an expression of names and whole numbers.

    Raises:
        ValueError: it is something else.
    """
    try:
        tree = ast.parse(dim, mode="eval")
    except SyntaxError:
        raise ValueError(f"{dim!r} is no size: a name, a number, or a sum such as H-K+1") from None
    for node in ast.walk(tree):
        allowed = isinstance(
            node, ast.Expression | ast.BinOp | ast.Name | ast.Load | ast.operator
        ) or (isinstance(node, ast.Constant) and isinstance(node.value, int))
        if not allowed or (isinstance(node, ast.operator) and not isinstance(node, OPERATORS)):
            raise ValueError(f"{dim!r} is no size: only names, whole numbers, + - * // are known")
    return tree


def substituted(dim: str, size: str, by: str) -> str:
    """A dim with an expression in place of a size."""
    if size not in size_names((dim,)):
        return dim
    tree = _Substitute(size, parsed_dim(by).body).visit(ast.parse(dim, mode="eval"))
    return ast.unparse(tree).replace(" ", "")


class _Substitute(ast.NodeTransformer):
    def __init__(self, size: str, by: ast.expr) -> None:
        self.size, self.by = size, by

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.by if node.id == self.size else node


@dataclass(frozen=True)
class Argument:
    """An array argument: its dims, and the words that say what its values mean."""

    name: str
    dims: tuple[str, ...]
    integer: bool = False
    values: str = "normal"  # or unit, positive, nonnegative, probabilities, labels, ...
    classes: str = ""  # the size C of labels(C)
    fixed: bool = False  # data: not differentiated
    only_size: bool = False  # its values are not used: a constructor needs its size

    @property
    def differentiated(self) -> bool:
        return not (self.integer or self.fixed)

    def __str__(self) -> str:
        words = [*self.dims, f"labels({self.classes})" if self.classes else self.values]
        words = [w for w in words if w != "normal"] + ["fixed"] * self.fixed
        return f"{self.name}: {' '.join(words) or 'scalar'}"


@dataclass(frozen=True)
class Limits:
    """The limits of an option that is a whole number, and the sizes that it divides."""

    low: int = 0
    high: str = ""  # a number or a sum, of other such options too
    divides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Option:
    """An argument that is no array: a choice, an axis, a number in (0, 1], or a whole number."""

    name: str
    kind: Literal["choice", "axis", "number", "whole"]
    default: Any
    choices: tuple[Any, ...] = ()
    whole: Limits = Limits()  # if it is one


class Unusable(Exception):  # noqa: N818
    """The reason for which a derivation cannot be judged, with words that say what to do.

    ``line`` is where to do it; 0 where that is the derivation's own line.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class MissingShapes(Unusable):
    """The error that nothing says the shape of some arguments, or the range of labels.

    ``names``: the arguments as a line of shapes writes them: ``x``, ``params.W1``.
    """

    def __init__(
        self,
        message: str,
        line: int,
        names: Sequence[str],
        guessed: "Subject | None" = None,
        are_labels: bool = False,
    ) -> None:
        super().__init__(message, line)
        self.names = tuple(names)
        self.are_labels = are_labels  # only the range of these integers is open
        self.doubtful: tuple[str, ...] = ()  # what plain comments and docstrings say beside
        self.guessed = guessed  # what it is with shapes that are usual, if it runs with them


class NotImported(Unusable):
    """Something that the code needs was not there when its file was imported: ``why``."""

    def __init__(self, message: str, why: str = "", line: int = 0) -> None:
        super().__init__(message, line)
        self.why = why


class NothingToJudge(Unusable):
    """It is no derivation of its own: a container of layers, or a base class."""


class WrongReturn(Exception):  # noqa: N818
    """A backward has returned something else than one gradient for each input."""


class ClippedHere(Exception):  # noqa: N818
    """A case that cannot be judged: the code clips its gradients there, as it means to."""


class Role(enum.Enum):
    """The meaning of an argument of a backward, in a reading."""

    UPSTREAM = "the upstream gradient"
    INPUT = "the forward's input"
    OUTPUT = "the forward's output"


@dataclass(frozen=True)
class Reading:
    """One of several things that a derivation may mean; the remark says so where it matters."""

    name: str  # "of the input", "of the output", "½ Σ(a − y)²", ...
    remark: str = ""  # "correct when given the activation a, not z"
    confirmed: bool = True  # the code itself says so: by names, by calls, by what it computes
    takes: tuple[tuple[str, Role], ...] = ()  # arguments of the backward, where they differ
    when: tuple["Subject", ...] = field(
        default=(), compare=False
    )  # allowed only where these are right
    doubt: str = ""  # why it is open, where it alone makes everything right

    def joined(self, other: "Reading") -> "Reading":
        """This reading and one of something else, at once."""
        return Reading(
            ", ".join(filter(None, (self.name, other.name))),
            "; ".join(filter(None, (self.remark, other.remark))),
            self.confirmed and other.confirmed,
            (*self.takes, *other.takes),
            (*self.when, *other.when),
            self.doubt or other.doubt,
        )


@dataclass(frozen=True)
class Made:
    """A gradient that the backward has made: of which input, what the user calls it, and where."""

    of: Path
    name: str  # the user's own text: dW, self.dW, grads["W1"]
    line: int  # of the last assignment before it left
    value: Any = None  # what came


@dataclass
class Subject:
    """A forward and a backward of the user's, however they were written."""

    name: str  # as a report calls it: affine_backward, Dense, loss_and_grad
    file: str
    line: int
    way: int  # a Way
    arguments: tuple[Argument, ...]  # the arrays that are to be drawn, by name
    forward: Callable[[Inputs], tuple[Any, Any]]  # -> (value, what the backward needs besides)
    # (inputs, value, kept, upstream) -> the gradients. Raises what the user's code raises.
    backward: Callable[[Inputs, Any, Any, Any], list[Made]]
    # Arrays by name -> what forward takes; builds dicts of parameters, or objects, anew each time.
    prepare: Callable[[Mapping[str, np.ndarray], int], Inputs]
    functions: tuple[Any, ...] = ()  # the user's functions and classes, for the recording
    options: tuple[Option, ...] = ()
    readings: tuple[Reading, ...] = (Reading(""),)
    value: tuple[str, ...] = ()  # its dims, where they are known beforehand
    module: str = "user"
    remarks: list[str] = field(default_factory=list)  # what had to be assumed
    read_as: Callable[[int], "Subject"] | None = None  # the same in its nth reading
    # The same with the readings that only a trial run shows: discovery does not run a backward.
    by_trial: Callable[["Subject"], "Subject"] | None = None
    meant: tuple[str, int] = ("", 0)  # the reading that a comment names, and the comment's line
    has_upstream: bool = True  # False: the value is a scalar, and its upstream is 1
    one_entry: bool = False  # the upstream has one entry that is not 0
    losses: tuple[int, ...] = ()  # of several outputs, those whose upstream is 1
    differentiable: Callable[[Path], bool] = lambda path: True
    torch_function: Any = None  # way 5: the forward as torch runs it, in place of a recording
    against: str = ""  # MODULE:FUNCTION, named by the user as the truth: torch_function is it
    torch_both: Any = None  # (tensors, upstreams) -> outputs and gradients, with no autograd
    # The precision of functions that take torch tensors, and are wrapped to take arrays.
    tensors: Any = None
    shapes: str = ""  # the line that was found by running, where nothing said all shapes
    others: tuple["Subject", ...] = ()  # the same with other lines under which it runs
    # Objects of the same class, made with other options, and why further ones are not judged; only
    # made where they are asked for.
    beside: Callable[[], Sequence["Subject | Unusable"]] = tuple
    command: str = ""  # that checks it again; oracle check of its file where nothing is said

    @property
    def sizes(self) -> tuple[str, ...]:
        """All sizes that are to be drawn, in the order of the arguments."""
        dims: list[str] = []
        for argument in self.arguments:
            dims += argument.dims
            dims += [argument.classes] if argument.classes else []
        return size_names(tuple(dims))


def outputs(value: Any) -> Sequence[Any]:
    """The arrays of a value that a backward gets upstreams for, in order."""
    if isinstance(value, tuple | list):
        return [part for part in value if is_number(part)]
    return [value]


def is_number(thing: Any) -> bool:
    """True for a floating-point array or number."""
    return isinstance(thing, float | np.floating) or (
        isinstance(thing, np.ndarray) and thing.dtype.kind == "f"
    )


def as_array(thing: Any) -> Any:
    """A gradient as an array, where it is a number or a list of numbers."""
    if isinstance(thing, np.ndarray | np.generic):
        return np.asarray(thing, float) if thing.dtype.kind in "iub" else np.asarray(thing)
    if isinstance(thing, float | int):
        return np.asarray(float(thing))
    if isinstance(thing, list | tuple):
        with contextlib.suppress(ValueError, TypeError):
            return np.asarray(thing, float)
    return thing
