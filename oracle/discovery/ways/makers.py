"""Makers: how an object of a class is made, of sizes, arrays, options and proposed values."""

import ast
import dataclasses
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import naming, plans, trial_inputs
from oracle.discovery.arguments import Parameter, User, call, parameters
from oracle.discovery.given import Given, given
from oracle.discovery.plans import number, solved
from oracle.discovery.shapes import declared, docstrings, grammar
from oracle.discovery.shapes.grammar import NOTHING as NOTHING
from oracle.discovery.shapes.grammar import fresh
from oracle.discovery.shapes.said_by_run import said_by_run
from oracle.discovery.text import functions, options, usage
from oracle.discovery.trial_inputs import kept_random_state
from oracle.discovery.ways.instances import RATES
from oracle.discovery.ways.proposals import is_array, is_fraction, is_plain, proposals_of
from oracle.discovery.ways.set_up import RATE as RATE
from oracle.subject import Argument, MissingShapes, Unusable, size_names

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
KERNELS = re.compile(
    r"(kernel|filter|pool)_?(size|shape)(\d|_\w+)?|ksize|pool(_?(h|w|height|width))?|filter_(h|w)"
)
# Kernels of an object are of one sort: those with one reason are tried together.
KERNEL_VALUES = tuple((text, f"a kernel of {text}") for text in ("2", "(2, 2)", "3", "(3, 3)"))
# Arguments that are a tuple of sizes, of which a docstring says the parts as it does of arrays.
TUPLES = re.compile(r"(\w*_)?(shape|size|padding|pad|strides?|kernel|dilation)\d?$")
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
SEEDS = re.compile(r"(\w*_)?(seed|random_state)$")
MOST_UNIFIED = 12
LARGE = 10  # a size in a default that a check can do with less than
MOST_PRODUCTS = 500


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
    proposed: dict[str, list[Given]] = field(default_factory=dict)  # values of which one is to run
    options: dict[str, list[str]] = field(default_factory=dict)  # texts that are compared with
    open_sizes: list[str] = field(default_factory=list)  # sizes whose default is None

    @property
    def told(self) -> str:
        """How an object is made, as one would write it: ``Dense(n_in, activation=Tanh())``."""
        words = []
        for parameter in self.given:
            own = parameter.name
            if own in self.constants:
                value = self.constants[own]
                words.append(f"{own}={value.text if isinstance(value, Given) else repr(value)}")
            elif own in (*self.sizes, *self.lists, *self.arrays):
                words.append(own)
        return f"{self.kind.__name__}({', '.join(words)})"

    def make(
        self, arrays: Mapping[str, np.ndarray], arguments: Sequence[Argument], seed: int
    ) -> Any:
        """An object of its own, for the sizes that the arrays have."""
        sizes = solved(arrays, arguments)
        values: dict[str, Any] = {}
        for name, argument in self.arrays.items():
            array = arrays[argument.name]
            values[name] = array.copy() if argument.dims else number(array, argument)
        for name, size in self.sizes.items():
            values[name] = sizes[size]
        for name, several in self.lists.items():
            values[name] = [sizes[size] for size in several]
        with kept_random_state(seed):  # objects that it is given draw their arrays as well
            values |= {name: fresh(value, sizes) for name, value in self.constants.items()}
            return call(self.kind, self.given, values)


def maker(user: User, name: str, kind: type, said: declared.Shapes, known: Sequence[str]) -> Maker:
    """How to make an object of a class; ``known`` are the forward's own arguments.

    Raises:
        Unusable: nothing says what one of the constructor's arguments is.
    """
    made = Maker(kind)
    if not has_constructor(kind):
        return made
    made.given = parameters(kind, name, several=True)
    spoken = set(_spoken(said))
    node = user.node(user.text.methods(name).get("__init__", "")) if user.text is not None else None
    stated, whole = _stated(user, name), _whole(user, name, node)
    missing = []
    for parameter in made.given:
        own = parameter.name
        entry = said.get((own,))
        if own not in stated and (_is_number(parameter.default) or own in whole):
            entry = None  # "epsilon: float ... of norm(X)" in a docstring is no shape
        if entry is not None and entry.literal is not NOTHING:
            made.constants[own] = entry.literal
        elif own in spoken and not (entry is not None and entry.scalar):
            made.sizes[own] = own  # a float is no size, though a formula may read S(x; a, b)
        elif user.is_lowered and _is_large(parameter, node):
            made.sizes[own] = own
        elif (
            entry is not None and entry.has_shape and own not in known and entry.dims
        ) and not TUPLES.match(own):
            made.arrays[own] = entry.argument(own)
        else:
            if SEEDS.match(own) and parameter.default is None:
                made.constants[own] = 0  # a generator of its own would draw anew in each run
                continue
            if parameter.default is None and (SIZE.fullmatch(own) or own in whole):
                made.open_sizes.append(own)
            _offer(made, user, name, parameter, node)
            if parameter.required and entry is not None and entry.scalar:
                numbers = [one for one in made.proposed.get(own, []) if is_plain(one)]
                if not numbers and own in naming.NUMBERS:  # p = 1.5 would drop everything
                    made.constants[own] = naming.NUMBERS[own]
                    made.remarks.append(f"{own} was taken to be {naming.NUMBERS[own]}")
                    made.proposed.pop(own, None)
                    continue
                made.proposed[own] = [*numbers, _number(len(made.proposed))]
            elif parameter.required:
                counted = proposals_of(user, name, made.given).is_counted(own)
                if not _by_name(made, own, node, counted, whole):
                    missing.append(own)
    if missing:
        missing += [own for own in made.arrays if (own,) not in said]  # nothing says theirs either
        raise _missing(user, name, missing, node)
    made.arguments = list(made.arrays.values())
    return made


def _stated(user: User, name: str) -> set[str]:
    """The arguments of which a comment speaks, or the user's own options."""
    found = set(grammar.entries(user.shapes)) if user.shapes else set()
    methods = user.text.methods(name).values() if user.text is not None else ()
    for part in (name, *methods):
        node = user.text.classes.get(part) or user.node(part) if user.text is not None else None
        if node is not None and user.text is not None:
            found |= {*declared.comment(user.text, node), *said_by_run(user.text, part)}
    return {str(path[0]) for path in found}


def _is_large(parameter: Parameter, init: functions.Function | None) -> bool:
    """True if the default of an argument is a large extent of arrays."""
    default = parameter.default
    is_whole = type(default) is int and default > LARGE
    return is_whole and init is not None and usage.is_extent(init, parameter.name)


def _whole(user: User, name: str, init: functions.Function | None) -> set[str]:
    """The arguments that the annotations or a docstring of the class say are whole numbers."""
    owner = user.text.classes.get(name) if user.text is not None else None
    found: set[str] = set()
    for node in (part for part in (owner, init) if part is not None):
        found |= docstrings.whole_numbers(ast.get_docstring(node) or "")
    given = init.args.args if init is not None else []
    return found | {
        a.arg for a in given if a.annotation and ast.unparse(a.annotation).strip("'") == "int"
    }


def _is_number(default: Any) -> bool:
    return isinstance(default, int | float) and not isinstance(default, bool)


def _offer(
    made: Maker, user: User, owner: str, parameter: Parameter, node: functions.Function | None
) -> None:
    """The values that the code proposes for an argument of the constructor, and its options."""
    own = parameter.name
    if node is not None and user.text is not None:
        found = options.options(user.text, owner, node, own)
        if found:
            made.options[own] = found
    if parameter.required and not (node is not None and usage.is_extent(node, own)):
        made.proposed[own] = proposals_of(user, owner, made.given).of(own)
    elif parameter.default is None or parameter.default in ((), []):  # layers=None, filled later
        layers = proposals_of(user, owner, made.given).layers(own)
        made.proposed |= {own: layers} if layers else {}


def _by_name(
    made: Maker, own: str, init: functions.Function | None, counted: bool, whole: set[str]
) -> bool:
    """Make a value for an argument by what is proposed, its name and its use; False if none.

    ``whole``: the arguments that are said to be whole numbers.
    """
    proposed = made.proposed.pop(own, [])
    things = [one for one in proposed if not is_plain(one)]
    if RATES.match(own):
        made.constants[own] = RATE
    elif things:
        made.proposed[own] = things
    elif proposed and is_fraction(proposed[0]):
        made.proposed[own] = proposed
    elif own in made.options:
        made.proposed[own] = [_text(option) for option in made.options[own]]
    elif own in KNOWN and not (own == "bias" and _has_weights(made.given)):
        made.constants[own] = KNOWN[own]
        made.remarks.append(f"{own} was taken to be {KNOWN[own]!r}")
    elif own in naming.NUMBERS:
        made.constants[own] = naming.NUMBERS[own]
        made.remarks.append(f"{own} was taken to be {naming.NUMBERS[own]}")
    elif KERNELS.fullmatch(own):
        made.proposed[own] = [given(ast.parse(text, mode="eval").body, {}, why=why)
                              for text, why in KERNEL_VALUES]  # fmt: skip
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
    elif init is not None and not usage.is_read(init, own):
        made.constants[own] = None
        made.remarks.append(f"{own}, which the constructor does not use, was taken to be None")
    elif (numbers := [one for one in proposed if not is_array(one)]) or counted:
        numbers = numbers or [given(ast.Constant(n), {}, why="a count") for n in (2, 1)]
        made.proposed[own] = numbers
    elif own in whole:
        made.sizes[own] = own
    else:
        return False
    return True


def _number(place: int) -> Given:
    """A number for an argument annotated with ``float``: each is larger than the one before.

    So bounds and the corners of a triangle stand in their order.
    """
    return given(ast.Constant(0.5 + place), {}, why="a number")


def _text(option: str) -> Given:
    return given(ast.Constant(option), {}, why="an option that the code compares with")


def _missing(
    user: User, name: str, missing: Sequence[str], init: functions.Function | None
) -> Unusable:
    """The error that names the arguments of a constructor of which nothing says what they are."""
    proposals = proposals_of(user, name, [])
    things = [own for own in missing if proposals.called_on(own) or proposals.is_called(own)]
    line = user.line(name)
    arrays = [
        n for n in missing if (init is not None and usage.is_array(init, n)) or n[:1] in "WUV"
    ]
    example = ", ".join(f"{n}: {'D M' if n in arrays else 'M'}" for n in missing)
    way = f'"# oracle: shapes {example}"'
    if things:
        made = ", ".join(f"{own}=..." for own in missing)
        way = f'"# oracle: run {name}({made}).backward(...) with x: N D"'
    told = (
        f"{name}: nothing says what {' and '.join(missing)} of its constructor is; add a line "
        f"such as {way} above line {line}"
    )
    return Unusable(told, line) if things else MissingShapes(told, line, missing)


def _has_weights(given: Sequence[Parameter]) -> bool:
    """True if a constructor takes its weights, so that its bias is an array and no flag."""
    return any(naming.same(p.name, "W") for p in given)


def _is_list(name: str, init: functions.Function | None) -> bool:
    """True if a constructor's parameter is a list of sizes: by its use, or else by its name.

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
    """The makers with each of the proposed values: the first ones first."""
    names = list(maker.proposed)
    products = itertools.islice(itertools.product(*maker.proposed.values()), MOST_PRODUCTS)
    alike = sorted(products, key=lambda values: len({value.why for value in values}))
    chosen = alike[:MOST_UNIFIED]  # those of one call first, which belong together
    makers = [
        dataclasses.replace(maker, constants=maker.constants | dict(zip(names, values)))
        for values in chosen
    ]
    makers += [  # an option in place of a default that does not run
        dataclasses.replace(one, constants={**one.constants, own: _text(text)})
        for one in makers[:1]
        for own, texts in maker.options.items()
        for text in texts
        if own not in one.constants
    ]
    makers += [  # a size that is needed though its default is None
        dataclasses.replace(one, sizes={**one.sizes, **{own: own for own in maker.open_sizes}})
        for one in makers[:1]
        if maker.open_sizes
    ]
    return [one for made in makers for one in _unified(made, said)]


def _unified(maker: Maker, said: declared.Shapes) -> list[Maker]:
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
    sizes = [*maker.sizes.values(), *(s for several in maker.lists.values() for s in several)]
    return plans.phantoms(maker.constants.values(), (*maker.arguments, *drawn), sizes)
