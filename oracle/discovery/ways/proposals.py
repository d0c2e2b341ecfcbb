"""Proposals for an argument that is no array: values that the code shows, each to be tried.

They come from calls in the file and its package, from the type that the argument is annotated
with, from the methods that the class calls on it, and from a few standard things. Which of them
is used is decided by running.
"""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import Parameter, User, parameters
from oracle.discovery.given import Given, given
from oracle.discovery.scope import Scope, only_makes
from oracle.discovery.text import callers
from oracle.discovery.text.functions import Function
from oracle.discovery.ways.set_up import STEPS, PlainDescent

COUNTED = ("range", "repeat", "reshape", "split", "array_split", "tile")
MOST_LAYERS = 3  # of which a list is tried
MOST = 6  # values of one source that are tried for one argument
DTYPE = re.compile(r"(d_?type|data_?type)$")
GENERATOR = re.compile(r"(rng|random|random_state|generator)$")


class Proposals:
    """The values that the code proposes for the arguments of a class's constructor."""

    def __init__(self, user: User, owner: str, given: Sequence[Parameter]) -> None:
        self.user = user
        self.owner = owner
        self.names = [p.name for p in given]
        methods = user.text.methods(owner) if user.text is not None else {}
        self.init = user.node(methods.get("__init__", ""))
        self.scope = Scope(user)
        short = owner.rpartition(".")[2]
        self.texts = callers.near(user.text, short) if user.text is not None else []
        self.methods = [node for node in map(user.node, methods.values()) if node is not None]

    def of(self, name: str) -> list[Given]:
        """The values that are proposed for an argument, the surest first."""
        found: dict[tuple[str, str], Given] = {}
        for source in (self._by_calls, self._by_hint, self._standard, self._by_use):
            for one in itertools.islice(source(name), MOST):
                found.setdefault((one.text, one.why), one)
        return list(found.values())

    def _by_calls(self, name: str) -> Iterator[Given]:
        """The values that calls of the constructor pass, those in its own file first."""
        if name not in self.names or self.user.text is None:
            return
        for one in callers.to_constructor(self.texts, self.owner, self.names, name):
            value = self.scope.spelled_out(one.text, one.value, one.line)
            names = self.scope.names(one.text, value, one.line)
            if names is None or not only_makes(value, names):
                continue
            made = given(value, names, why=f"as in line {one.line} of {one.text.file}")
            if _can_be_made(made):
                yield made

    def _by_hint(self, name: str) -> Iterator[Given]:
        """Objects of the class that an argument is annotated with, or containers of them."""
        hint = _annotation(self.init, name)
        if hint is None:
            return
        words = {part.id for part in ast.walk(hint) if isinstance(part, ast.Name)}
        words |= {part.attr for part in ast.walk(hint) if isinstance(part, ast.Attribute)}
        kinds = [kind for kind in self.scope.classes() if kind.__name__ in words]
        for one in self._objects(kinds):
            text = ast.parse(_contained(hint, one.text), mode="eval").body
            yield given(text, one.names, why=f"by the annotation of {name}")

    def _objects(self, kinds: Iterable[type]) -> Iterator[Given]:
        """Objects, made without arguments, of some classes and of their subclasses."""
        for base in kinds:
            for kind in [base, *_subclasses(base)]:
                made = given(ast.parse(f"{kind.__name__}()", mode="eval").body,
                             {kind.__name__: kind})  # fmt: skip
                if _can_be_made(made):
                    yield made

    def _standard(self, name: str) -> Iterator[Given]:
        """A dtype, a random generator, and plain gradient descent for an optimizer."""
        if DTYPE.match(name):
            yield given(ast.parse("np.float64", mode="eval").body, {"np": np}, why="by its name")
        elif GENERATOR.match(name) or self._draws(name, np.random.Generator):
            text = ast.parse("np.random.default_rng(0)", mode="eval").body
            yield given(text, {"np": np}, why="by its name")
        elif self._draws(name, np.random.RandomState):
            text = ast.parse("np.random.RandomState(0)", mode="eval").body
            yield given(text, {"np": np}, why="by what is called on it")
        elif self.called_on(name) & STEPS or "optimi" in name.lower():
            text = ast.parse("PlainDescent()", mode="eval").body
            yield given(text, {"PlainDescent": PlainDescent}, why="it is asked for new weights")

    def _draws(self, name: str, kind: type) -> bool:
        """True if the class calls only methods of a random generator on an argument."""
        called = self.called_on(name)
        return bool(called) and all(hasattr(kind, method) for method in called)

    def _by_use(self, name: str) -> Iterator[Given]:
        """Objects of the user's classes that have all the methods that are called on it."""
        called = self.called_on(name)
        if not called and (called := self._called_on_entries(name)):
            yield from self._lists(called)
        elif called:
            own = {m.__name__: m for m in self.scope.classes()}
            fits = [k for k in own.values() if all(hasattr(k, m) for m in called)]
            fits = [k for k in fits if k.__name__ != self.owner.rpartition(".")[2]]
            why = f"for it has {', '.join(sorted(called))}"
            for one in self._objects(fits):
                yield given(ast.parse(one.text, mode="eval").body, one.names, why=why)
            yield from self._sized(name, fits, why)

    def _sized(self, name: str, fits: Sequence[type], why: str) -> Iterator[Given]:
        """An object of two sizes, of the class that is named as the argument: ``Encoder(n0, n1)``.

        Arguments of one constructor stand in the order of the data: the sizes of one begin where
        those of the one before it end.
        """
        at = self.names.index(name) if name in self.names else 0
        known = {"".join(naming.tokens(kind.__name__)): kind for kind in fits}
        kind = known.get("".join(naming.tokens(name)))
        if kind is not None and _takes_two_sizes(kind):
            sizes = (f"n{at}", f"n{at + 1}")
            text = f"{kind.__name__}({', '.join(sizes)})"
            yield given(ast.parse(text, mode="eval").body, {kind.__name__: kind}, sizes, why)

    def layers(self, name: str) -> list[Given]:
        """Lists of layers for an argument that the class goes through and calls; often none."""
        called = self._called_on_entries(name)
        return list(itertools.islice(self._lists(called), MOST)) if called else []

    def _lists(self, called: set[str]) -> Iterator[Given]:
        """A list of layers: those between which sizes change, and those that need no argument."""
        own = {kind.__name__: kind for kind in self.scope.classes()}
        own.pop(self.owner.rpartition(".")[2], None)
        fits = {name: kind for name, kind in own.items() if all(hasattr(kind, m) for m in called)}
        plain = [one for one in self._objects(fits.values()) if one.text.removesuffix("()") in fits]
        sized = [name for name, kind in fits.items() if _takes_two_sizes(kind)]
        why = f"its entries have {', '.join(sorted(called))}"
        for one in plain[:MOST_LAYERS]:
            for name in sized[:1]:
                wide = f"[{name}(n0, n1), {one.text}, {name}(n1, n2)]"
                yield given(ast.parse(wide, mode="eval").body, fits, ("n0", "n1", "n2"), why)
        for one in plain[:MOST_LAYERS]:
            yield given(ast.parse(f"[{one.text}]", mode="eval").body, fits, (), why)

    def _called_on_entries(self, name: str) -> set[str]:
        """The methods called on the entries of a list: ``for layer in self.layers``."""
        held = {name, f"self.{name}", f"self._{name}"}
        found: set[str] = set()
        for node in self.methods:
            for loop in ast.walk(node):
                if not isinstance(loop, ast.For | ast.comprehension):
                    continue
                named = {ast.unparse(p) for p in ast.walk(loop.iter) if isinstance(p, ast.expr)}
                entries = {p.id for p in ast.walk(loop.target) if isinstance(p, ast.Name)}
                if named & held:
                    found |= _methods_called(node, entries)
        return found

    def _spellings(self, name: str) -> set[str]:
        """An argument, and the attributes that hold it, but not one that holds what is made of it.

        ``self.dropout = Dropout(dropout)`` is a layer, and the argument is a number.
        """
        held = {name, f"self.{name}", f"self._{name}"}
        for part in ast.walk(self.init) if self.init is not None else ():
            if not isinstance(part, ast.Assign):
                continue
            targets = {ast.unparse(target) for target in part.targets}
            held = held | targets if ast.unparse(part.value) == name else held - targets
        return held | {name}

    def is_counted(self, name: str) -> bool:
        """True if an argument is the number of parts that a class makes, or of repetitions."""
        held = self._spellings(name)
        if self.is_divided_by(name):
            return True
        for part in (part for node in self.methods for part in ast.walk(node)):
            called = (
                getattr(part.func, "attr", getattr(part.func, "id", ""))
                if (isinstance(part, ast.Call))
                else ""
            )
            if called in COUNTED and any(ast.unparse(p) in held for p in part.args):  # type: ignore[attr-defined]
                return True
        return False

    def is_divided_by(self, name: str) -> bool:
        """True if the class divides a whole number into as many parts as an argument says."""
        held = self._spellings(name)
        return any(
            isinstance(part, ast.BinOp)
            and isinstance(part.op, ast.FloorDiv | ast.Mod)
            and ast.unparse(part.right) in held
            for node in self.methods
            for part in ast.walk(node)
        )

    def is_called(self, name: str) -> bool:
        """True if the class calls an argument itself, as a function."""
        spelled = self._spellings(name)
        return any(
            isinstance(part, ast.Call) and ast.unparse(part.func) in spelled
            for node in self.methods
            for part in ast.walk(node)
        )

    def called_on(self, name: str) -> set[str]:
        """The methods that the class calls on an argument, or on the attribute that holds it."""
        held = self._spellings(name)
        return {method for node in self.methods for method in _methods_called(node, held)}


LISTS = ("list", "List", "Sequence", "tuple", "Tuple", "Iterable", "Collection")
DICTS = ("dict", "Dict", "Mapping", "MutableMapping", "OrderedDict")


def _contained(hint: ast.expr, thing: str) -> str:
    """An expression as an annotation says, ``dict[str, list[Layer]]``, of things of one sort."""
    if not isinstance(hint, ast.Subscript):
        return thing
    holder = ast.unparse(hint.value).rpartition(".")[2]
    parts = hint.slice.elts if isinstance(hint.slice, ast.Tuple) else [hint.slice]
    inner = _contained(parts[-1], thing)
    if holder in DICTS:
        return f"{{'a': {inner}, 'b': {inner}}}"
    if holder in ("tuple", "Tuple") and not isinstance(parts[-1], ast.Constant):
        return f"({', '.join([inner] * len(parts))},)"
    if holder in ("tuple", "Tuple"):
        return f"({_contained(parts[0], thing)},)"
    return f"[{inner}, {inner}]" if holder in LISTS else inner


def _methods_called(node: ast.AST, held: set[str]) -> set[str]:
    """The methods that are called on expressions of some spellings."""
    return {
        part.func.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
        if ast.unparse(part.func.value) in held
    }


def _takes_two_sizes(kind: type) -> bool:
    """True if an object is made with two whole numbers, and nothing else is needed."""
    try:
        needed = [p for p in parameters(kind, kind.__name__) if p.required]
        kind(*range(2, 2 + len(needed)))
    except (Exception, SystemExit):
        return False
    return len(needed) == 2


def _annotation(node: Function | None, name: str) -> ast.expr | None:
    for argument in (*node.args.args, *node.args.kwonlyargs) if node is not None else ():
        if argument.arg == name:
            hint = argument.annotation
            if isinstance(hint, ast.Constant) and isinstance(hint.value, str):
                try:
                    return ast.parse(hint.value, mode="eval").body
                except SyntaxError:
                    return None
            return hint
    return None


def _subclasses(kind: type) -> list[type]:
    found: dict[type, None] = {}
    one: type
    for one in kind.__subclasses__():
        found.update(dict.fromkeys([one, *_subclasses(one)]))
    return list(found)


def _can_be_made(one: Given) -> bool:
    """True if the expression can be evaluated; the user's code may raise anything in it."""
    try:
        one.make({})
    except (Exception, SystemExit):
        return False
    return True


def is_plain(one: Given) -> bool:
    """A number, or numbers alone: what may be a size as well."""
    if one.sizes:
        return False
    value = one.make({})
    values = value if isinstance(value, list | tuple) else [value]
    return all(isinstance(v, int | float | np.generic | np.ndarray) for v in values) and not (
        isinstance(value, bool)
    )


def is_fraction(one: Given) -> bool:
    """A floating-point number, which is no size."""
    value: Any = None if one.sizes else one.make({})
    return isinstance(value, float | np.floating | np.ndarray) and np.ndim(value) == 0


def is_array(one: Given) -> bool:
    return not one.sizes and np.ndim(one.make({})) > 0 and isinstance(one.make({}), np.ndarray)


def proposals_of(user: User, owner: str, given: Sequence[Parameter]) -> Proposals:
    """The proposals for a class, looked for once."""
    if user.text is None:
        return Proposals(user, owner, given)
    key = ("proposals", owner, len(given))
    if key not in user.text.known:
        user.text.known[key] = Proposals(user, owner, given)
    return cast(Proposals, user.text.known[key])
