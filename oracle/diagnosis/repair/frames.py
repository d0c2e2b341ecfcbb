"""Edits of a statement, tried where it stands, on what its names hold there.

To run the user's forward and backward takes a hundred times as long as one statement of them. So
the code is stopped before a statement, and every edit of that is done on the spot, with what comes
after it up to the statement that makes the wrong gradient. An edit that makes this one right is
worth a trial of its own; the others are not.
"""

import ast
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import numpy as np

from oracle.diagnosis.drafts import Wanted
from oracle.diagnosis.repair import edits
from oracle.diagnosis.repair.code import ENDLESS, Source, TooLong, at_most
from oracle.diagnosis.repair.slots import Edit, assigned
from oracle.judging.trial import Trial
from oracle.judging.verdict import largest
from oracle.subject import Path
from oracle.truth.work import A_SECOND, Budget, spend

STOP, MADE = "__oracle_stop__", "__oracle_made__"
PATIENCE = 3 * A_SECOND  # steps of work
ON_THE_SPOT = 5  # steps of work for each edit
BEFORE = 6  # statements before the blamed one that are edited as well
CLOSE = 1e-3  # of the largest: without its guards, ε in a root, a step is a little other
SIMPLE = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Return)


@dataclass(frozen=True)
class Spot:
    """The statement that makes a wrong array: which of what it makes, and in which turn.

    Where it has several turns, an edit is seen in one alone: one that is needed in all is missed.
    """

    source: Source
    block: list[ast.stmt]
    statement: ast.stmt
    part: int
    turn: int
    turns: int  # of how many
    trial: Trial
    want: np.ndarray
    same_shape: bool  # what it makes has the right shape already


class _Seen(BaseException):
    """All that was to be seen is seen: the rest of the run is of no interest."""


def spot_of(
    source: Source,
    statement: ast.stmt,
    trial: Trial,
    gradients: dict[Path, tuple[np.ndarray, np.ndarray]],
    wanted: Sequence[Wanted],
) -> Spot | None:
    """The place where a statement makes a wrong value; None if there is none, or none is seen.

    Args:
        source, statement: what is blamed.
        trial: the case.
        gradients: of the wrong gradients, what came and what is expected.
        wanted: the same of steps on the way to them, which may be of other cases.
    """
    block = _block(source.node, statement)
    if block is None or not isinstance(statement, SIMPLE):
        return None
    made: list[list[Any]] = []

    def see(frame: FrameType) -> None:
        made.append(_made([_code(statement)], statement, _names(frame, copied=True)))

    if not _run(source, block, statement, trial, see, to_the_end=True):
        return None
    pairs = [*gradients.values(), *((w.got, w.want) for w in wanted if w.case == str(trial.case))]
    for got, want in pairs:
        fits = [
            (turn, part, value)
            for turn, parts in enumerate(made)
            for part, value in enumerate(parts)
            if value is not None and _alike(value, got) and not _alike(value, want)
        ]
        if len({part for _, part, _ in fits}) == 1:  # of one sample, dx and dw may be the same
            turn, part, value = fits[0]
            same = value.shape == want.shape  # or else it is reshaped later on
            return Spot(source, block, statement, part, turn, len(made), trial, want, same)
    return None


def likely(spot: Spot, until: Budget) -> Iterator[tuple[ast.stmt, int, list[Edit]]]:
    """The edits that make it right, of the statement itself and of those before it; by tier.

    Each with all that was tried: a statement's edits of a tier. It ends when the budget is spent.
    """
    at = spot.block.index(spot.statement)
    before = [s for s in reversed(spot.block[:at]) if isinstance(s, SIMPLE)]
    order = [spot.statement, *(s for s in before if _rest(spot, s) is not None)][: 1 + BEFORE]
    for tier in (0, 1, 2):
        for statement in order:
            found = _hits(spot, statement, tier, until)
            if found is None:
                return
            yield statement, tier, found


def _hits(spot: Spot, statement: ast.stmt, tier: int, until: Budget) -> list[Edit] | None:
    """The edits of a statement after which the gradient is right; None if out of budget."""
    rest = _rest(spot, statement)
    assert rest is not None
    codes = [_code(one) for one in rest]
    writes = any(_writes(one) for one in (statement, *rest))
    found: list[Edit] = []
    late = False

    def see(frame: FrameType) -> None:
        nonlocal late
        names = _names(frame)
        for edit in edits.of_expressions(statement, spot.source, tier):
            spend(ON_THE_SPOT)
            if until.is_spent:
                late = True
                break
            undo = edit.put()
            code = _code(statement)
            undo()
            if code is None:
                continue
            space = _copied(names) if writes else dict(names)
            parts = _made([code, *codes], spot.statement, space)
            value = parts[spot.part] if spot.part < len(parts) else None
            if value is None or (spot.same_shape and value.shape != spot.want.shape):
                continue
            if _alike(value, spot.want):
                found.append(edit)

    _run(spot.source, spot.block, statement, spot.trial, see, turn=spot.turn)
    return None if late and not found else found


def _alike(value: np.ndarray, other: np.ndarray) -> bool:
    """The same numbers, whatever their shape, but for what a guard in the forward is worth."""
    if value.size != other.size:
        return False
    off = largest(value.ravel() - other.ravel())
    return off <= CLOSE * largest(other)


def _rest(spot: Spot, statement: ast.stmt) -> list[ast.stmt] | None:
    """The statements from one to the blamed one that are needed; None if that does not need it."""
    if statement is spot.statement:
        return []
    first, last = spot.block.index(statement), spot.block.index(spot.statement)
    needed: set[str] = set()
    found: list[ast.stmt] = []
    for one in reversed(spot.block[first + 1 : last + 1]):
        made = {name for s in ast.walk(one) if isinstance(s, ast.stmt) for name in assigned(s)}
        if one is spot.statement or made & needed:
            found.append(one)
            needed |= {n.id for n in ast.walk(one) if isinstance(n, ast.Name)}
    return found[::-1] if assigned(statement) & needed else None


def _run(
    source: Source,
    block: list[ast.stmt],
    statement: ast.stmt,
    trial: Trial,
    see: Callable[[FrameType], None],
    turn: int = 0,
    to_the_end: bool = False,
) -> bool:
    """Run the user's code, stopped before a statement; False if that does not go.

    ``see`` is called in the turn that is asked for, and that ends the run; or in every turn.
    """
    stop = ast.parse(f"{STOP}()").body[0]
    for node in ast.walk(stop):
        ast.copy_location(node, statement)
    at = block.index(statement)
    block.insert(at, stop)
    code = source.compiled()
    del block[at]
    if code is None:
        return False
    turns = 0

    def stopped() -> None:
        nonlocal turns
        if to_the_end or turns == turn:
            see(sys._getframe(1))
            if not to_the_end:
                raise _Seen
        turns += 1

    space = source.function.__globals__
    space[STOP] = stopped
    try:
        with source.replaced(code), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trial.candidate()
    except (_Seen, Exception, SystemExit):
        pass
    finally:
        del space[STOP]
    return True


def _names(frame: FrameType, copied: bool = False) -> dict[str, Any]:
    names = {**frame.f_globals, **frame.f_locals}
    return _copied(names) if copied else names


def _copied(names: dict[str, Any]) -> dict[str, Any]:
    """The names, arrays of their own: what is written to must not be seen by the next edit."""
    return {n: v.copy() if isinstance(v, np.ndarray) else v for n, v in names.items()}


def _writes(statement: ast.stmt) -> bool:
    """True if a statement writes to an array, or may write to one."""
    kinds = (ast.AugAssign, ast.For, ast.While, ast.If, ast.With, ast.Expr)
    targets = getattr(statement, "targets", ())
    return isinstance(statement, kinds) or any(isinstance(t, ast.Subscript) for t in targets)


def _code(statement: ast.stmt) -> CodeType | None:
    """A statement as code by itself; what it returns is kept under a name."""
    if isinstance(statement, ast.Return):
        value = statement.value or ast.Constant(None)
        kept = ast.Assign([ast.Name(MADE, ast.Store())], value)
        statement = ast.fix_missing_locations(ast.copy_location(kept, statement))
    try:
        return compile(ast.Module([statement], []), "<edit>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, TypeError):
        return None


def _made(
    codes: Sequence[CodeType | None], statement: ast.stmt, names: dict[str, Any]
) -> list[np.ndarray | None]:
    """The value that a statement makes after some code has run on these names."""
    try:
        with at_most(ENDLESS):
            for code in codes:
                if code is None:
                    return []
                exec(code, names)
            return [_array(part) for part in _parts(statement, names)]
    except (Exception, SystemExit, TooLong):
        return []


def _parts(statement: ast.stmt, names: dict[str, Any]) -> list[Any]:
    if isinstance(statement, ast.Return):
        made = names[MADE]
        if isinstance(made, dict):
            return list(made.values())
        return list(made) if isinstance(made, tuple | list) else [made]
    targets = getattr(statement, "targets", None) or [statement.target]  # type: ignore[attr-defined]
    target = targets[0]
    return [
        eval(ast.unparse(part), names)
        for part in (target.elts if isinstance(target, ast.Tuple | ast.List) else [target])
        if not isinstance(part, ast.Starred)
    ]


def _array(part: Any) -> np.ndarray | None:
    if hasattr(part, "detach"):
        part = part.detach().numpy()
    if isinstance(part, np.ndarray | np.floating | float):
        return np.array(part, float)
    return None


def _block(function: ast.FunctionDef, statement: ast.stmt) -> list[ast.stmt] | None:
    """The statements among which one stands."""
    for node in ast.walk(function):
        for field in ("body", "orelse", "finalbody"):
            held = getattr(node, field, None)
            if isinstance(held, list) and statement in held:
                return held
    return None
