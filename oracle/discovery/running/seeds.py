"""First states: what names and the text of the code say of the arguments that are open."""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from oracle.discovery import naming
from oracle.discovery.plans import OTHER_OPTIONS
from oracle.discovery.running.costs import LABELS
from oracle.discovery.running.state import BIAS, DATA, TARGET, WEIGHT, Entry, State, kind, role
from oracle.discovery.text import functions, usage
from oracle.discovery.text.for_arrays import for_arrays
from oracle.discovery.text.functions import Function
from oracle.discovery.text.roles import Roles

REDUCTIONS = {"sum", "mean", "average", "max", "min", "prod", "dot", "vdot", "inner"}
RANK = 2  # of what nothing is known
OPTIONS = naming.words(
    "stride strides pad padding axis kernel pool size num n mode activation config layer layers "
    "units dilation"
)
STEPS = naming.words("stride strides pad padding axis kernel ksize pool mode dilation")
COLUMN = 0.5  # a flat vector as a matrix, and a matrix of weights as a vector
VECTORS = 1.25  # where nothing says how many axes several arguments have
NUMBERS = 1.0  # arguments as numbers, where no use shows that they are arrays
ONE_OUTPUT = {WEIGHT: 2, TARGET: 2, BIAS: 1}  # axes; a model of one output lacks the last one
LAYERS = 2  # of a list or dict of parameters that the code goes through
MOST_CHOICES = 6
AS_CALLED = 0.5  # a line with all extents of a call: some may be equal by accident


@dataclass(frozen=True)
class Code:
    """The functions that are run, as text."""

    nodes: tuple[ast.AST, ...]
    stages: tuple[int, ...]  # of each, how far a run came that has reached it

    numbers: frozenset[int]  # whole numbers in the file: no extent is one of them
    roles: Roles = field(default_factory=Roles)
    parts: tuple[str, ...] = ()  # arguments of the constructor that the code divides by
    comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # axes by argument
    # Axes in docstrings, those of functions included that an argument is handed to; "" is any size.
    documented: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    samples: tuple[tuple[int, ...], ...] = ()  # shapes that are defaults of a constructor
    # Shapes in the file's own calls; of integers one more than the largest as well.
    called: Mapping[str, tuple[tuple[int, ...], int]] = field(default_factory=dict)

    def as_called(self, name: str) -> tuple[tuple[int, ...], int] | None:
        """The shape of an argument in the file's own calls; x may be X in the function called."""
        alike = (own for other, own in self.called.items() if naming.same(other, name))
        return self.called.get(name) or next(alike, None)

    def is_shift(self, name: str) -> bool:
        """True if a name is added to a product of matrices, as a bias is: ``X @ W + b``."""
        return any(usage.is_added_to_product(node, name) for node in self.nodes)

    def indexes_with(self, name: str) -> bool:
        return any(usage.indexes_with(node, name) for node in self.nodes)

    def unpacked(self, name: str) -> tuple[str, ...]:
        """The names in ``N, D = x.shape``; () where there is no such line."""
        for root in self.nodes:
            for node in ast.walk(root):
                if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
                    continue
                whole = ast.unparse(node.value).removeprefix("self.")
                if whole in (f"{name}.shape", f"np.shape({name})"):
                    parts = node.targets[0].elts
                    if all(isinstance(part, ast.Name) for part in parts):
                        return tuple(ast.unparse(part) for part in parts)
        return ()

    def axes(self, name: str) -> int:
        """The number of axes that the code speaks of: in einsum, in transpose, in x.shape[2]."""
        return max((_axes(node, name) for root in self.nodes for node in ast.walk(root)), default=0)

    def says_axes(self, name: str) -> bool:
        """True if the text says how many axes an argument has."""
        told = self.unpacked(name), self.comments.get(name), self.documented.get(name)
        return any(told) or self.as_called(name) is not None or self.axes(name) > 1

    def bounds(self, variables: set[str]) -> tuple[str, ...]:
        """The ends of the ranges that loops with these variables go through."""
        found: dict[str, None] = {}
        for root in self.nodes:
            for node in ast.walk(root):
                if not isinstance(node, ast.For | ast.comprehension):
                    continue
                if ast.unparse(node.target) in variables and isinstance(node.iter, ast.Call):
                    called = ast.unparse(node.iter.func)
                    if called in ("range", "np.arange") and len(node.iter.args) == 1:
                        found[ast.unparse(node.iter.args[0])] = None
        return tuple(found)

    def words(self, name: str) -> tuple[str, ...]:
        """The strings that a name is compared with."""
        found: dict[str, None] = {}
        for root in self.nodes:
            for node in ast.walk(root):
                if not isinstance(node, ast.Compare):
                    continue
                sides = [node.left, *node.comparators]
                if any(isinstance(side, ast.Name) and side.id == name for side in sides):
                    for part in itertools.chain(*(ast.walk(side) for side in sides)):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            found[part.value] = None
        return tuple(found)

    def tells_axes_apart(self) -> bool:
        """True if code reduces an array along its first axis and along its last, as of a matrix."""
        words = [w for root in self.nodes for w in ast.walk(root) if isinstance(w, ast.keyword)]
        named = {ast.unparse(word.value) for word in words if word.arg in ("axis", "dim")}
        return "0" in named and not named.isdisjoint(("-1", "1"))

    def reduces(self) -> bool:
        """True if it takes a sum or a mean of something: then some argument is no number."""
        calls = (n for root in self.nodes for n in ast.walk(root) if isinstance(n, ast.Call))
        names = (ast.unparse(call.func).rpartition(".")[2] for call in calls)
        return not REDUCTIONS.isdisjoint(names)

    def is_array(self, name: str) -> bool:
        return any(usage.is_array(node, name) for node in self.nodes)


def started(state: State, names: Sequence[str], code: Code) -> Iterator[State]:
    """The state with first entries for more arguments; one state for each option of the code."""
    options = {name: code.words(name)[:MOST_CHOICES] for name in names}
    for name in names:
        if name not in options or not options[name]:
            state = _entered(state, name, code, role(name, (*state.names, *names)))
    chosen = [[(name, word) for word in words] for name, words in options.items() if words]
    for combination in itertools.product(*chosen):
        one = state
        for name, word in combination:
            one = one.put(name, Entry(literal=repr(word)))
        if (sequences := _of_sequences(one, names, code)) is not None:
            yield sequences
        yield one
        yield from _otherwise(one, names, code)


def _otherwise(state: State, names: Sequence[str], code: Code) -> Iterator[State]:
    """The state with what the uses leave open: numbers in place of arrays, vectors of weights."""
    numbers, single, vectors = state, state, state
    for name in names:
        if name not in state.names:
            continue
        entry = state.of(name)
        if entry.dims and entry.dims[0].isdigit():
            continue  # it is unpacked
        if entry.is_value or entry.classes:
            continue
        flat, _ = code.roles.flat(name)
        if len(entry.dims) in (1, 2) and (flat or state.kind(name) == WEIGHT):
            other = state.ranked(name, 3 - len(entry.dims), COLUMN)
            if other is not None and entry.dims[:1] != other.of(name).dims:
                yield other
        if state.kind(name) not in (WEIGHT, BIAS) and not code.roles.is_array(name):
            numbers = numbers.put(name, replace(entry, dims=()))
        if state.kind(name) != WEIGHT and len(entry.dims) == RANK and not code.says_axes(name):
            vectors = vectors.put(name, replace(entry, dims=entry.dims[:1]))
        if len(entry.dims) == ONE_OUTPUT.get(state.kind(name), 0):
            single = single.put(name, replace(entry, dims=entry.dims[:-1]))
    if single is not state:
        yield replace(single, cost=single.cost + COLUMN)
    if sum(one != other for one, other in zip(vectors.entries, state.entries)) > 1:
        yield replace(vectors, cost=vectors.cost + VECTORS)
    if numbers is not state:
        yield replace(numbers, cost=numbers.cost + NUMBERS)


def _of_sequences(state: State, names: Sequence[str], code: Code) -> State | None:
    """The state with sequences in place of matrices: heads divide what has three axes."""
    changed = state
    for name in names if code.parts else ():
        entry = state.of(name)
        if state.kind(name) == DATA and len(entry.dims) == RANK and not entry.word:
            deeper = changed.deepened(name, RANK + 1, 0.0)
            changed = deeper if deeper is not None else changed
    return None if changed is state else changed


def other_options(state: State, code: Code) -> Iterator[State]:
    """The state with option dicts of other values than the usual ones."""
    nodes = (node for node in code.nodes if isinstance(node, Function))
    given = {name for node in nodes for name in functions.parameters(node)}
    for name in given & OTHER_OPTIONS.keys() - {*state.names}:
        yield state.put(name, Entry(literal=repr(OTHER_OPTIONS[name])), LABELS)


def as_called(state: State, names: Sequence[str], code: Code) -> Iterator[State]:
    """The state with the shapes of the file's own calls: equal extents are one size."""
    called = {n: own for name in names for n, own in [(name, code.as_called(name))] if own}
    if not names or len(called) < len(names):
        return
    sizes: dict[int, str] = {1: "1"}
    extents = [n for shape, top in called.values() for n in (*shape, top)]
    for extent in dict.fromkeys(extents):
        if extent > 1:
            state, (sizes[extent],) = state.sized(1)
    for name, (shape, top) in called.items():
        classes = sizes.get(top, "") if top > 1 else ""
        state = state.put(name, Entry(tuple(sizes[n] for n in shape), classes))
    yield replace(state, cost=AS_CALLED)


def _entered(state: State, name: str, code: Code, its: str) -> State:
    entries = _of_container(name, code)
    if entries:
        state = replace(state, words=(*state.words, *entries.items()))
        for entry, word in entries.items():
            axes = 1 if role(word, entries.values()) == BIAS else RANK
            state, sizes = state.sized(axes)
            state = state.put(entry, Entry(sizes))
        return state
    if name in naming.FLAGS:
        return state.put(name, Entry(literal="True"))
    words = {*naming.tokens(name)}
    if code.roles.is_whole(name) and not code.roles.is_array(name) and not words & STEPS:
        state, sizes = state.sized(1)
        hints = (*state.hints, (sizes[0], name))
        return replace(state.put(name, Entry(whole=sizes[0])), hints=hints)
    if words & OPTIONS and not code.is_array(name) and "." not in name:
        return state.put(name, Entry(literal="1"))
    if code.indexes_with(name):
        told = code.documented.get(name, ())
        rank = len(told) or max(1, code.axes(name), len(code.unpacked(name)))
        state, sizes = state.sized(rank + 1)
        dims = tuple(dim or size for dim, size in itertools.zip_longest(told, sizes[:-1]))
        return state.put(name, Entry(dims, sizes[-1]))
    flat, length = code.roles.flat(name)
    parts = code.roles.unpacked(name)
    if parts and not flat:
        return state.put(name, Entry((str(len(parts)),)))
    if flat:
        state, sizes = state.sized(1)
        return state.put(name, Entry((str(length),) if length else sizes))
    own = code.unpacked(name) or code.comments.get(name, ())
    word = "mask" if "mask" in naming.tokens(name) else ""
    least = 1 if its == BIAS or code.is_shift(name) else RANK
    rank = max(least, code.axes(name.rpartition(".")[2]))
    told = code.documented.get(name, ())
    if told and not own:
        state, sizes = state.sized(len(told))
        dims = tuple(dim or size for dim, size in zip(told, sizes))
        return state.put(name, Entry(dims, word=word))
    called = code.as_called(name)
    rank = len(own) or (len(called[0]) if called else rank)
    state, sizes = state.sized(rank)
    spelled = [word if word.strip("_") else f"_{i}" for i, word in enumerate(own)]
    known = {word: size for size, word in state.hints}
    by_name = {word: known.get(word, size) for word, size in zip(spelled, sizes)}  # one a name
    dims = tuple(by_name[word] for word in spelled) if own else sizes
    new = [(s, word) for word, s in by_name.items() if word not in known and word[0] != "_"]
    return replace(state.put(name, Entry(dims, word=word)), hints=(*state.hints, *new))


def _of_container(name: str, code: Code) -> dict[str, str]:
    """The entries of a list or dict of parameters, each with what the code calls it."""
    pairs = code.roles.in_pairs(name)
    if pairs:  # for W, b in params
        every = itertools.product(range(LAYERS), enumerate(pairs))
        kinds = [_known_kind(word) or code.roles.kind(word) for word in pairs]
        return {f"{name}[{layer}][{i}]": kinds[i] for layer, (i, _) in every}
    parts = code.roles.unpacked(name)
    if any(code.roles.is_array(part) for part in parts):  # W1, b1, W2, b2 = params
        return {f"{name}[{i}]": word for i, word in enumerate(parts)}
    keys = code.roles.numbered_keys(name)
    of_key = {key: _known_kind(key) or code.roles.kind(key, name) for key in keys}
    return {f"{name}.{key}{n}": of_key[key] for n in range(1, LAYERS + 1) for key in keys}


def _known_kind(word: str) -> str:
    """The word itself, if it says a weight or a bias."""
    return word if kind(word) in (WEIGHT, BIAS) else ""


def _axes(node: ast.AST, name: str) -> int:
    """The number of axes of a name that one node speaks of; 0 if of none."""
    if isinstance(node, ast.Subscript) and _is_name(node.value, name):
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        plain = [p for p in parts if not (isinstance(p, ast.Constant) and p.value is None)]
        return len(plain) if len(plain) > 1 else 0
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == f"{name}.shape":
        at = node.slice
        return at.value + 1 if isinstance(at, ast.Constant) and type(at.value) is int else 0
    if isinstance(node, ast.Attribute) and node.attr == "T" and _is_name(node.value, name):
        return RANK
    if not isinstance(node, ast.Call):
        return 0
    along = [w.value for w in node.keywords if w.arg in ("axis", "dim")]
    own = _is_name(getattr(node.func, "value", None), name)
    own = own or any(_is_name(given, name) for given in node.args[:1])
    if own and along and isinstance(along[0], ast.Constant) and type(along[0].value) is int:
        return along[0].value + 1 if along[0].value > 0 else 0
    if not isinstance(node.func, ast.Attribute):
        return 0
    if node.func.attr == "einsum" and node.args and isinstance(node.args[0], ast.Constant):
        words = re.sub(r"\s", "", str(node.args[0].value)).partition("->")[0].split(",")
        given = zip(words, node.args[1:])
        return max((len(w) for w, arg in given if _is_name(arg, name) and "." not in w), default=0)
    if node.func.attr in ("transpose", "permute"):
        own = _is_name(node.func.value, name)
        first = node.args[1:2] if node.args and _is_name(node.args[0], name) else []
        axes = node.args if own else list(getattr(first[0], "elts", ())) if first else []
        axes = list(axes[0].elts) if len(axes) == 1 and isinstance(axes[0], ast.Tuple) else axes
        return len(axes) if len(axes) > 1 else 0
    return 0


COMMENT = re.compile(
    r"^\s*#+\s*(\w+)\s*(?::|=|->|is|has shape|of shape)?\s*[\[(]([^\[\]()]+)[\])]\s*$"
)


def _comments(node: Function, lines: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The axes of arguments in comments of a body: ``# query: (batch size, query len, dim)``."""
    found: dict[str, tuple[str, ...]] = {}
    known = {argument.arg for argument in node.args.args}
    for line in lines[node.lineno : node.end_lineno]:
        said = COMMENT.match(line)
        axes = [re.sub(r"\W+", "_", axis.strip()) for axis in said[2].split(",")] if said else []
        if said and said[1] in known and len(axes) > 1 and all(a.isidentifier() for a in axes):
            found.setdefault(said[1], tuple(axes))
    return found


def _is_name(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def code_of(
    parts: Sequence[tuple[Function, int]],
    tree: ast.AST | None,
    divided: Sequence[str] = (),
    lines: Sequence[str] = (),
) -> Code:
    """The functions of a derivation, and the whole numbers of the file that they stand in."""
    found = [for_arrays(node) for node, _ in parts]
    comments = {n: axes for node in found for n, axes in _comments(node, lines).items()}
    roots: list[ast.AST] = [tree] if tree is not None else list(found)
    numbers = frozenset(
        node.value
        for root in roots
        for node in ast.walk(root)
        if isinstance(node, ast.Constant) and type(node.value) is int
    )
    defined = {n.name: n for root in roots for n in ast.walk(root) if isinstance(n, Function)}
    stages = tuple(stage for _, stage in parts)
    roles = Roles(tuple(found), defined)
    return Code(tuple(found), stages, numbers, roles, tuple(divided), comments)
