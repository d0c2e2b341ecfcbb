"""First states: what names and the text of the code say of the arguments that are open."""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from oracle.discovery import naming
from oracle.discovery.running.state import BIAS, Entry, State, kind
from oracle.discovery.text import usage
from oracle.discovery.text.functions import Function

RANK = 2  # of what nothing is known
OPTION = re.compile(
    r"(stride|pad|axis|kernel|pool|size|num|n_|mode|activation|config|layers?$|units|dilation)"
)
MOST_CHOICES = 6


@dataclass(frozen=True)
class Code:
    """The functions that are run, as text."""

    nodes: tuple[ast.AST, ...]

    def numbers(self) -> frozenset[int]:
        """The whole numbers in the code: no extent is one of them."""
        return frozenset(
            node.value
            for root in self.nodes
            for node in ast.walk(root)
            if isinstance(node, ast.Constant) and type(node.value) is int
        )

    def indexes_with(self, name: str) -> bool:
        return any(usage.indexes_with(node, name) for node in self.nodes)

    def unpacked(self, name: str) -> tuple[str, ...]:
        """The names in ``N, D = x.shape``; () where there is no such line."""
        for root in self.nodes:
            for node in ast.walk(root):
                if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
                    continue
                if ast.unparse(node.value) in (f"{name}.shape", f"np.shape({name})"):
                    parts = node.targets[0].elts
                    if all(isinstance(part, ast.Name) for part in parts):
                        return tuple(ast.unparse(part) for part in parts)
        return ()

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

    def is_array(self, name: str) -> bool:
        return any(usage.is_array(node, name) for node in self.nodes)


def started(state: State, names: Sequence[str], code: Code) -> Iterator[State]:
    """The state with first entries for more arguments; one state for each option of the code."""
    choices: list[list[State | None]] = []
    options = {name: code.words(name)[:MOST_CHOICES] for name in names}
    for name in names:
        if name not in options or not options[name]:
            state = _entered(state, name, code)
    chosen = [[(name, word) for word in words] for name, words in options.items() if words]
    del choices
    for combination in itertools.product(*chosen):
        one = state
        for name, word in combination:
            one = one.put(name, Entry(literal=repr(word)))
        yield one


def _entered(state: State, name: str, code: Code) -> State:
    if name in naming.FLAGS:
        return state.put(name, Entry(literal="True"))
    if OPTION.search(name) and not code.is_array(name) and "." not in name:
        return state.put(name, Entry(literal="1"))
    if code.indexes_with(name):
        state, sizes = state.sized(2)
        return state.put(name, Entry(sizes[:1], sizes[1]))
    own = code.unpacked(name)
    rank = len(own) or (1 if kind(name) == BIAS else RANK)
    state, sizes = state.sized(rank)
    state = state.put(name, Entry(sizes))
    return replace(state, hints=(*state.hints, *zip(sizes, own)))


def code_of(nodes: Sequence[Function | None]) -> Code:
    return Code(tuple(node for node in nodes if node is not None))
