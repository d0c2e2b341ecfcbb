"""Origins of values inside a function: computed there, or received from something that gives them.

The question is where a gradient that a function uses was computed. ``dW = X.T @ d`` computes it
here; ``grads = net.backward(d)`` receives it, and scaling, summing, clipping or averaging it over
steps keeps it received. Nothing is executed.
"""

import ast
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from oracle.discovery import naming
from oracle.discovery.text.assignments import Definition, bare, definitions, root, spelled
from oracle.discovery.text.functions import own_nodes, parameters
from oracle.discovery.text.source import Text

RATES = re.compile(
    r"(\w*learning_?rate|\w*learn_?rate|lr\w?|lr_\w+|\w+_lr|eta|alpha|step_?size|step|rate)$",
    re.IGNORECASE,
)
SCALARS = re.compile(
    r"([nNMBTtik]|[mN]_\w+|n_\w+|num_\w+|batch_?size|\w*count|beta_?\d?|b[12]|mu|rho|gamma|decay"
    r"|\w*_decay|momentum|lam\w*|lmb?da|reg\w*|eps\w*|scale|factor|\w*_factor|coef\w*|\w+_size)$"
)
MAKERS = re.compile(r"(zeros|ones|empty|full|arange|eye|identity|rand\w*|normal|uniform)(_like)?$")
MULTIPLY = {"dot", "matmul", "outer", "einsum", "tensordot", "inner", "convolve", "correlate"}
LIBRARIES = {"np", "numpy", "cp", "cupy", "jnp", "torch", "scipy", "math"}
KEEPS = naming.words(
    "copy sum mean reshape ravel flatten squeeze transpose clip astype items values get pop "
    "swapaxes round conj view"
)


@dataclass(frozen=True)
class Origin:
    """The gradients, with their lines, that a value is computed from; or that it is received."""

    computed: frozenset[tuple[str, int]] = frozenset()
    received: bool = False


NEITHER = Origin()
RECEIVED = Origin(received=True)


def joined(origins: Iterable[Origin]) -> Origin:
    found = list(origins)
    computed = frozenset(pair for origin in found for pair in origin.computed)
    return Origin(computed, any(origin.received for origin in found))


@dataclass(frozen=True)
class Known:
    """Facts about the functions of a file, by qualified name."""

    user: Text
    judged: frozenset[str]  # those that belong to a derivation
    givers: frozenset[str]  # of these, the ones that return gradients
    slopes: frozenset[str]  # derivatives of elementwise functions
    backwards: frozenset[str]  # those that are named like a backward


def is_scalar(node: ast.AST) -> bool:
    """True if an expression is one number by its form and names: ``1 / n``, ``self.lr``."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float)
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        return name == "size" or bool(RATES.match(name) or SCALARS.match(name))
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else ""
        of_shape = isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
        return of_shape or (isinstance(key, str) and bool(RATES.match(key)))
    if isinstance(node, ast.BinOp):
        by_a_size = isinstance(node.op, ast.Div) and isinstance(node.right, ast.Name)
        return is_scalar(node.left) and (by_a_size or is_scalar(node.right))
    if isinstance(node, ast.UnaryOp):
        return is_scalar(node.operand)
    if isinstance(node, ast.Call):
        owner, _, called = ast.unparse(node.func).rpartition(".")
        of_numbers = called in ("float", "int", "sqrt", "max", "min") and owner in {"", *LIBRARIES}
        return called == "len" or (of_numbers and all(map(is_scalar, node.args)))
    return False


@dataclass
class Origins:
    """The origins of the values in one function, or in the module outside of functions."""

    known: Known
    name: str  # qualified; "" of the module
    node: ast.AST
    strict: bool = False  # a parameter that is named like a gradient is an upstream, and no result
    visiting: set[str] = field(default_factory=set)

    @functools.cached_property
    def defined(self) -> dict[str, list[Definition]]:
        """The values that the names of the function are given."""
        return definitions(own_nodes(self.node))

    @functools.cached_property
    def given(self) -> list[str]:
        """The function's parameters; none of the module's."""
        is_function = isinstance(self.node, ast.FunctionDef | ast.AsyncFunctionDef)
        return parameters(self.node) if is_function else []  # type: ignore[arg-type]

    @functools.cached_property
    def methods(self) -> dict[str, str]:
        """The methods of the class that the function belongs to."""
        return self.known.user.methods(self.name.rpartition(".")[0])

    def of(self, node: ast.AST, label: str) -> Origin:
        """The origin of an expression; ``label`` names it if it is a computation itself."""
        here = Origin(frozenset({(label, getattr(node, "lineno", 0))}))
        if isinstance(node, ast.Name | ast.Attribute | ast.Subscript):
            return self._variable(node, label)
        if isinstance(node, ast.BinOp):
            return self._operation(node, label, here)
        if isinstance(node, ast.Call):
            return self._call(node, label, here)
        if isinstance(node, ast.UnaryOp):
            return self.of(node.operand, label)
        if isinstance(node, ast.Starred | ast.NamedExpr):
            return self.of(node.value, label)
        if isinstance(node, ast.Tuple | ast.List):
            return joined(self.of(element, label) for element in node.elts)
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values)
            return joined(
                self.of(v, f"{label}[{spelled(k)}]" if k is not None else label) for k, v in pairs
            )
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            return self.of(node.elt, label)
        if isinstance(node, ast.DictComp):
            return self.of(node.value, label)
        if isinstance(node, ast.IfExp):
            return joined([self.of(node.body, label), self.of(node.orelse, label)])
        return NEITHER

    def _variable(self, node: ast.AST, label: str) -> Origin:
        own = root(node)
        if not own:
            if isinstance(node, ast.Attribute) and node.attr == "T":
                return self.of(node.value, label)
            return RECEIVED if isinstance(node, ast.Attribute) else NEITHER
        if own in self.visiting:
            return NEITHER
        self.visiting.add(own)
        try:
            if own.startswith("self."):
                return self._attribute(own)
            if own in self.defined:
                return self._defined(own)
        finally:
            self.visiting.discard(own)
        gradient = naming.looks_like_gradient(own)
        return RECEIVED if gradient and not self.strict else NEITHER

    def _defined(self, own: str) -> Origin:
        found: list[Origin] = [NEITHER]
        for definition in self.defined[own]:
            origin = self.of(definition.value, definition.label)
            named = all(naming.looks_like_gradient(bare(name)) for name, _ in origin.computed)
            if not named and not definition.looped:
                here = frozenset({(definition.label, definition.line)})
                origin = Origin(here, origin.received)
            found.append(origin)
        return joined(found)

    def _attribute(self, own: str) -> Origin:
        """An attribute, by the methods that set it."""
        if own in self.defined:
            return self._defined(own)
        setters = []
        for method in self.methods.values():
            node = self.known.user.functions[method]
            if method != self.name and own in definitions(own_nodes(node)):
                setters.append((method, node))
        if not setters or any(m in self.known.judged | self.known.backwards for m, _ in setters):
            return RECEIVED
        others = [Origins(self.known, m, n, self.strict, self.visiting) for m, n in setters]
        return joined(other._defined(own) for other in others)

    def _operation(self, node: ast.BinOp, label: str, here: Origin) -> Origin:
        if isinstance(node.op, ast.MatMult):
            return here
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Pow):
            return self.of(node.left, label)
        left, right = self.of(node.left, label), self.of(node.right, label)
        if not isinstance(node.op, ast.Mult):
            return joined([left, right])
        if is_scalar(node.left) or is_scalar(node.right):
            return right if is_scalar(node.left) else left
        sides = (left, node.left, node.right), (right, node.right, node.left)
        for origin, own, other in sides:  # scaled by something that is no gradient
            plain = isinstance(other, ast.Name | ast.Attribute | ast.Subscript)
            slope = isinstance(own, ast.Call) and ast.unparse(own.func) in self.known.slopes
            if origin.received and plain and not slope and not (left.received and right.received):
                return origin
        return here

    def _call(self, node: ast.Call, label: str, here: Origin) -> Origin:
        func, known = node.func, self.known
        given = [*node.args, *(k.value for k in node.keywords)]
        if isinstance(func, ast.Attribute):
            base = ast.unparse(func.value)
            if func.attr in MULTIPLY:
                return here
            if MAKERS.match(func.attr):
                return NEITHER
            if base.partition(".")[0] in LIBRARIES:
                return joined(self.of(part, label) for part in given)
            if base in ("self", "cls", "super()"):
                return self._own(self.methods.get(func.attr, ""), given, label, here)
            return self.of(func.value, label) if func.attr in KEEPS else RECEIVED
        if not isinstance(func, ast.Name):
            return NEITHER
        if func.id in known.user.functions:
            return self._own(func.id, given, label, here)
        if func.id in known.user.imported or func.id in self.given:
            return RECEIVED
        if func.id in ("len", "range", "print"):
            return NEITHER
        return joined(self.of(part, label) for part in given)

    def _own(self, name: str, given: list[ast.expr], label: str, here: Origin) -> Origin:
        """A call of a function of the file; "" for a method that stands elsewhere."""
        known = self.known
        if not name or name in known.givers | known.slopes | known.backwards:
            return RECEIVED
        if name in known.judged:
            return NEITHER
        received = any(self.of(part, label).received for part in given)
        return RECEIVED if received else here
