"""Plans: which arrays are drawn for a function's parameters, and which values are fixed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.given import Given
from oracle.discovery.shapes import declared, grammar
from oracle.discovery.shapes.declared import Shapes
from oracle.discovery.shapes.grammar import NOTHING
from oracle.discovery.text import functions, usage
from oracle.discovery.text.functions import Function
from oracle.discovery.text.roles import Roles
from oracle.subject import Argument, Inputs, Path

# The option dicts of a well-known course, as its own exercises call the layers.
OPTION_DICTS: dict[str, dict[str, Any]] = {
    "bn_param": {"mode": "train"},
    "ln_param": {},
    "gn_param": {},
    "conv_param": {"stride": 1, "pad": 1},
    "pool_param": {"pool_height": 2, "pool_width": 2, "stride": 1},
    "dropout_param": {"mode": "train", "p": 0.5, "seed": 0},
}
# The same for a dict under any name, by its keys: ``hparameters["stride"]``.
OPTION_KEYS: dict[str, Any] = {
    **dict.fromkeys(("stride", "strides", "s", "pad", "padding", "dilation"), 1),
    **dict.fromkeys(("f", "k", "kernel", "size", "kernel_size", "filter_size", "pool_size"), 2),
    **dict.fromkeys(("pool_height", "pool_width", "pool_h", "pool_w", "ph", "pw"), 2),
}
# The same for code that asserts something else: windows that tile an image.
OTHER_OPTIONS: dict[str, dict[str, Any]] = {
    "pool_param": {"pool_height": 2, "pool_width": 2, "stride": 2},
}


@dataclass
class Slot:
    """An input that may have a gradient: its own name, and the path to it."""

    name: str
    path: Path
    argument: Argument | None = None
    entries: list["Slot"] = field(default_factory=list)  # of a dict, list or object

    @property
    def differentiated(self) -> bool:
        if self.entries:
            return any(entry.differentiated for entry in self.entries)
        return self.argument is not None and self.argument.differentiated

    def leaves(self) -> list["Slot"]:
        return [leaf for entry in self.entries for leaf in entry.leaves()] or [self]


@dataclass
class Plan:
    """The arrays to draw for some parameters, and the values that are fixed."""

    arguments: list[Argument] = field(default_factory=list)
    slots: dict[str, Slot] = field(default_factory=dict)  # by parameter
    constants: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    makers: dict[str, Callable[[dict[Any, Any]], Any]] = field(default_factory=dict)

    def prepare(self, arrays: Mapping[str, np.ndarray], seed: int = 0) -> Inputs:
        """The inputs, with containers of their own."""
        sizes = solved(arrays, self.arguments)
        inputs: Inputs = {n: grammar.fresh(value, sizes) for n, value in self.constants.items()}
        for name, slot in self.slots.items():
            inputs[name] = self._made(slot, arrays)
        return inputs

    def _made(self, slot: Slot, arrays: Mapping[str, np.ndarray]) -> Any:
        if slot.argument is not None:
            array = arrays[slot.argument.name]
            return number(array, slot.argument) if not slot.argument.dims else array
        entries = {entry.path[-1]: self._made(entry, arrays) for entry in slot.entries}
        if slot.name in self.makers:
            return self.makers[slot.name](entries)
        if all(isinstance(key, int) for key in entries):
            return [entries.get(key) for key in range(max(entries) + 1)]
        return entries

    def differentiable(self, path: Path) -> bool:
        return path in self.paths

    @property
    def paths(self) -> set[Path]:
        leaves = [leaf for slot in self.slots.values() for leaf in slot.leaves()]
        return {leaf.path for leaf in leaves if leaf.differentiated}


def solved(arrays: Mapping[str, np.ndarray], arguments: Sequence[Argument]) -> dict[str, int]:
    """The sizes that some arrays have."""
    found: dict[str, int] = {}
    for argument in arguments:
        array = arrays.get(argument.name)
        if array is None or any(dim.startswith("*") for dim in argument.dims):
            continue
        found.update(zip(argument.dims, array.shape))
    return found


def number(array: np.ndarray, argument: Argument) -> Any:
    """A scalar argument is a number, a plain one where it is not differentiated."""
    value = np.asarray(array)[()]
    return value if argument.differentiated else value.item()


def plan(
    name: str,
    said: Shapes,
    wanted: Sequence[Parameter],
    above: int,
    nodes: Sequence[Function | None] = (),
    user: User | None = None,
) -> Plan:
    """The arrays to draw for a function's parameters, by the shapes that are said.

    Raises:
        Unusable: nothing says the shape of one; the message shows what to write, and where.
    """
    made = Plan()
    missing: list[str] = []
    for parameter in wanted:
        own = parameter.name
        spoken = said.get((own,))
        inside = {path: s for path, s in said.items() if path[0] == own and len(path) > 1}
        if not inside and (not spoken or not spoken.has_shape):
            inside = _entries_by_key(own, said, wanted, nodes)
        if spoken is not None and spoken.literal is not NOTHING:
            made.constants[own] = spoken.literal
        elif inside:
            made.slots[own] = _container(own, inside, made)
            maker = _maker(own, nodes, user)
            if maker is not None:
                made.makers[own] = maker
        elif (
            spoken is not None
            and spoken.has_shape
            and own in naming.NUMBERS
            and (spoken.scalar and not spoken.values and spoken.dims is None)
        ):
            _assume(made, own)
        elif own in OPTION_DICTS and parameter.required:
            made.constants[own] = OPTION_DICTS[own]
            made.remarks.append(f"{own} was taken to be {OPTION_DICTS[own]}")
        elif spoken is not None and spoken.has_shape:
            picks = not spoken.values and _picks_entries(own, nodes)
            if (spoken.integer or picks) and not spoken.classes:
                raise declared.unknown_range(name, said, own, above)
            argument = spoken.argument(own)
            made.arguments.append(argument)
            made.slots[own] = Slot(own, (own,), argument)
        elif not parameter.required:
            continue
        elif own in naming.NUMBERS and not _is_array(own, wanted, nodes, user):
            _assume(made, own)
        elif own in naming.FLAGS:
            made.constants[own] = True
            made.remarks.append(f"{own} was taken to be True")
        else:
            missing += _by_keys(made, own, list(dict.fromkeys(_keys(own, nodes, user))))
    if missing:
        raise declared.missing(name, said, missing[0], above, missing[1:], nodes)
    made.arguments += phantoms(made.constants.values(), made.arguments)
    return made


def _by_keys(made: Plan, own: str, keys: Sequence[str]) -> list[str]:
    """Make a dict of options of the keys that the code reads; what is missing, if it is none."""
    windows = {"stride", "pad", "padding"}.intersection(keys)
    if not windows or not set(keys) <= OPTION_KEYS.keys():
        return [f"{own}.{key}" for key in keys] or [own]
    made.constants[own] = {key: OPTION_KEYS[key] for key in keys}
    made.remarks.append(f"{own} was taken to be {made.constants[own]}")
    return []


def _picks_entries(own: str, nodes: Sequence[Function | None]) -> bool:
    return any(usage.indexes_in_part(node, own) for node in nodes if node is not None)


def _roles(nodes: Sequence[Function | None], user: User | None) -> Roles:
    """The uses of arguments in some functions, and in those of the file that they are handed to."""
    called = user.text.functions if user is not None and user.text is not None else {}
    return Roles(tuple(node for node in nodes if node is not None), called)


def _keys(own: str, nodes: Sequence[Function | None], user: User | None) -> list[str]:
    """The keys that functions read from a dict, and those of the file that they hand it to."""
    uses = _roles(nodes, user).uses(own)
    return list(dict.fromkeys(k for node, name in uses for k in usage.subscripts(node, name)))


def phantoms(
    values: Iterable[Any], drawn: Sequence[Argument], more: Iterable[str] = ()
) -> list[Argument]:
    """An array for each size that a value speaks of and no argument's shape has alone."""
    have = {dim for argument in drawn for dim in argument.dims}
    needed = [*more, *(size for v in values if isinstance(v, Given) for size in v.sizes)]
    return [
        Argument(f"size {size}", (size,), fixed=True, only_size=True)
        for size in dict.fromkeys(needed)
        if size not in have
    ]


def _is_array(
    own: str,
    wanted: Sequence[Parameter],
    nodes: Sequence[Function | None],
    user: User | None,
) -> bool:
    """True if a usual name of a number means an array or a container here.

    A prediction, as in ``anchor - p``; or noise, as in ``mean + std * eps``: an ε against a
    division by 0 is added, and multiplies nothing.
    """
    if _roles(nodes, user).is_array(own):
        return True
    if naming.NUMBERS[own] == naming.NUMBERS["eps"]:
        return any(usage.is_factor(node, own) for node in nodes if node is not None)
    names = [p.name for p in wanted]
    others = {name for name in names if name not in naming.NUMBERS}
    alike = any(usage.is_subtracted(node, own, others) for node in nodes if node is not None)
    return alike or naming.is_prediction(own, names)


def _assume(made: Plan, name: str) -> None:
    made.constants[name] = naming.NUMBERS[name]
    made.remarks.append(f"{name} was taken to be {naming.NUMBERS[name]}")


def _entries_by_key(
    name: str, said: Shapes, wanted: Sequence[Parameter], nodes: Sequence[Function | None]
) -> Shapes:
    """Entries of a dict whose shapes are said by their keys alone: ``W1: D H``."""
    known = {p.name for p in wanted}
    own = [node for node in nodes if node is not None]
    keys = [key for node in own for key in usage.subscripts(node, name)]
    usual = any(naming.same(name, word) for word in ("params", "theta"))
    if usual or any(usage.is_mapping(node, name) for node in own):
        arguments = [argument for node in own for argument in functions.parameters(node)]
        known.update(arguments)
        others = [argument for argument in arguments if argument != name]
        known.update(k for node in own for a in others for k in usage.subscripts(node, a))
        keys += _of_no_argument(said, known, own)
    found = {(name, key): said[(key,)] for key in dict.fromkeys(keys) if (key,) in said}
    return found if len(found) == len(set(keys)) else {}


def _of_no_argument(said: Shapes, known: set[str], nodes: Sequence[Function]) -> list[str]:
    """Names in shapes that are no arguments: entries of the dict that holds the parameters.

    They have names of parameters, or the functions write them out as keys.
    """
    words = {word for node in nodes for word in usage.words_in(node)}
    return [
        path[0]
        for path in said
        if len(path) == 1 and path[0] not in known
        if naming.PARAMETERS.match(path[0]) or path[0] in words
    ]


def _container(name: str, inside: Shapes, made: Plan) -> Slot:
    slot = Slot(name, (name,))
    for path, spoken in inside.items():
        parent = slot
        for depth in range(1, len(path)):
            child = next((e for e in parent.entries if e.path == path[: depth + 1]), None)
            if child is None:
                child = Slot(str(path[depth]), path[: depth + 1])
                parent.entries.append(child)
            parent = child
        parent.argument = spoken.argument(grammar.spelled(path))
        made.arguments.append(parent.argument)
    return slot


def _maker(
    name: str, nodes: Sequence[Function | None], user: User | None
) -> Callable[[dict[Any, Any]], Any] | None:
    """The user's own class that a parameter is annotated with, if it takes its fields by name."""
    for node in nodes:
        for argument in node.args.args if node is not None else ():
            hint = argument.annotation
            kind = getattr(hint, "id", None) or getattr(hint, "value", None)
            if argument.arg == name and isinstance(kind, str) and user is not None:
                found = getattr(user.module, kind, None)
                if isinstance(found, type) and (
                    hasattr(found, "__dataclass_fields__") or hasattr(found, "_fields")
                ):
                    return lambda entries, found=found: found(**entries)  # type: ignore[misc]
    return None
