"""The role of an argument by its uses in the code: whole number, flat vector, number, container.

A use counts wherever the argument goes: in each function of the file that takes it.
"""

import ast
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from oracle.discovery.text import functions as text_functions
from oracle.discovery.text.functions import Function

DEEPEST = 3  # calls from one function of the file to another
SHAPED = ("reshape", "view", "zeros", "ones", "empty", "full", "eye", "identity", "split")
OF_ALL = ("dot", "matmul", "einsum", "outer", "zip", "concatenate", "vdot", "inner")  # arguments
OF_FIRST = (
    "sum", "mean", "max", "min", "diag", "transpose", "len", "enumerate", "reversed", "cumsum",
    "prod", "argmax", "norm", "pad", "list", "tuple",
)  # fmt: skip
Use = tuple[ast.AST, str]  # code, and what the argument is called in it


@dataclass(frozen=True)
class Roles:
    """The uses of arguments in some functions, and in those of the file that they call."""

    nodes: tuple[ast.AST, ...] = ()
    functions: Mapping[str, Function] = field(default_factory=dict, hash=False)

    @functools.cached_property
    def _known(self) -> dict[str, tuple[Use, ...]]:
        return {}

    def uses(self, name: str) -> tuple[Use, ...]:
        """The code in which an argument is used."""
        if name not in self._known:
            found: dict[tuple[int, str], Use] = {}
            for node in self.nodes:
                self._follow(node, name, found, 0)
            self._known[name] = tuple(found.values())
        return self._known[name]

    def _follow(
        self, node: ast.AST, name: str, found: dict[tuple[int, str], Use], deep: int
    ) -> None:
        if (id(node), name) in found or deep > DEEPEST:
            return
        found[id(node), name] = node, name
        for call in ast.walk(node):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            called = self.functions.get(call.func.id)
            if called is None:
                continue
            taken = text_functions.parameters(called)
            pairs = [*zip(taken, call.args), *((w.arg, w.value) for w in call.keywords)]
            for parameter, argument in pairs:
                if parameter and is_name(argument, name):
                    self._follow(called, parameter, found, deep + 1)

    def is_whole(self, name: str) -> bool:
        """An extent or a bound: ``range(K)``, ``theta[:K]``, ``x.reshape(K, -1)``."""
        return any(name in _whole_numbers(node) for node, name in self.uses(name))

    def is_array(self, name: str) -> bool:
        """It is used as only an array or list can be."""
        return any(_is_array(part, own) for node, own in self.uses(name) for part in ast.walk(node))

    def flat(self, name: str) -> tuple[bool, int]:
        """True if it is indexed by one subscript at a time; and its length, if all are numbers."""
        numbers: list[int] = []
        cut, others = False, False
        for node, own in self.uses(name):
            for part in ast.walk(node):
                if isinstance(part, ast.Subscript) and is_name(part.value, own):
                    at = part.slice
                    if isinstance(at, ast.Constant) and type(at.value) is int:
                        numbers.append(at.value)
                    else:
                        is_part = _is_negative(at) or (isinstance(at, ast.Slice) and not at.step)
                        is_part = is_part or _is_whole(at, node)
                        cut, others = cut or is_part, others or not is_part
                elif isinstance(part, ast.Attribute) and is_name(part.value, own):
                    others = others or part.attr == "T"
        if others:
            return False, 0
        return cut or bool(numbers), 0 if cut or not numbers else max(numbers) + 1

    def unpacked(self, name: str) -> tuple[str, ...]:
        """The names in ``W1, b1, W2, b2 = params``; () where there is no such line."""
        for node, own in self.uses(name):
            for part in ast.walk(node):
                if isinstance(part, ast.Assign) and is_name(part.value, own):
                    parts = _names(part.targets[0])
                    if parts:
                        return parts
        return ()

    def in_pairs(self, name: str) -> tuple[str, ...]:
        """The names in ``for W, b in params``; () where there is no such loop."""
        for node, own in self.uses(name):
            for part in ast.walk(node):
                if isinstance(part, ast.For | ast.comprehension):
                    for target, over in _gone_through(part.target, part.iter):
                        if is_name(over, own) and _names(target):
                            return _names(target)
        return ()

    def numbered_keys(self, name: str) -> tuple[str, ...]:
        """The words of keys with a number: W and b of ``params["W" + str(l)]``, ``f"b{l}"``."""
        found: dict[str, None] = {}
        for node, own in self.uses(name):
            for part in ast.walk(node):
                if isinstance(part, ast.Subscript) and is_name(part.value, own):
                    found[_numbered(part.slice)] = None
        return tuple(filter(None, found))

    def kind(self, word: str, container: str = "") -> str:
        """The role of an entry of a container by its use: "W" of a matrix product, "b" of a sum.

        The word is a name of its own, or, with a container, the part of a key before its number.
        """
        found: set[str] = set()
        for node, own in self.uses(container or word):
            for part in ast.walk(node):
                sides = [part.left, part.right] if isinstance(part, ast.BinOp) else []
                if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("dot"):
                    sides = list(part.args)
                if any(_is_entry(side, own, word, container) for side in sides):
                    is_sum = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Mult)
                    found.add("b" if is_sum else "W")
        return next(iter(found)) if len(found) == 1 else word

    def sources(self, words: set[str]) -> set[str]:
        """Words, and the names of what loops with these words as variables go through."""
        found = set(words)
        for node in self.nodes:
            for part in ast.walk(node):
                if isinstance(part, ast.For | ast.comprehension):
                    for target, over in _gone_through(part.target, part.iter):
                        named = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
                        if isinstance(over, ast.Name) and named & words:
                            found.add(over.id)
        return found


def _is_entry(node: ast.AST, own: str, word: str, container: str) -> bool:
    if not container:
        return is_name(node, own)
    inside = isinstance(node, ast.Subscript) and is_name(node.value, own)
    return inside and isinstance(node, ast.Subscript) and _numbered(node.slice) == word


def is_name(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _names(node: ast.AST) -> tuple[str, ...]:
    """The names of a tuple or list of at least two; () if it is anything else."""
    parts = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    names = tuple(part.id for part in parts if isinstance(part, ast.Name))
    return names if len(names) == len(parts) > 1 else ()


def _gone_through(target: ast.AST, over: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """The items of a loop, with the part of its target: ``for i, (W, b) in enumerate(ps)``."""
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name):
        parts = target.elts if isinstance(target, ast.Tuple) else []
        if over.func.id == "enumerate" and len(parts) == 2:
            yield from _gone_through(parts[1], over.args[0])
        elif over.func.id in ("reversed", "list") and over.args:
            yield from _gone_through(target, over.args[0])
        elif over.func.id == "zip":
            for part, argument in zip(parts, over.args):
                yield from _gone_through(part, argument)
    yield target, over


def _numbered(key: ast.AST) -> str:
    """The word before the number in a key; "" if it is no such key."""
    if isinstance(key, ast.BinOp) and isinstance(key.op, ast.Add):
        word, number = key.left, key.right
        numbered = isinstance(number, ast.Call) and is_name(number.func, "str")
        return str(word.value) if numbered and isinstance(word, ast.Constant) else ""
    if isinstance(key, ast.JoinedStr) and len(key.values) == 2:
        word, number = key.values
        numbered = isinstance(number, ast.FormattedValue)
        return str(word.value) if numbered and isinstance(word, ast.Constant) else ""
    return ""


def _is_negative(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)


def _is_whole(at: ast.AST, node: ast.AST) -> bool:
    """True if an index is made of extents: ``theta[D + 1]`` beside ``theta[:D]``."""
    names = _in_arithmetic(at)
    return bool(names) and names <= _whole_numbers(node)


@functools.cache
def _whole_numbers(node: ast.AST) -> frozenset[str]:
    """The names of a function that hold whole numbers, by where they stand."""
    found: set[str] = set()
    for part in ast.walk(node):
        for expression in _extents(part):
            found |= _in_arithmetic(expression)
    given = [part for part in ast.walk(node) if isinstance(part, ast.Assign)]
    for part in reversed(given):
        if any(is_name(target, name) for target in part.targets for name in found):
            found |= _in_arithmetic(part.value)
    return frozenset(found)


def _extents(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions in a node that are extents or bounds."""
    if isinstance(node, ast.Slice):
        yield from filter(None, (node.lower, node.upper))
    if not isinstance(node, ast.Call):
        return
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    given: Sequence[ast.AST] = node.args
    if called in ("range", "arange"):
        yield from given
    elif called == "linspace":
        yield from given[2:3]
    elif called in SHAPED:
        yield from (part for each in given for part in getattr(each, "elts", ()))
        own = isinstance(node.func, ast.Attribute) and called in ("reshape", "view")
        yield from given if own or called in ("eye", "identity", "zeros", "ones", "empty") else ()


def _in_arithmetic(node: ast.AST) -> set[str]:
    """The names in a sum or product of names and numbers; none where it is anything else."""
    parts = list(ast.walk(node))
    plain = (ast.BinOp, ast.Name, ast.Constant, ast.operator, ast.expr_context, ast.UnaryOp)
    if not all(isinstance(part, (*plain, ast.unaryop)) for part in parts):
        return set()
    return {part.id for part in parts if isinstance(part, ast.Name)}


def _is_array(node: ast.AST, name: str) -> bool:
    held: list[ast.AST] = []
    if isinstance(node, ast.Subscript | ast.Attribute):
        held = [node.value]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        held = [node.left, node.right]
    elif isinstance(node, ast.For | ast.comprehension):
        held = [node.iter]
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List):
        held = [node.value]
    elif isinstance(node, ast.Call):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        held = list(node.args) if called in OF_ALL else []
        held += node.args[:1] if called in OF_FIRST else []
    return any(is_name(part, name) for part in held)
