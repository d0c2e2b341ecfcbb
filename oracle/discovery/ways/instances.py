"""Objects of the user's classes: made with sizes, given new numbers, searched for arrays."""

import dataclasses
import inspect
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import naming, trial_inputs
from oracle.discovery.arguments import Parameter, User, call, parameters
from oracle.discovery.plans import number
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.grammar import NOTHING as NOTHING
from oracle.discovery.shapes.grammar import fresh
from oracle.discovery.text import assignments, functions, usage
from oracle.discovery.trial_inputs import kept_random_state
from oracle.subject import Argument, Path, Unusable, size_names

SIZE = re.compile(
    r"normalized_shape|(?!\w*shape)(n|num|d|dim|size|in|out|input|output|hidden|nb|no|fan)_\w+|\w+_(dims?|size|features|channels"
    r"|units|nodes|neurons|count|in|out|d|num|width|nodes?)|n|m|d|h|k|c|dims?|size|units|features"
    r"|channels|inputs?|outputs?|hidden|neurons|nodes|nin|nout|vocab|[NDHMCKVFI]|n[A-Z]\w*|D_\w+"
    r"|input[A-Z]\w*|hidden[A-Z]\w*|output[A-Z]\w*|[nh]\d",
)
INPUT_SIZE = re.compile(
    r"normalized_shape|(?!\w*shape)(n|num|d|dim|size|nb|fan|D)_?(in|inputs?|features|x)|in_?\w*|input\w*|\w+_in|fan_in|nin|n|D|d"
    r"|dims?|features|num_features|size|n_features|d_model|normalized_shape|n0",
)
LISTS = re.compile(
    r"(layer_?)?(sizes|dims)|layers|layers_(sizes|dims)|architecture|topology|structure|nn_\w*"
    r"|layer_(dimensions|nodes|sizes)|hidden_layers|shape"
)
KERNELS = re.compile(r"(kernel|filter|pool)_?size|ksize|pool(_?(h|w|height|width))?|filter_(h|w)")
KNOWN: dict[str, Any] = {
    "stride": 1,
    "padding": 0,
    "pad": 0,
    "seed": 0,
    "random_state": 0,
    "init_std": 0.5,
    "weight_init_std": 0.5,
    "std": 0.5,
    "bias": True,
    "name": "layer",
    "activation": "sigmoid",
}
MOST_UNIFIED = 12
DEEPEST = 7  # steps into an object
RATES = re.compile(r"(learning_?rate|lr|eta|step_?size|learn_?rate|learningRate)$")
# So large that the weights are lost below the last digit of the gradient that an update adds.
RATE = 2.0**60


def is_rate(name: str) -> bool:
    return bool(RATES.match(name))


@dataclass
class Maker:
    """How an object of a class is made: from sizes, arrays and plain values."""

    kind: type
    sizes: dict[str, str] = field(default_factory=dict)  # constructor's parameter -> size
    lists: dict[str, list[str]] = field(default_factory=dict)
    arrays: dict[str, Argument] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    arguments: list[Argument] = field(default_factory=list)  # of the constructor
    remarks: list[str] = field(default_factory=list)
    given: list[Parameter] = field(default_factory=list)

    def make(
        self, arrays: Mapping[str, np.ndarray], arguments: Sequence[Argument], seed: int
    ) -> Any:
        """An object of its own, for the sizes that the arrays have."""
        sizes = solved(arrays, arguments)
        values: dict[str, Any] = {name: fresh(value) for name, value in self.constants.items()}
        for name, argument in self.arrays.items():
            array = arrays[argument.name]
            values[name] = array.copy() if argument.dims else number(array, argument)
        for name, size in self.sizes.items():
            values[name] = sizes[size]
        for name, several in self.lists.items():
            values[name] = [sizes[size] for size in several]
        with kept_random_state(seed):
            return call(self.kind, self.given, values)


def solved(arrays: Mapping[str, np.ndarray], arguments: Sequence[Argument]) -> dict[str, int]:
    """The sizes that some arrays have."""
    found: dict[str, int] = {}
    for argument in arguments:
        array = arrays.get(argument.name)
        if array is None or any(dim.startswith("*") for dim in argument.dims):
            continue
        found.update(zip(argument.dims, array.shape))
    return found


def maker(user: User, name: str, kind: type, said: declared.Shapes, known: Sequence[str]) -> Maker:
    """How to make an object of a class; ``known`` are the forward's own arguments.

    Raises:
        Unusable: nothing says what one of the constructor's arguments is.
    """
    made = Maker(kind)
    if not has_constructor(kind):
        return made
    made.given = parameters(kind, name)
    spoken = set(_spoken(said))
    init = user.node(user.text.methods(name).get("__init__", "")) if user.text is not None else None
    for parameter in made.given:
        own = parameter.name
        entry = said.get((own,))
        if entry is not None and entry.literal is not NOTHING:
            made.constants[own] = entry.literal
        elif own in spoken:
            made.sizes[own] = own
        elif entry is not None and entry.has_shape and own not in known and entry.dims:
            made.arrays[own] = entry.argument(own)
        elif not parameter.required:
            continue
        elif own in KNOWN and not (own == "bias" and _has_weights(made.given)):
            made.constants[own] = KNOWN[own]
            made.remarks.append(f"{own} was taken to be {KNOWN[own]!r}")
        elif RATES.match(own):
            made.constants[own] = RATE
        elif own in naming.NUMBERS:
            made.constants[own] = naming.NUMBERS[own]
            made.remarks.append(f"{own} was taken to be {naming.NUMBERS[own]}")
        elif KERNELS.fullmatch(own):
            made.constants[own] = 2
            made.remarks.append(f"{own} was taken to be 2")
        elif init is not None and usage.is_extent(init, own):
            made.sizes[own] = own
        elif naming.same(own, "W") or naming.same(own, "b") or own in ("gamma", "beta"):
            dims = ("D", "M") if naming.same(own, "W") else ("M",)
            dims = ("D",) if own in ("gamma", "beta") else dims
            made.arrays[own] = Argument(own, dims)
            made.remarks.append(f"{own} was taken to be {' × '.join(dims)}")
        elif _is_list(own, init):
            made.lists[own] = ["n0", "n1", "n2"]
        elif SIZE.fullmatch(own):
            made.sizes[own] = own
        elif naming.PARAMETERS.match(own):
            raise declared.missing(name, said, own, user.line(name))
        else:
            raise Unusable(
                f"{name}: nothing says what {own} of its constructor is; add a line such as "
                f'"# oracle: shapes {own}=..." above line {user.line(name)}',
                user.line(name),
            )
    made.arguments = list(made.arrays.values())
    return made


def _has_weights(given: Sequence[Parameter]) -> bool:
    """Whether a constructor takes its weights, so that its bias is an array and no flag."""
    return any(naming.same(p.name, "W") for p in given)


def _is_list(name: str, init: functions.Function | None) -> bool:
    """Whether a constructor's parameter is a list of sizes: by its use, or else by its name.

    A name of a single size, ``n_units``, is one unless the constructor loops over it.
    """
    if init is not None and (SIZE.fullmatch(name) or LISTS.fullmatch(name)):
        if usage.goes_through(init, name):
            return True
        return bool(LISTS.fullmatch(name)) and not usage.calculates_with(init, name)
    return bool(LISTS.fullmatch(name))


def _spoken(said: declared.Shapes) -> tuple[str, ...]:
    """The sizes in some shapes, numbers of classes included."""
    dims = [d for path in said for d in said[path].dims or () if not d.startswith("*")]
    return size_names((*dims, *_classes(said)))


def _classes(said: declared.Shapes) -> list[str]:
    return [entry.classes for entry in said.values() if entry.classes]


def unified(maker: Maker, said: declared.Shapes) -> list[Maker]:
    """The maker as it is, and with its sizes equated with those in the shapes, or 2*K.

    ``Dense(n_in, n_out)`` beside ``x: N D``: nothing says that n_in is D, but only so it runs.
    Where only ``labels(C)`` names C, one of its own sizes is C, the last one first.
    """
    spoken = _spoken(said)
    own = [name for name, size in maker.sizes.items() if size not in spoken]
    whole = [d for path in said for d in said[path].dims or () if d not in spoken]
    meant = [*(d for d in dict.fromkeys(whole) if size_names((d,)) and d[0] != "*"), *spoken]
    dims = tuple(d for path in said for d in said[path].dims or () if not d.startswith("*"))
    free = [c for c in size_names(tuple(_classes(said))) if c not in size_names(dims)]
    free = [c for c in free if c not in maker.sizes.values()]
    found = []
    for name, size in itertools.product(reversed(own), free[:1]):
        found.append(dataclasses.replace(maker, sizes={**maker.sizes, name: size}))
    found.append(maker)
    if trial_inputs.CHOSEN:  # the search equates what an error shows to be equal
        return found
    for known in list(found):
        left = [name for name in own if known.sizes[name] not in spoken]
        for name, size in itertools.islice(itertools.product(left, reversed(meant)), MOST_UNIFIED):
            found.append(dataclasses.replace(known, sizes={**known.sizes, name: size}))
    for first, last in itertools.islice(itertools.permutations(spoken, 2), MOST_UNIFIED):
        lists = {name: [first, *sizes[1:-1], last] for name, sizes in maker.lists.items()}
        if lists:
            found.append(dataclasses.replace(maker, lists=lists))
    return found


def has_constructor(kind: type) -> bool:
    return any("__init__" in vars(base) for base in kind.__mro__[:-1])


def phantoms(maker: Maker, drawn: Sequence[Argument]) -> list[Argument]:
    """An array for each size of the constructor that no argument's shape has."""
    have = {dim for argument in (*maker.arguments, *drawn) for dim in argument.dims}
    needed = [*maker.sizes.values(), *(s for several in maker.lists.values() for s in several)]
    return [
        Argument(f"size {size}", (size,), fixed=True)
        for size in dict.fromkeys(needed)
        if size not in have
    ]


def arrays_in(thing: Any, path: Path = (), seen: set[int] | None = None) -> dict[Path, np.ndarray]:
    """The floating-point arrays in an object of the user's, by path; the same one only once."""
    seen = set() if seen is None else seen
    found: dict[Path, np.ndarray] = {}
    if id(thing) in seen or len(path) > DEEPEST:
        return found
    if isinstance(thing, np.ndarray):
        seen.add(id(thing))
        if thing.dtype.kind == "f":
            found[path] = thing
        return found
    seen.add(id(thing))
    for key, part in entries_of(thing).items():
        if not isinstance(part, str | int | float | bool | type(None)):
            found.update(arrays_in(part, (*path, key), seen))
    return found


def same_arrays(thing: Any) -> dict[Path, list[Path]]:
    """The arrays that an object holds under several names: the first path, and the others."""
    found: dict[int, list[Path]] = {}
    seen: set[int] = set()

    def visit(part: Any, path: Path) -> None:
        if isinstance(part, np.ndarray):
            found.setdefault(id(part), []).append(path)
            return
        if id(part) in seen or len(path) > DEEPEST:
            return
        seen.add(id(part))
        for key, inner in entries_of(part).items():
            visit(inner, (*path, key))

    visit(thing, ())
    return {paths[0]: paths[1:] for paths in found.values() if len(paths) > 1}


def entries_of(thing: Any) -> Mapping[Any, Any]:
    """The entries of a container, or the attributes of an object with state."""
    if isinstance(thing, Mapping):
        return dict(thing)
    if isinstance(thing, list | tuple):
        return dict(enumerate(thing))
    if hasattr(thing, "__dict__") and not isinstance(thing, type) and not callable_only(thing):
        return dict(vars(thing))
    return {}


def tie(thing: Any, shared: Mapping[Path, Sequence[Path]]) -> None:
    """Put an array that was replaced under one of its names under the others as well."""
    for first, others in shared.items():
        array = part_at(thing, first)
        for path in others:
            if isinstance(array, np.ndarray) and part_at(thing, path) is not array:
                _place(thing, path, array)


def _place(thing: Any, path: Path, part: Any) -> None:
    """Put something at a path; a tuple on the way is made anew."""
    holder, step = part_at(thing, path[:-1]), path[-1]
    if isinstance(holder, tuple):
        parts = [part if i == step else other for i, other in enumerate(holder)]
        new = type(holder)(*parts) if hasattr(holder, "_fields") else tuple(parts)
        _place(thing, path[:-1], new)
    elif isinstance(holder, dict | list):
        holder[step] = part
    elif hasattr(holder, "__dict__"):
        vars(holder)[step] = part


def part_at(thing: Any, path: Path) -> Any:
    """What stands at a path in an object; None where there is nothing."""
    for step in path:
        if isinstance(thing, Mapping | list | tuple):
            try:
                thing = thing[step]
            except (KeyError, IndexError):
                return None
        else:
            thing = getattr(thing, step, None)
    return thing


def callable_only(thing: Any) -> bool:
    """A function or module rather than an object with state."""
    return inspect.isroutine(thing) or inspect.ismodule(thing)


def numbers_in(thing: Any, depth: int = 0) -> list[tuple[Any, str]]:
    """Objects and the attributes of theirs that hold a learning rate."""
    found: list[tuple[Any, str]] = []
    if not hasattr(thing, "__dict__") or isinstance(thing, type) or callable_only(thing):
        return found
    for name, part in vars(thing).items():
        if RATES.match(name) and isinstance(part, float):
            found.append((thing, name))
    return found


GRADIENTS = naming.words("grads gradients grad gradient dparams d_params derivs d dW_dict")
PARAMS = naming.words("params parameters param weights W theta p")


def counterpart(parameter: Path, gradient: Path) -> bool:
    """Whether one path in an object is that of the gradient of another: ``dW``, ``grads["W"]``."""
    if len(parameter) != len(gradient):
        return False
    differs = [(p, g) for p, g in zip(parameter, gradient) if p != g]
    if not differs or not all(isinstance(p, str) and isinstance(g, str) for p, g in differs):
        return False
    return all(_of(p, g) for p, g in differs)


def _of(parameter: str, gradient: str) -> bool:
    parameter, gradient = parameter.lstrip("_"), gradient.lstrip("_")
    if gradient in GRADIENTS and parameter in PARAMS:
        return True
    if naming.is_gradient_of(gradient, parameter):
        return True
    ends = naming.stems_of_gradient(gradient)
    return any(e.lower() == parameter.lower() or _plural(e, parameter) for e in ends)


def _plural(one: str, other: str) -> bool:
    return len(one) > 2 and (one + "s" == other or other + "s" == one)


def spelled(path: Path, thing: Any = None) -> str:
    """``self.dW``, ``self.grads["W"]``, ``self.layers[0].dW`` as the user would write it.

    Whether a step goes into a dict or an object is seen in the thing itself, if that is given.
    """
    found = "self"
    for step in path:
        inside_dict = found != "self" and not found.endswith("]")
        if thing is not None:
            inside_dict = isinstance(thing, Mapping)
        if isinstance(step, int):
            found += f"[{step}]"
        else:
            found += f'["{step}"]' if inside_dict else f".{step}"
        try:
            thing = thing[step] if isinstance(thing, Mapping | list | tuple) else vars(thing)[step]
        except (KeyError, IndexError, TypeError):
            thing = None
    return found


def line_of(user: User, kind: str, method: str, name: str) -> int:
    """The line of the last assignment to an attribute: in the method, or in the class."""
    methods = user.text.methods(kind) if user.text is not None else {}
    order = [method, *[m for m in methods.values() if m != method]]
    for qualified in order:
        node = user.node(qualified)
        if node is None:
            continue
        line = assignments.assigned_text(node, name)
        if line:
            return line
    return user.line(method)
