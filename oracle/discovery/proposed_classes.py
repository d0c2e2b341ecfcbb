"""Classes whose methods no name tells: a method that keeps values, and one that goes back by them.

The text proposes two methods of which the second reads what the first has kept of a call with
arrays. A run decides whether the second gives gradients of the first.
"""

import ast
from collections.abc import Iterator, Sequence

from oracle.discovery import naming
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.subject import Way

OF_EACH = 2  # pairs of methods of one class
NAMES = naming.USES_DERIVATIONS | naming.NOT_A_DERIVATION


def classes(user: Text, found: Sequence[Candidate]) -> Iterator[Candidate]:
    """The classes that no candidate has, as layers, the likeliest pair of methods first."""
    known = {one.of("class") for one in found}
    known |= {name.rpartition(".")[0] for one in found for name in one.parts.values()}
    for owner, node in user.classes.items():
        if owner in known or "." in owner:
            continue
        own = [n for n in user.methods(owner).values() if n.startswith(f"{owner}.")]
        own = [n for n in own if _may_be_part(n, user.functions[n])]
        pairs = [(a, b, len(kept_and_read(user, a, b))) for a in own for b in own if a != b]
        pairs = [(a, b, n) for a, b, n in pairs if n and _goes_back(user, a, b)]
        for first, second, _ in sorted(pairs, key=lambda pair: -pair[2])[:OF_EACH]:
            parts = {"class": owner, "forward": first, "backward": second}
            yield Candidate(owner, Way.LAYER, node.lineno, parts)


def _may_be_part(name: str, node: Function) -> bool:
    """True if a method computes with arrays, and is not called what does something else."""
    short = name.rpartition(".")[2]
    parts = functions.own_nodes(node)
    computes = any(isinstance(p, ast.BinOp | ast.AugAssign | ast.Subscript) for p in parts)
    calls = any(isinstance(p, ast.Attribute) and ast.unparse(p.value) == "np" for p in parts)
    odd = any(isinstance(p, ast.Yield | ast.YieldFrom | ast.Await | ast.Global) for p in parts)
    named = short.startswith("__") or naming.has(short, NAMES)
    return (computes or calls) and not (odd or named or node.decorator_list)


def _goes_back(user: Text, first: str, second: str) -> bool:
    """True if the first one takes and returns something, and the second one takes one at most."""
    forward, backward = user.functions[first], user.functions[second]
    returns = any(isinstance(p, ast.Return) and p.value for p in functions.own_nodes(forward))
    called = {p.attr for p in functions.own_nodes(backward) if isinstance(p, ast.Attribute)}
    takes = bool(functions.required(forward)) and len(functions.required(backward)) <= 1
    later = backward.lineno > forward.lineno
    return later and returns and takes and first.rpartition(".")[2] not in called


def kept_and_read(user: Text, first: str, second: str) -> set[str]:
    """The attributes that the first of two methods sets, and the second reads."""
    stored = _attributes(user.functions[first], ast.Store)
    return stored & _attributes(user.functions[second], ast.Load)


def _attributes(node: Function, context: type[ast.expr_context]) -> set[str]:
    return {
        part.attr
        for part in functions.own_nodes(node)
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, context)
        if isinstance(part.value, ast.Name) and part.value.id == "self"
    }
