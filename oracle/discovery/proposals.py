"""Pairs that no name in our tables tells: proposed by the text, to be decided by a run.

A proposal needs something in the text: a call that hands both functions to an optimizer, a word
that both names share, a call of one by the other, or a place right after it. Only functions that
compute with numbers are proposed, so that a file is not executed for the sake of others.
"""

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from oracle.discovery import givers, naming, proposed_classes
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.subject import Way

MOST = 40  # proposals of a file,
OF_EACH = 4  # and of one backward
ROLES = naming.BACKWARD | naming.GRADIENT | naming.DERIVATIVE
# d, dx and back mean other things as well.
SURELY = frozenset(word for word in ROLES if len(word) > 2) - {"back", "diff", "der"}
COMMON = naming.SAYS_NOTHING | naming.FORWARD | naming.FILLER | ROLES | naming.LOSS
OTHER_THINGS = naming.words(
    "plt os sys pd cv2 json pickle time subprocess socket requests logging argparse torch tf keras "
    "open input exec eval shutil pathlib Path urllib datetime random"
)
# Optimizers, and where their function and its derivative stand: by keyword, or by position.
OPTIMIZERS = {
    "minimize": ("fun", 0, "jac", 3),
    "fmin_bfgs": ("f", 0, "fprime", 2),
    "fmin_cg": ("f", 0, "fprime", 2),
    "fmin_ncg": ("f", 0, "fprime", 2),
    "fmin_l_bfgs_b": ("func", 0, "fprime", 2),
    "fmin_tnc": ("func", 0, "fprime", 2),
    "check_grad": ("func", 0, "grad", 1),
    "newton": ("func", 0, "fprime", 2),
}


@dataclass(frozen=True)
class Proposal:
    """A pair that may be one."""

    candidate: Candidate
    confirmed: bool  # the code itself says that it is one, even if it is wrong
    is_likely: bool  # the names or the code say so, and not the place alone
    by_part: bool = False  # one gradient that agrees decides for all
    is_told: bool = False  # the code uses its result, so it is reported if no run can decide


def proposals(user: Text, found: Sequence[Candidate]) -> list[Proposal]:
    """The pairs that may stand in a text beside its candidates, the likeliest first for each."""
    known = {part for c in found for part in c.parts.values()}
    backwards = {c.of(role) for c in found for role in ("backward", "function")}
    if known.issuperset(user.functions):
        return []
    numeric = [n for n, node in user.functions.items() if _is_numeric(user, n, node)]
    asked = set(_handed_over(user))
    made = [
        Proposal(one, said and not one.of("forward"), True, True, used)
        for one, said, used in givers.derivations(user, found)
    ]
    for name in numeric:
        if name not in known and not naming.has(name, naming.NOT_A_DERIVATION):
            forwards = [f for f in numeric if f != name and f not in backwards]
            made += _of(user, name, forwards, asked)
    made += [Proposal(one, False, True, True) for one in proposed_classes.classes(user, found)]
    return made[:MOST]


def _of(
    user: Text, name: str, forwards: Sequence[str], asked: Collection[tuple[str, str]]
) -> list[Proposal]:
    """The proposals of one backward."""
    ranked = []
    for forward in forwards:
        if forward.rpartition(".")[0] != name.rpartition(".")[0]:
            continue
        strength = 8 if (forward, name) in asked else _strength(user, forward, name)
        if strength and (way := _way(user.functions[forward], user.functions[name])):
            line = min(user.functions[forward].lineno, user.functions[name].lineno)
            parts = {"forward": forward, "backward": name}
            confirmed = strength == 8 or _is_named(forward, name)
            one = Candidate(name, way, line, parts)
            ranked.append((strength, Proposal(one, confirmed, strength > 2)))
    ranked.sort(key=lambda pair: -pair[0])
    return [proposal for _, proposal in ranked[:OF_EACH]]


def _way(forward: Function, backward: Function) -> Way | None:
    """How a pair with these parameters would be written; None if they fit no way."""
    inputs, given = functions.required(forward), functions.required(backward)
    if not inputs or not given or forward.args.vararg or backward.args.vararg:
        return None
    if len(inputs) == len(given) == 1 and not naming.is_cache(given[0]):
        return Way.DERIVATIVE
    cached = any(naming.is_cache(p) and p not in functions.parameters(forward) for p in given)
    return Way.PAIR_WITH_CACHE if cached else Way.PAIR


# -- what the text shows -------------------------------------------------------------------------


def _strength(user: Text, forward: str, backward: str) -> int:
    """How much in the text speaks for a pair; 0 if nothing does."""
    one, other = (set(naming.tokens(n.rpartition(".")[2])) - COMMON for n in (forward, backward))
    strength = 3 * len(one & other)
    called = {ast.unparse(c.func) for c in _calls(user.functions[backward])}
    strength += 2 * (forward in called or f"self.{forward.rpartition('.')[2]}" in called)
    return strength + (
        _follows(user, forward, backward) and not _calls_back(user, forward, backward)
    )


def _follows(user: Text, forward: str, backward: str) -> bool:
    """True if a function stands right after another one in the file."""
    names = list(user.functions)
    return names.index(backward) == names.index(forward) + 1


def _calls_back(user: Text, forward: str, backward: str) -> bool:
    """True if the first one calls the second: then the second is a helper of it."""
    return backward in {ast.unparse(c.func) for c in _calls(user.functions[forward])}


def _is_named(forward: str, backward: str) -> bool:
    """True if a name says that it is a backward, and holds all words of the forward's."""
    short, other = backward.rpartition(".")[2], forward.rpartition(".")[2]
    of_forward = set(naming.tokens(other)) - COMMON
    holds = bool(of_forward) and of_forward <= set(naming.tokens(short))
    return holds and naming.has(short, SURELY)


def _handed_over(user: Text) -> Iterator[tuple[str, str]]:
    """The functions that are handed to an optimizer together: f, and its derivative."""
    for call in functions.all_nodes(user.tree):
        if not isinstance(call, ast.Call):
            continue
        called = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        places = OPTIMIZERS.get(call.func.id if isinstance(call.func, ast.Name) else called)
        if places is None:
            continue
        given = {word.arg: word.value for word in call.keywords}
        named = [
            _function(given.get(word, call.args[at] if at < len(call.args) else None))
            for word, at in (places[:2], places[2:])
        ]
        if named[0] in user.functions and named[1] in user.functions:
            yield named[0], named[1]


def _function(node: ast.expr | None) -> str:
    """The name of a function that is handed over, by itself or inside a lambda."""
    if isinstance(node, ast.Lambda):
        node = node.body.func if isinstance(node.body, ast.Call) else None
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute) else ""


# -- functions that compute with numbers ---------------------------------------------------------


def _is_numeric(user: Text, name: str, node: Function) -> bool:
    """True if a function computes something of its arguments and returns it, and does no more."""
    short = name.rpartition(".")[2]
    if short.startswith("__") or naming.has(short, naming.USES_DERIVATIONS):
        return False
    parts = functions.own_nodes(node)
    odd = (
        ast.Yield | ast.YieldFrom | ast.Await | ast.Global | ast.Import | ast.ImportFrom | ast.With
    )
    if any(isinstance(part, odd) for part in parts) or not functions.required(node):
        return False
    if "." in name and user.has_state(name, name.rpartition(".")[0]):
        return False
    used: list[ast.expr] = [part for part in parts if isinstance(part, ast.Attribute)]
    used += [call.func for call in _calls(node)]
    roots = {ast.unparse(part).partition(".")[0] for part in used}
    computes = any(isinstance(p, ast.BinOp | ast.UnaryOp) for p in parts) or roots & {"np", "numpy"}
    returns = any(isinstance(p, ast.Return) and p.value is not None for p in parts)
    return bool(computes) and returns and not roots & OTHER_THINGS


def _calls(node: ast.AST) -> list[ast.Call]:
    return [part for part in functions.own_nodes(node) if isinstance(part, ast.Call)]
