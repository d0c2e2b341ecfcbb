"""A right derivation as the rewrites start from it: two bodies of statements and their shapes."""

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class Base:
    """A forward and its backward, as bare statements over the names in ``shapes``.

    ``forward`` assigns ``out`` ("loss" for a scalar, which takes no upstream). ``backward`` assigns
    ``d`` + the name of each input that it is differentiated by, from ``d`` + ``out``.
    ``@`` and ``.T`` stand for matrices only, so that they can be spelled in other ways.
    Each of ``mistakes`` is an edit of the backward that makes exactly one gradient wrong.
    """

    name: str
    shapes: str  # "X: N D, W: D M"
    forward: str
    backward: str
    mistakes: tuple[tuple[str, str], ...]
    out: str = "Y"
    parameters: tuple[str, ...] = ()  # the inputs that a layer class keeps for itself

    @property
    def is_loss(self) -> bool:
        return self.out == "loss"

    @property
    def inputs(self) -> dict[str, str]:
        """The text after the colon, by input, in order."""
        parts = (part.split(":") for part in self.shapes.split(","))
        return {name.strip(): shape.strip() for name, shape in parts}

    @property
    def wanted(self) -> list[str]:
        """The inputs of which the backward has the gradient."""
        made = names(self.backward, ast.Store)
        return [name for name in self.inputs if "d" + name in made]


@dataclass(frozen=True)
class Draft:
    """A base on its way into a file: its names are chosen, its statements may be rewritten."""

    name: str
    inputs: dict[str, str]  # the shape of each input, in order
    forward: str
    backward: str
    out: str
    upstream: str  # "" for a loss
    gradients: dict[str, str]  # the gradient's name, by input
    parameters: tuple[str, ...]

    @property
    def is_loss(self) -> bool:
        return not self.upstream

    @property
    def kept(self) -> list[str]:
        """What the backward takes from the forward: its values and its inputs, sorted."""
        known = names(self.forward, ast.Store) | set(self.inputs)
        return sorted(known & _needed(self.backward))


def names(statements: str, context: type[ast.expr_context]) -> set[str]:
    """The names that are read (ast.Load) or assigned (ast.Store) in some statements."""
    nodes = ast.walk(ast.parse(statements))
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def _needed(statements: str) -> set[str]:
    """The names that are read before these statements have assigned them."""
    needed: set[str] = set()
    assigned: set[str] = set()
    for statement in ast.parse(statements).body:
        text = ast.unparse(statement)
        loops = [n for n in ast.walk(statement) if isinstance(n, ast.For | ast.comprehension)]
        counters = {
            n.id for loop in loops for n in ast.walk(loop.target) if isinstance(n, ast.Name)
        }
        needed |= names(text, ast.Load) - assigned - counters
        assigned |= names(text, ast.Store)
    return needed
