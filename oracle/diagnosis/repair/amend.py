"""Entries that nothing explained, explained by the edit that cures them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from oracle.diagnosis.repair.search import PATIENCE, Cure, cure
from oracle.diagnosis.repair.spell import spell
from oracle.judging.examine import Examined, examine
from oracle.judging.trial import Trial
from oracle.results import Gradient, Note
from oracle.subject import Path

OF_A_PART = ("wrong-constant-factor", "wrong-operand", "dropped-term", "sign-flipped")
# A factor left out may be put in at many places: each gradient that lacks it is wrong by itself.
FACTORS = ("missing-batch-mean", "extra-batch-mean", "wrong-size-factor", "wrong-constant-factor",
           "sign-flipped", "wrong-shape", "unexplained")  # fmt: skip
ALIKE = (
    4.0  # seconds, looking for the one statement that gradients wrong in the same way go back to
)
CONFIRMED_ON = 24  # cases of all regimes in which the edited code is judged anew


@dataclass
class Open:
    """An entry that is wrong for no known reason, and the gradients that are wrong with it."""

    entry: Gradient
    paths: frozenset[Path]


def amend(examined: Examined, trials: Sequence[Trial], elementwise: bool = False) -> None:
    """Search for cures of what is unexplained; in place.

    ``elementwise``: the forward is a function of each entry by itself, so that whatever is wrong
    is its derivative.
    """
    began = time.process_time()
    left = [o for o in map(_opened(examined), examined.result.gradients) if o is not None]
    while left and (patience := PATIENCE - (time.process_time() - began)) > 0:
        wrong = {path for one in left for path in one.paths}
        lines = [one.entry.line for one in left]
        sure = all(id(one.entry) in examined.inherit for one in left)
        wanted = [w for one in left for w in examined.steps.get(id(one.entry), ())]
        found = cure(examined.subject, trials, lines, wrong, sure, patience, _confirmed, wanted)
        if found is None:
            break
        cured = [one for one in left if one.paths & found.fixed]
        if elementwise and found.finding in OF_A_PART:
            found = replace(found, finding="wrong-activation-derivative")
        alike = _by_finding(examined).get(found.finding, [])
        _note(examined, found, cured + [one for one in alike if one.paths <= found.fixed])
        left = [one for one in left if one not in cured]
    _trace_back(examined, trials)
    spell(examined, trials, _confirmed)


def _trace_back(examined: Examined, trials: Sequence[Trial]) -> None:
    """Gradients that all lack the same go back to one statement, if one edit makes all right."""
    for name, some in _by_finding(examined).items():
        if len(some) < 2 or name in FACTORS:
            continue
        wrong = {path for one in some for path in one.paths}
        lines = [one.entry.line for one in some]
        found = cure(examined.subject, trials, lines, wrong, False, ALIKE, _confirmed)
        returned = [one.entry.line for one in some if id(one.entry) in examined.paths]
        elsewhere = found is not None and not any(
            found.first <= line <= found.last for line in returned
        )
        if found is not None and found.fixed >= wrong and found.carries and elsewhere:
            _note(examined, replace(found, finding=name), some)


def _by_finding(examined: Examined) -> dict[str, list[Open]]:
    """The gradients, returned or not, that one finding explains, by its name."""
    alike: dict[str, list[Open]] = {}
    for entry in examined.result.gradients:
        names, path = {note.name for note in entry.findings}, examined.paths.get(id(entry))
        paths = examined.inherit.get(id(entry)) if path is None else frozenset([path])
        if entry.verdict == "wrong" and paths and len(names) == 1:
            alike.setdefault(names.pop(), []).append(Open(entry, paths))
    return alike


def _opened(examined: Examined) -> Callable[[Gradient], Open | None]:
    def opened(entry: Gradient) -> Open | None:
        known = [n for n in entry.findings if n.name not in ("unexplained", "wrong-shape") or n.fix]
        if entry.verdict != "wrong" or known:
            return None
        path = examined.paths.get(id(entry))
        paths = examined.inherit.get(id(entry)) if path is None else frozenset([path])
        return Open(entry, paths) if paths else None

    return opened


def _confirmed(trial: Trial, fixed: frozenset[Path]) -> bool:
    """Whether the code as it is now, edited, is right in many more cases."""
    found = examine(trial.subject, CONFIRMED_ON, trial.case.seed, dtypes=("float64",))
    made = set(found.paths.values())
    failed = {path: found.failures.get(path, []) for path in fixed}
    return fixed <= made and not any(c.regime == "ordinary" for cs in failed.values() for c in cs)


def _note(examined: Examined, found: Cure, cured: list[Open]) -> None:
    base = found.assigned.partition("[")[0]  # grad[0] = ... is grad's own line
    here = [
        one
        for one in cured
        if found.first <= one.entry.line <= found.last or one.entry.name in (base, found.assigned)
    ]
    between = [one for one in cured if examined.paths.get(id(one.entry)) is None]
    if found.kind == "order":  # what is wrong is what was computed after the update
        here = between or cured
    if not here and found.assigned and found.carries:
        here = [between[0] if between else _intermediate(examined, found, cured)]
    for one in here or cured:
        name = one.entry.name
        if found.assigned and one in between and found.carries and found.kind != "order":
            _rename(examined, one.entry, found)
            name = found.assigned
        elif one.entry.name in (base, found.assigned):
            one.entry.line = found.line  # where its own statement is wrong, if it has several
        one.entry.findings = [Note(found.finding, f"{name}: {found.told}", found.fix, found.cure)]
    for one in cured if here else ():
        if one not in here:
            first = here[0].entry
            one.entry.verdict, one.entry.findings = "inherited", []
            one.entry.note(Note("inherited", f"follows from {first.name} on line {first.line}"))


def _rename(examined: Examined, entry: Gradient, found: Cure) -> None:
    """An intermediate takes the name and the place of what is to be edited, in all that is said."""
    before = f"follows from {entry.name} on line {entry.line}"
    entry.name, entry.line = found.assigned, found.line
    after = Note("inherited", f"follows from {entry.name} on line {entry.line}")
    for other in examined.result.gradients:
        other.remarks = [after if note.message == before else note for note in other.remarks]


def _intermediate(examined: Examined, found: Cure, cured: list[Open]) -> Open:
    """An entry for the statement that is to be edited, before those that follow from it."""
    entries = [one.entry for one in cured]
    for known in examined.result.gradients:  # another gradient's cure was there as well
        if (known.name, known.line) == (found.assigned, found.line):
            return Open(known, frozenset())
    entry = Gradient(found.assigned, "an intermediate", found.line, "wrong")
    key = "float64/ordinary"
    entry.units = {key: max(e.units.get(key, 0.0) for e in entries)}
    entry.failed = max(e.failed for e in entries)
    shown = entries[0].counterexample  # its sizes; its numbers are those of what follows
    entry.counterexample = replace(shown, got=None, want=None) if shown else None
    at = min(examined.result.gradients.index(e) for e in entries)
    examined.result.gradients.insert(at, entry)
    return Open(entry, frozenset(path for one in cured for path in one.paths))
