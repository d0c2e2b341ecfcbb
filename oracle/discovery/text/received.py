"""Functions of a file that a value was received from, and numbers that are set once.

``dW, db = net.slopes(X)`` receives dW from ``slopes``; picking an entry, clipping, scaling and
averaging over steps keep it received. A product of two arrays is something new. No name is asked.
"""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from oracle.discovery.text.assignments import Definition, definitions, root
from oracle.discovery.text.functions import Function, own_nodes, parameters
from oracle.discovery.text.origins import KEEPS
from oracle.discovery.text.source import Text

ARRAYS = {"sqrt", "asarray", "array"}
NONE = ast.Constant(None)


@dataclass
class Scope:
    """One function of a file, or its module ("")."""

    user: Text
    name: str
    node: ast.AST
    _visiting: set[str] = field(default_factory=set)

    @property
    def defined(self) -> Mapping[str, Sequence[Definition]]:
        """The values that its variables are given."""
        key = ("defined", self.name)
        if key not in self.user.known:
            self.user.known[key] = definitions(own_nodes(self.node))
        found: Mapping[str, Sequence[Definition]] = self.user.known[key]
        return found

    @property
    def given(self) -> list[str]:
        return parameters(self.node) if isinstance(self.node, Function) else []

    # -- where a value comes from

    def sources(self, node: ast.AST) -> tuple[set[str], set[str]]:
        """The functions that a value was received from, and the parameters that it is part of."""
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self._of_variable(node)
        if isinstance(node, ast.Call):
            return self._of_call(node)
        if isinstance(node, ast.BinOp):
            return self._joined(self._kept_by(node))
        if isinstance(node, ast.Tuple | ast.List):
            return self._joined(node.elts)
        if isinstance(node, ast.Dict):
            return self._joined([v for v in node.values if v is not None])
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self.sources(node.elt)
        if isinstance(node, ast.DictComp | ast.Starred | ast.NamedExpr):
            return self.sources(node.value)
        return self.sources(node.operand) if isinstance(node, ast.UnaryOp) else (set(), set())

    def _joined(self, nodes: Sequence[ast.AST]) -> tuple[set[str], set[str]]:
        found = [self.sources(node) for node in nodes]
        empty: set[str] = set()
        return empty.union(*(f for f, _ in found)), empty.union(*(p for _, p in found))

    def _of_variable(self, node: ast.AST) -> tuple[set[str], set[str]]:
        own = root(node)
        if not own or own in self._visiting:
            return set(), set()
        if own in self.defined:
            self._visiting.add(own)
            try:
                return self._joined([d.value for d in self.defined[own]])
            finally:
                self._visiting.discard(own)
        return set(), {own} & set(self.given)

    def _of_call(self, node: ast.Call) -> tuple[set[str], set[str]]:
        called = self.called(node)
        if called:
            return {called}, set()
        func = node.func
        if isinstance(func, ast.Attribute) and not root(func.value).startswith("self."):
            parts = [func.value, *node.args[:1]]
            return self._joined(parts) if func.attr in KEEPS | ARRAYS else (set(), set())
        if isinstance(func, ast.Name) and func.id in ("zip", "enumerate", "list", "tuple"):
            return self._joined(node.args)
        return set(), set()

    def _kept_by(self, node: ast.BinOp) -> list[ast.AST]:
        """The parts of an operation that it scales or averages; none of a product of two arrays."""
        if isinstance(node.op, ast.Div):
            return [node.left]
        if isinstance(node.op, ast.Add):
            return [node.left, node.right]
        if isinstance(node.op, ast.Mult):
            sides = [side for side in (node.left, node.right) if not self.is_number(side)]
            return list(sides) if len(sides) == 1 else []
        return []

    def called(self, node: ast.Call) -> str:
        """The function or method of the file that a call calls; "" if it stands elsewhere."""
        func = node.func
        if isinstance(func, ast.Name):
            return func.id if func.id in self.user.functions else ""
        if not isinstance(func, ast.Attribute):
            return ""
        if isinstance(func.value, ast.Name) and func.value.id == "self":
            return self.user.methods(self.name.rpartition(".")[0]).get(func.attr, "")
        named = [n for n in self.user.functions if n.endswith(f".{func.attr}")]
        base = root(func.value)
        return named[0] if len(named) == 1 and base not in self.user.imported else ""

    # -- numbers

    def is_number(self, node: ast.AST) -> bool:
        """A number by how it is set: a constant, or an argument with a number for a default."""
        if isinstance(node, ast.Constant):
            return _is_number(node)
        if isinstance(node, ast.BinOp):
            return self.is_number(node.left) and self.is_number(node.right)
        if isinstance(node, ast.UnaryOp):
            return self.is_number(node.operand)
        own = root(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if own.startswith("self."):
            return self._is_held_number(own)
        if not own:
            return False
        if own in self.defined:
            return all(_is_number(d.value) for d in self.defined[own])
        if own in self.given:
            return _has_number(self.node, own)
        return bool(self.name) and Scope(self.user, "", self.user.tree).is_number(node)

    def _is_held_number(self, own: str) -> bool:
        methods = self.user.methods(self.name.rpartition(".")[0])
        init = methods.get("__init__", "")
        if not init:
            return False
        scope = Scope(self.user, init, self.user.functions[init])
        held = scope.defined.get(own, [])
        return bool(held) and all(scope.is_number(d.value) for d in held)


def _is_number(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    is_one = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    return is_one and not isinstance(getattr(node, "value", None), bool)


def _has_number(node: ast.AST, name: str) -> bool:
    """A parameter whose default is a number, or that is annotated with ``float``."""
    if not isinstance(node, Function):
        return False
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(arguments, defaults), *zip(node.args.kwonlyargs, node.args.kw_defaults)]
    return any(
        a.arg == name
        and ((d is not None and _is_number(d)) or ast.unparse(a.annotation or NONE) == "float")
        for a, d in pairs
    )


def scopes(user: Text) -> list[Scope]:
    """All functions of a file, and its module."""
    return [Scope(user, n, f) for n, f in user.functions.items()] + [Scope(user, "", user.tree)]
