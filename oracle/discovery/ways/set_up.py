"""Set-up between constructor and forward: ``initialize(optimizer)``, ``build(input_shape)``."""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oracle.discovery import naming
from oracle.discovery.arguments import Parameter, parameters
from oracle.discovery.given import Given, given, of_sizes
from oracle.discovery.text.functions import Function
from oracle.subject import Argument, Unusable
from oracle.truth.recording.tape import is_user_file

STEPS = frozenset({"update", "step", "apply", "apply_gradient", "optimize", "update_weights"})
# So large that the weights are lost below the last digit of the gradient that an update adds.
RATE = 2.0**60


class PlainDescent:
    """An optimizer that a layer asks for its new weights: w − rate · gradient."""

    def __init__(self, lr: float = RATE) -> None:
        self.lr = self.learning_rate = self.eta = lr

    @classmethod
    def is_held_by(cls, values: Iterable[Any], steps: Iterable[Any]) -> bool:
        """True if one of some given values, or of some set-up steps, is such an optimizer."""
        given = [*values, *(value for step in steps for value in step.values.values())]
        return any(cls.__name__ in getattr(value, "names", ()) for value in given)

    def update(self, w: Any, grad: Any, *others: Any) -> Any:
        return w - self.lr * grad

    step = apply = apply_gradient = optimize = update_weights = __call__ = update


# Set-up between constructor and forward: ``initialize(optimizer)``, ``build(input_shape)``.
#
# Which methods are called, with what and in which order, is found by running: the shortest
# sequence after which forward and backward run. Only methods are tried that assign an attribute
# which the forward, the backward or a later step reads, and which the constructor has left open.

LONGEST = 2  # methods in a sequence
MOST = 60  # sequences that are tried
MOST_VALUES = 4  # of one argument


@dataclass(frozen=True)
class Step:
    """A call of a method of an object, before its first forward."""

    method: str
    values: Mapping[str, Given]

    def run(self, thing: Any, sizes: Mapping[str, int]) -> None:
        made = {name: value.make(sizes) for name, value in self.values.items()}
        getattr(thing, self.method)(**made)

    def __str__(self) -> str:
        return f"{self.method}({', '.join(f'{n}={v.text}' for n, v in self.values.items())})"


@dataclass(frozen=True)
class _Method:
    """A method that may set an object up: what it assigns, and what it reads."""

    name: str
    given: Sequence[Parameter]
    assigned: frozenset[str]
    read: frozenset[str]


def sequences(thing: Any, used: Sequence[str], data: Argument | None) -> Iterator[tuple[Step, ...]]:
    """The sequences of set-up calls to try, the shortest first.

    ``thing``: a new object; ``used``: the methods that it is set up for; ``data``: what its forward
    is given.
    """
    kind = type(thing)
    methods = {name: one for name in _names(kind) if (one := _method(kind, name)) is not None}
    needed = frozenset().union(*(methods[name].read for name in used if name in methods))
    others = [one for name, one in methods.items() if name not in used]
    others = [one for one in others if any(_is_open(thing, name) for name in one.assigned)]
    useful = [one for one in others if one.assigned & needed and not _runs(one, used)]
    wanted = needed.union(*(one.read for one in useful))
    useful = [one for one in others if one.assigned & wanted and not _runs(one, used)]
    steps = {one.name: list(_steps(one, data)) for one in useful}
    for length in range(1, LONGEST + 1):
        for chosen in itertools.permutations(useful, length):
            yield from itertools.product(*(steps[one.name] for one in chosen))


def _is_open(thing: Any, name: str) -> bool:
    """True if an attribute is missing, is None, or holds only None."""
    try:
        value = getattr(thing, name, None)
    except Exception:  # a property that needs what is not made yet
        return False
    if isinstance(value, Mapping | list | tuple):
        parts = list(value.values()) if isinstance(value, Mapping) else list(value)
        return not parts or any(part is None for part in parts)
    return value is None


def _runs(method: _Method, used: Sequence[str]) -> bool:
    """True if a method runs the forward or backward itself, as one that trains does."""
    return bool(method.read & set(used))


def _names(kind: type) -> list[str]:
    """The methods of the user's own classes, those of a class before those of its bases."""
    found: dict[str, None] = {}
    for base in kind.__mro__:
        for name, part in vars(base).items():
            code = getattr(part, "__code__", None)
            if code is not None and is_user_file(code.co_filename) and not name.startswith("__"):
                found[name] = None
    return list(found)


def _method(kind: type, name: str) -> _Method | None:
    function: Callable[..., Any] = getattr(kind, name)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        known = parameters(function, name)[1:]
    except (OSError, TypeError, SyntaxError, IndexError, Unusable):
        return None
    if not isinstance(tree, Function) or not tree.args.args:
        return None
    own = tree.args.args[0].arg
    attributes = [
        part
        for part in ast.walk(tree)
        if isinstance(part, ast.Attribute)
        and isinstance(part.value, ast.Name)
        and part.value.id == own
    ]
    assigned = {a.attr for a in attributes if isinstance(a.ctx, ast.Store)}
    assigned |= {  # self.params["W"] = ...
        part.value.attr
        for part in ast.walk(tree)
        if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store)
        if isinstance(part.value, ast.Attribute) and part.value in attributes
    }
    read = {a.attr for a in attributes if isinstance(a.ctx, ast.Load)}
    return _Method(name, known, frozenset(assigned), frozenset(read))


def _steps(method: _Method, data: Argument | None) -> Iterator[Step]:
    """A method with the values that its arguments may have."""
    needed = [p for p in method.given if p.required]
    values = [list(values_of(p.name, data))[:MOST_VALUES] for p in needed]
    for chosen in itertools.product(*values):
        yield Step(method.name, {p.name: value for p, value in zip(needed, chosen)})


def values_of(name: str, data: Argument | None) -> Iterator[Given]:
    """The values that an argument of a set-up may have: sizes of the data, or an optimizer."""
    words = set(naming.tokens(name))
    if any("optim" in word or word in ("opt", "sgd", "solver") for word in words):
        text = ast.parse("PlainDescent()", mode="eval").body
        yield given(text, {"PlainDescent": PlainDescent}, why="it is asked for new weights")
        return
    dims = data.dims if data is not None else ()
    if not dims or any(dim.startswith("*") for dim in dims):
        return
    tuples = [_of_dims(dims[1:]), _of_dims(dims)] if dims[1:] else [_of_dims(dims)]
    single = _of_dim(dims[-1])
    plural = words & {"shape", "shapes", "dims", "sizes"}
    yield from [*tuples, single] if plural else [single, *tuples]


def _of_dims(dims: Sequence[str]) -> Given:
    text = f"({', '.join(dims)},)"
    node = ast.parse(text, mode="eval").body
    return of_sizes(text) or given(node, {}, why="the shape of the data")


def _of_dim(dim: str) -> Given:
    node = ast.parse(dim, mode="eval").body
    names = tuple(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    return given(node, {}, names)
