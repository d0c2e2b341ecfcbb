"""Wrong gradients explained: the step that is to blame, and the mistake that is proved of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis import blame, repair, targets
from oracle.diagnosis.blame import InCase
from oracle.diagnosis.drafts import Draft, Drafts, Wanted
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes import FAMILIES, Suspicion, Target, activations
from oracle.diagnosis.mistakes.scale import extents
from oracle.diagnosis.observed import what_is_seen
from oracle.diagnosis.statements import is_statement
from oracle.diagnosis.targets import Opened
from oracle.judging.budget import OPENED, has_a_one, smallest
from oracle.judging.examined import Examined, counterexample
from oracle.results import Note
from oracle.subject import Path
from oracle.truth.work import A_SECOND, Budget, spend

ENOUGH = 6  # a suspicion of this rank needs no dearer families to be asked
PATIENCE = 8 * A_SECOND  # steps of work, looking for what explains one gradient
SUSPICION = 20  # steps of work for what is not run again to try one
MOST = 3  # findings of one gradient
SMALLER = 6  # cases that are tried as the smallest one


@dataclass(frozen=True)
class Proved:
    """A mistake that explains what came, and the number of shapes in which it does."""

    suspicion: Suspicion
    shapes: int


def prove(targets: Sequence[Target]) -> list[Proved]:
    """The mistakes that explain all of some cases; the most specific first, three at most."""
    if not targets:
        return []
    first, others = targets[0], targets[1:]
    budget = Budget(PATIENCE)
    alive: dict[object, Suspicion] = {}
    for family in FAMILIES:
        if any(suspicion.rank <= ENOUGH for suspicion in alive.values()):
            break
        for suspicion in family(first):
            spend(SUSPICION)
            if budget.is_spent:
                break
            if suspicion.key not in alive and _explains(suspicion, first):
                alive[suspicion.key] = suspicion
    shapes = {str(first.sizes)}
    for target in others:
        if not alive:
            return []
        still: dict[object, Suspicion] = {}
        for family in FAMILIES:
            for suspicion in family(target):
                known = suspicion.key in alive and suspicion.key not in still
                if known and _explains(suspicion, target):
                    still[suspicion.key] = alive[suspicion.key]
        shapes.add(str(target.sizes))
        alive = still
    sizes = [extents(target.sizes) for target in targets]
    best = sorted((s for s in alive.values() if _vary(s, sizes)), key=lambda s: s.rank)
    chosen: list[Suspicion] = []
    for suspicion in best:
        # A key within another's, (key, more), is the same mistake told less precisely.
        said = any(isinstance(s.key, tuple) and s.key[0] == suspicion.key for s in chosen)
        fresh = suspicion.finding not in {s.finding for s in chosen} and not said
        if fresh and (not chosen or suspicion.rank <= chosen[0].rank + 4):
            chosen.append(suspicion)
    return [Proved(suspicion, len(shapes)) for suspicion in chosen[:MOST]]


def _vary(suspicion: Suspicion, known: Sequence[dict[str, int]]) -> bool:
    """True if each size that a mistake names took several values in the proof."""
    return all(len({sizes.get(name) for sizes in known}) > 1 for name in suspicion.sizes)


def _explains(suspicion: Suspicion, target: Target) -> bool:
    with np.errstate(all="ignore"):
        predicted = suspicion.predicted()
    if predicted is None:
        return False
    if predicted.shape != target.true.shape:
        return (suspicion.rank <= 10 and np.array_equal(predicted, target.got)) or target.is_got(
            predicted
        )
    return target.is_got(predicted)


def explain(
    examined: Examined,
    drafts: Drafts,
    paths: Sequence[Path],
    evidence: Sequence[Evidence],
    opened: Opened,
) -> None:
    """Blame one step for each wrong gradient, and name its mistake."""
    telling = [e for e in evidence if e.wrong_paths()]
    if not telling:
        return
    telling.sort(key=lambda e: -len(e.wrong_paths()))
    blamed = [blame.blamed(one) for one in telling]
    for _, step in blamed[0]:
        if not step.inherits & set(paths):
            continue  # explained by cases that tell more of it, or not wrong but for a guard
        matched = [(e, s) for found in blamed for e, s in found if _place(s) == _place(step)]
        if step.step is None or _agree(matched, telling, step.inherits):
            _explain_one(examined, drafts, matched, opened)
            continue
        for path in sorted(step.inherits, key=str):  # not the same step in each case
            alone = [_returned(e, path) for e in telling if path in e.wrong_paths()]
            _explain_one(examined, drafts, alone, opened)


def explain_arrays(examined: Examined, drafts: Drafts, paths: Sequence[Path]) -> None:
    """Name mistakes where nothing could be recorded, and there are only arrays to go by."""
    for path in paths:
        draft = drafts.of(path)
        cases = sorted(examined.entry(path).failures, key=has_a_one)
        found = targets.of_arrays(path, cases, examined.trials, OPENED)
        proofs = prove(found)
        if found and not proofs and not draft.gradient.findings:
            said = f"{draft.gradient.name} {what_is_seen(found[0])}"
            draft.find(Note("unexplained", said))
        for proof in proofs:
            draft.find(_finding(proof, draft, f"proved on {proof.shapes} shapes"))


def is_elementwise(evidence: Sequence[Evidence]) -> bool:
    """True if the one output is a function of the one input, entry by entry."""
    if not evidence or len(evidence[0].inputs) != 1 or len(evidence[0].outputs) != 1:
        return False
    if len(evidence[0].subject.arguments) > 1:
        return False  # a mask, say: whatever is wrong need not be a derivative
    (start,), (end,) = evidence[0].inputs.values(), evidence[0].outputs.values()
    return any(u.before is start and u.after is end for u in activations.units(evidence[0]))


def _place(blamed: blame.Blamed) -> object:
    """The same for the same step in different cases."""
    return blamed.path or (blamed.step and (blamed.step.line, blamed.step.name))


def _agree(
    matched: Sequence[InCase], telling: Sequence[Evidence], inherits: frozenset[Path]
) -> bool:
    """True if the same step is to blame in all cases in which these gradients are wrong."""
    agreed = {str(evidence.case) for evidence, _ in matched}
    return agreed >= {str(e.case) for e in telling if inherits & set(e.wrong_paths())}


def _returned(evidence: Evidence, path: Path) -> InCase:
    """A returned gradient, blamed itself."""
    return evidence, blame.Blamed(None, evidence.inputs[path], 1.0, frozenset([path]), path)


def _explain_one(
    examined: Examined, drafts: Drafts, matched: Sequence[InCase], opened: Opened
) -> None:
    evidence, blamed = matched[0]
    for path in blamed.inherits:
        _place_where_made(examined, drafts, evidence, path)
    if blamed.path is not None:
        draft = drafts.of(blamed.path)
        _show_own(examined, drafts, draft, evidence, blamed, opened)
        found = [targets.of_input(e, blamed.path, draft.gradient.name) for e, _ in matched]
    else:
        draft = _blamed_step(examined, drafts, evidence, blamed, opened)
        draft.wanted = [_wanted(e, b) for e, b in matched]
        found = [targets.of_step(e, b, draft.gradient.name) for e, b in matched]
    for path in blamed.inherits - {blamed.path}:
        drafts.of(path).inherit(draft)
    truncated = any(b.truncated for _, b in matched)  # of two turns it cannot be told
    elementwise = is_elementwise([evidence])
    for proof in _proved(found, matched, draft.gradient.name):
        proof = replace(proof, suspicion=_renamed(proof, found[0], truncated, elementwise))
        on = f"proved on {proof.shapes} shapes" if proof.shapes > 1 else "seen on one shape only"
        vague = ("wrong-shape", "unexplained")
        draft.change(findings=tuple(n for n in draft.gradient.findings if n.name not in vague))
        draft.find(_finding(proof, draft, on))
    if not draft.gradient.findings:
        draft.find(Note("unexplained", f"{draft.gradient.name} {what_is_seen(found[0])}"))


def _proved(found: Sequence[Target], matched: Sequence[InCase], name: str) -> list[Proved]:
    """The mistakes of a step, or of the same step taken for a different intermediate."""
    proofs = prove(found)
    others = targets.instead(matched, name)
    while not proofs and (taken := next(others, None)) is not None:
        proofs = prove(taken)
    return proofs


def _finding(proof: Proved, draft: Draft, on: str) -> Note:
    found = proof.suspicion
    said = f"{found.message.format(name=draft.gradient.name)} ({on})"
    return Note(found.finding, said, found.fix, found.cure)


def _renamed(proof: Proved, target: Target, truncated: bool, elementwise: bool) -> Suspicion:
    """A mistake under the name that it has in a loop, or in a function of each entry."""
    found = proof.suspicion
    if truncated and found.finding == "dropped-term":
        found = replace(found, finding="time-steps-truncated")
    if elementwise and _is_of_a_part(found, target):
        found = replace(found, finding="wrong-activation-derivative")
    return found


def _is_of_a_part(found: Suspicion, target: Target) -> bool:
    """True if a part of an activation's derivative is wrong, and not all of it is missing."""
    if found.finding == "missing-activation-derivative":
        sent = list(target.evidence.upstreams.values()) if target.evidence else []
        return not any(np.array_equal(target.got, upstream) for upstream in sent)
    return found.finding in repair.OF_A_PART and not found.cure


def _blamed_step(
    examined: Examined, drafts: Drafts, evidence: Evidence, blamed: blame.Blamed, opened: Opened
) -> Draft:
    """A draft of its own for a step of the backward, before those that follow from it."""
    assert blamed.step is not None
    name = blamed.step.name or f"what line {blamed.step.line} computes"
    small, shown = _smallest(examined, evidence, blamed, opened)
    wanted = _wanted(small, shown)
    example = counterexample(examined.subject, small.case, wanted.got, wanted.want)
    followers = [drafts.of(path) for path in blamed.inherits]
    place = drafts.place(blamed.step.file, blamed.step.line)
    return drafts.blame(name, place, followers, blamed.inherits, counterexample=example)


def _place_where_made(examined: Examined, drafts: Drafts, evidence: Evidence, path: Path) -> None:
    """Give a gradient whose line is that of a whole function the line that makes it."""
    draft = drafts.of(path)
    made = [s for s in evidence.steps() if s.name and s.value is evidence.made.get(path)]
    if made and not is_statement(examined.subject.file, draft.gradient.line):
        draft.change(**drafts.place(made[-1].file, made[-1].line))


def _show_own(
    examined: Examined, drafts: Drafts, draft: Draft, evidence: Evidence, blamed: blame.Blamed,
    opened: Opened,
) -> None:  # fmt: skip
    """Show a gradient that follows from other mistakes, too, as it is without them."""
    if not blamed.after or blamed.path is None:
        return
    small, _ = _smallest(examined, evidence, blamed, opened)
    got, want = small.got[blamed.path], small.want(blamed.path)
    example = counterexample(examined.subject, small.case, got, want)
    draft.change(counterexample=replace(example, replay=""))
    draft.also = [one for step in blamed.after if (one := drafts.step(step.file, step.line))]


def _wanted(evidence: Evidence, blamed: blame.Blamed) -> Wanted:
    assert blamed.step is not None
    got, want = evidence.number(blamed.step.value), blamed.factor * evidence.true(blamed.of)
    return Wanted(str(evidence.case), got, want)


def _smallest(
    examined: Examined, evidence: Evidence, blamed: blame.Blamed, opened: Opened
) -> InCase:
    """The smallest failing case in which the same step is to blame."""
    failing = [case for path in blamed.inherits for case in examined.entry(path).failures]
    for small in opened.each(smallest(failing)[:SMALLER]):
        for seen, found in blame.blamed(small):
            if _place(found) == _place(blamed) and bool(found.after) == bool(blamed.after):
                return seen, found
    return evidence, blamed
