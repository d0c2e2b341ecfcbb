"""Which edit makes wrong gradients right: tried on one failing case, proved on others."""

import ast
import itertools
import linecache
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from oracle import results
from oracle.diagnosis.drafts import Wanted
from oracle.diagnosis.repair import edits, frames, naming, whole
from oracle.diagnosis.repair.around import what_is_around
from oracle.diagnosis.repair.code import Source, sources
from oracle.diagnosis.repair.slots import Edit, Slot, assigned, statements
from oracle.diagnosis.repair.slots import edit as new_edit
from oracle.diagnosis.repair.text import rewrite
from oracle.diagnosis.repair.trying import PROVED_ON, Confirmed, Judged, opened, proved, tried
from oracle.judging.trial import Trial
from oracle.results import Rewrite
from oracle.subject import Path, Subject
from oracle.truth.work import A_SECOND, Budget, smaller

PATIENCE = 6 * A_SECOND  # steps of work, trying edits, for one derivation


@dataclass(frozen=True)
class Cure:
    """An edit that is proved: where, what for what, which gradients it makes right."""

    file: str
    first: int  # line of the statement,
    last: int  # and its last one
    kind: str
    before: str
    after: str
    finding: str
    fixed: frozenset[Path]
    shapes: int
    assigned: str  # what the statement assigns to, or ""
    carries: bool = True  # that is made of what comes in from above, so that it is a gradient
    rewrite: Rewrite | None = None  # the user's lines with the edit in them, if they can be written

    @property
    def line(self) -> int:
        return self.first

    @property
    def told(self) -> str:
        """The mistake in words."""
        proof = f"(proved on {self.shapes} shapes)"
        if self.kind == "order":
            return f"line {self.line} updates it before its last use {proof}"
        if self.kind == "accumulate":
            return f"line {self.line} assigns where it should add {proof}"
        if self.kind == "zeroed":
            return f"line {self.line} sets a part of it to 0 {proof}"
        if self.kind == "return":
            return f"line {self.line} returns inside the loop, after its first turn {proof}"
        if self.kind == "nest":
            return f"line {self.line} belongs into the block before it {proof}"
        return f"on line {self.line}, {self.before} should be {self.after} {proof}"

    @property
    def fix(self) -> str:
        if self.kind == "order":
            return "compute all gradients first, and update then"
        if self.kind == "zeroed":
            return f"take line {self.line} out"
        if self.kind == "return":
            return "return once the loop is done: take the return out of it"
        if self.kind == "nest":
            return "indent it, to do it each time"
        if self.kind == "accumulate":
            return f"write {self.after}"
        return f"write {self.after} instead of {self.before}"

    @property
    def cure(self) -> results.Cure | None:
        """The edit as a program can make it in the user's file."""
        return None if self.rewrite is None else results.Cure("edit", edit=self.rewrite)


def cure(
    subject: Subject,
    trials: Sequence[Trial],
    lines: Sequence[int],
    wrong: set[Path],
    sure: bool,
    budget: Budget,
    confirmed: Confirmed,
    wanted: Sequence[Wanted] = (),
    elsewhere: bool = True,
) -> Cure | None:
    """The likeliest edit that makes some of the wrong gradients right and no other wrong.

    Args:
        subject: what is wrong.
        trials: failing cases of different shapes.
        lines: where to look first: those to which the wrong gradients are blamed.
        wrong: the gradients to be made right, one at least.
        sure: the lines are known to be the wrong ones.
        budget: of the search.
        confirmed: a last proof, called while the edit is in place.
        wanted: what steps on the way to them should be.
        elsewhere: statements of other lines may be edited as well.
    """
    cases = opened(trials, wrong)
    if not cases:
        return None
    known = sources(subject.functions)
    done: set[tuple[int, int]] = set()
    until = smaller((budget, Budget(frames.PATIENCE)))
    on_the_spot = _on_the_spot(known, cases, lines, wrong, wanted, until, done)
    for source, edit in _candidates(known, lines, sure, on_the_spot, done, elsewhere):
        if budget.is_spent:
            return None
        if fixed := proved(source, edit, cases, wrong, confirmed):
            few = cases[: 1 + PROVED_ON]
            edit = _where_made(source, edit, few, fixed) or edit
            return _cure(source, edit, cases[0], fixed, len(few))
    return None


def directed(
    subject: Subject,
    trials: Sequence[Trial],
    line: int,
    wrong: set[Path],
    confirmed: Confirmed,
    edits_of: Callable[[ast.FunctionDef], Iterator[Edit]],
) -> Cure | None:
    """The cure among edits of one kind, in the functions that hold a line; None if there is none.

    Numbers alone would not lead to some of them: of a function that returns inside a loop they say
    as well that all turns but the first were overwritten.
    """
    here = [source for source in sources(subject.functions) if source.holds(line)]
    found = [(source, edit) for source in here for edit in edits_of(source.node)]
    cases = opened(trials, wrong) if found else []
    for source, edit in found if cases else ():
        if fixed := proved(source, edit, cases, wrong, confirmed):
            return _cure(source, edit, cases[0], fixed, len(cases[: 1 + PROVED_ON]))
    return None


def _on_the_spot(
    known: list[Source],
    judged: Sequence[Judged],
    lines: Sequence[int],
    wrong: set[Path],
    wanted: Sequence[Wanted],
    until: Budget,
    done: set[tuple[int, int]],
) -> Iterator[tuple[Source, Edit]]:
    """Edits that make a wrong gradient right where it is made.

    ``done`` notes what need not be tried again: where all that is blamed could be seen, and once.
    """
    found: list[frames.Spot] = []
    blamed = list(_at(known, lines))
    for source, statement in blamed:
        for case in judged:
            off = {path: pair for path, pair in case.off.items() if path in wrong}
            spot = frames.spot_of(source, statement, case.trial, off, wanted)
            if spot is not None:
                found.append(spot)
                break
    for turns in itertools.zip_longest(*(frames.likely(spot, until) for spot in found)):
        for spot, turn in zip(found, turns):
            if turn is not None:
                statement, tier, hits = turn
                if spot.turns == 1 and len(found) == len(blamed):
                    done.add((id(statement), tier))
                yield from ((spot.source, edit) for edit in hits)


def _at(known: list[Source], lines: Sequence[int]) -> Iterator[tuple[Source, ast.stmt]]:
    """The statements that some lines are of."""
    for source in known:
        for statement in statements(source.node):
            end = statement.end_lineno or statement.lineno
            if any(statement.lineno <= line <= end for line in lines):
                yield source, statement


def _where_made(
    source: Source, edit: Edit, cases: Sequence[Judged], fixed: frozenset[Path]
) -> Edit | None:
    """The same term, added where the operand is assigned: dh lacks dh_next, not what is made of it.

    None if that would not do, or the operand is assigned at several places, or at none.
    """
    if edit.kind != "term" or not isinstance(edit.before, ast.Name):
        return None
    made = [
        s for s in statements(source.node) if isinstance(s, ast.Assign) and s.lineno < edit.line
        if [ast.unparse(t) for t in s.targets] == [edit.before.id]
    ]  # fmt: skip
    if len(made) != 1 or not isinstance(edit.after, ast.BinOp):
        return None
    slot = Slot(made[0], "value", None, made[0])
    there = new_edit("term", slot, ast.BinOp(slot.node, edit.after.op, edit.after.right), edit.word)
    does = all(tried(source, there, case) >= case.wrong & fixed for case in cases)
    return there if does else None


def _cure(source: Source, edit: Edit, judged: Judged, fixed: frozenset[Path], shapes: int) -> Cure:
    before, after = edit.told
    simple = (s for s in statements(source.node) if s.lineno == edit.line)
    loops = (n for n in ast.walk(source.node) if isinstance(n, ast.For) and n.lineno == edit.line)
    statement = next(simple, None) or next(loops)
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    target = targets[0]
    while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
        target = target.value
    assigned = ast.unparse(target) if target is not None else ""
    around = what_is_around(source.node, judged.trial, edit.line)
    finding = naming.finding(edit, around)
    last = edit.line if isinstance(statement, ast.For) else statement.end_lineno or edit.line
    made = naming.reach({n.id for n in ast.walk(target) if isinstance(n, ast.Name)} if target else
                        set(), naming.definitions(source.node))  # fmt: skip
    carries = not around.upstream or bool(made & around.upstream)
    carries &= not isinstance(statement, ast.For)
    moved = statement if edit.kind in ("order", "nest", "return") else None
    written = rewrite("".join(linecache.getlines(source.file)), source.node, edit.put, moved)
    return Cure(
        source.file,
        edit.line,
        last,
        edit.kind,
        before,
        after,
        finding,
        fixed,
        shapes,
        assigned,
        carries,
        written,
    )


def _candidates(
    known: list[Source],
    lines: Sequence[int],
    sure: bool,
    on_the_spot: Iterator[tuple[Source, Edit]],
    done: Collection[tuple[int, int]],
    elsewhere: bool,
) -> Iterator[tuple[Source, Edit]]:
    """Edits of whole statements, of which there are few; those that do on the spot; then all.

    Of the blamed statements first; then of others in the function, and in its class. ``done``: the
    statements of which no expressions need to be tried after those on the spot, and in which tier.
    """
    blamed: list[tuple[Source, ast.stmt]] = []
    others: list[tuple[Source, ast.stmt]] = []
    here = [s for s in known if any(s.holds(line) for line in lines)]
    owners = {s.owner for s in here if s.owner}
    for source in [*(s for s in known if s not in here and s.owner in owners), *here]:
        for statement in statements(source.node):
            end = statement.end_lineno or statement.lineno
            at = any(statement.lineno <= line <= end for line in lines)
            (blamed if at else others).append((source, statement))
    others = others[::-1] if elsewhere else []
    common = [one for one in others if _feeds_all(*one, [s for _, s in blamed])]
    rest = [one for one in others if one not in common]
    if sure:
        order = [(blamed, 0), (blamed, 1), (others, 0), (others, 1), (blamed, 2), (others, 2)]
    elif len(blamed) > 1:
        order = [(blamed, 0), (others, 0), (common, 1), (blamed, 1), (rest, 1)]
        order += [(common, 2), (blamed, 2), (rest, 2)]
    else:
        order = [(blamed, 0), (others, 0), (blamed, 1), (common, 1), (rest, 1)]
        order += [(blamed, 2), (common, 2), (rest, 2)]
    for source, statement in [*blamed, *others]:
        yield from ((source, edit) for edit in edits.of_whole(statement, source))
    for source in here:
        yield from ((source, edit) for edit in whole.returned(source.node))
        yield from ((source, edit) for edit in whole.turns(source.node))
    yield from on_the_spot
    for some, tier in order:
        for source, statement in some:
            if (id(statement), tier) not in done:
                found = edits.of_expressions(statement, source, tier)
                yield from ((source, edit) for edit in found)


def _feeds_all(source: Source, statement: ast.stmt, blamed: list[ast.stmt]) -> bool:
    """True if all of the blamed statements work with what a statement assigns to."""
    made = naming.definitions(source.node)
    made_here = assigned(statement)
    return bool(made_here) and all(
        made_here & naming.reach({n.id for n in ast.walk(one) if isinstance(n, ast.Name)}, made)
        for one in blamed
    )
