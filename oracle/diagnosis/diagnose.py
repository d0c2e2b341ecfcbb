"""Which mistake explains a wrong gradient, proved on several shapes that were not used to find it.

judging → evidence (some failing cases, opened up) → blame (which step) → mistakes (which one)
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from oracle.cases import Case
from oracle.diagnosis import blame, repair
from oracle.diagnosis.evidence import Evidence, collect
from oracle.diagnosis.mistakes import Suspicion, Target, activations
from oracle.diagnosis.observed import say_pattern, say_slope, what_is_seen
from oracle.diagnosis.places import place
from oracle.diagnosis.prove import prove
from oracle.judging.examine import Examined, Wanted, begin, counterexample
from oracle.judging.trial import Session, Trial
from oracle.judging.verdict import EPS, UNSTABLE_AT, WRONG_AT
from oracle.results import Gradient, Note
from oracle.subject import Path
from oracle.truth.recording import Value

FOUND_ON, PROVED_ON = 1, 3
SLOW = 0.04  # seconds a case: of such code small shapes must do
KNOWN = 2  # of the cases that are opened up, in which a cure is tried
MOST_TRIALS = 6  # cases in which a cure is tried
SMALLER = 6  # cases that are tried as the smallest one


def diagnose(examined: Examined) -> None:
    """Take guards for what they are, blame one step, and name the mistakes; in place."""
    place(examined)
    result = examined.result
    subject = examined.subject
    wrong = [g for g in result.gradients if g.verdict == "wrong" and _by_value(g)]
    if not wrong:
        return
    with Session(*subject.functions) as names:
        left = [examined.paths[id(entry)] for entry in wrong]
        while left:  # the failing cases of some gradients may tell nothing of the others
            evidence = _evidence(examined, left, names)
            here = [path for path in left if not evidence or _of(examined, path, evidence)]
            _diagnose(examined, here, evidence, names)
            left = [path for path in left if path not in here]


def give_up(examined: Examined, error: Exception) -> None:
    """What is wrong stays wrong, and unexplained, where the diagnosis itself breaks down."""
    for entry in examined.result.gradients:
        if entry.verdict == "wrong" and not entry.findings:
            said = f"{entry.name} is not the gradient; looking for the reason broke down"
            entry.findings.append(Note("unexplained", f"{said}: {type(error).__name__}"))


def _diagnose(
    examined: Examined, paths: list[Path], evidence: Sequence[Evidence], names: Session
) -> None:
    if evidence:
        for path in paths:
            entry, own = examined.entry(path), _of(examined, path, evidence)
            if all(e.guarded and path not in e.wrong_paths() for e in own):
                _acquit(entry, own[0])
            elif _is_float32(entry, own[0]):
                _convict_of_precision(entry)
        paths = [path for path in paths if examined.entry(path).verdict == "wrong"]
        _explain(examined, paths, evidence)
    else:
        _explain_arrays(examined, paths, names)
    for path in paths:
        entry = examined.entry(path)
        if entry.verdict == "wrong" and not entry.findings:
            entry.findings.append(Note("unexplained", _seen(entry, evidence, path)))
        say_pattern(examined, path, entry)
    elementwise, trials = _is_elementwise(evidence), _trials(examined, paths, names, evidence)
    repair.amend(examined, trials, elementwise)
    for path in paths if elementwise else ():
        say_slope(examined, path, trials, evidence)


def _is_elementwise(evidence: Sequence[Evidence]) -> bool:
    """Whether the one output is a function of the one input, entry by entry."""
    if not evidence or len(evidence[0].inputs) != 1 or len(evidence[0].outputs) != 1:
        return False
    if len(evidence[0].subject.arguments) > 1:
        return False  # a mask, say: whatever is wrong need not be a derivative
    (start,), (end,) = evidence[0].inputs.values(), evidence[0].outputs.values()
    return any(u.before is start and u.after is end for u in activations.units(evidence[0]))


def _trials(
    examined: Examined, paths: list[Path], names: Session, evidence: Sequence[Evidence]
) -> list[Trial]:
    """Failing cases in which to try cures: the smallest of each gradient, and telling ones."""
    chosen: dict[str, Case] = {str(one.case): one.case for one in evidence[:KNOWN]}
    for path in paths:
        failing = [c for c in examined.failures.get(path, []) if c.regime == "ordinary"]
        for case in [*failing[:1], *_by_telling(failing)[: FOUND_ON + PROVED_ON]]:
            chosen.setdefault(str(case), case)
    return [begin(examined.subject, case, names) for case in list(chosen.values())[:MOST_TRIALS]]


def _of(examined: Examined, path: Path, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence in which this gradient was found wrong."""
    failing = set(map(str, examined.failures.get(path, ())))
    return [one for one in evidence if str(one.case) in failing]


def _by_value(entry: Gradient) -> bool:
    """Whether it is its numbers or its shape that are wrong, and there is something to compare."""
    names = {note.name for note in entry.findings}
    return not names & {"raises", "not-deterministic", "mutates-input"} and entry.of != ""


def _evidence(examined: Examined, paths: list[Path], names: Session) -> list[Evidence]:
    """Failing cases of all shapes, rectangular ones first, all extents at least 2 if possible."""
    failing: dict[str, Case] = {}
    for path in paths:
        for case in examined.failures.get(path, ()):
            failing.setdefault(str(case), case)
    ordinary = [c for c in failing.values() if c.regime == "ordinary"] or list(failing.values())

    def telling(case: Case) -> tuple[bool, bool, bool, int]:
        extents = all_extents(case)
        small = min(extents, default=1)  # of two things, one is often minus the other
        if examined.pace > SLOW:
            return (small < 2, False, False, sum(extents))
        return (small < 2, small < 3, len(set(extents)) < len(extents), sum(extents))

    left = sorted(ordinary, key=telling)[:60]
    chosen: list[Case] = []
    while left:  # each as unlike the ones before as can be: no size may stay the same throughout
        best = min(left, key=lambda c: (min(telling(c)[0], 1), alike(c, chosen), *telling(c)))
        chosen.append(best)
        left.remove(best)
        if len(chosen) == 3 * (FOUND_ON + PROVED_ON):
            break
    return collect(examined.subject, chosen, names, FOUND_ON + PROVED_ON)


def all_extents(case: Case) -> list[int]:
    """The sizes of a case, those of a starred one among them."""
    held = [s if isinstance(s, tuple) else (s,) for s in case.sizes.values()]
    return [extent for sizes in held for extent in sizes]


def alike(case: Case, chosen: Sequence[Case]) -> int:
    """How many of a case's sizes some case before has as well, counted over all of them."""
    return sum(case.sizes[name] == other.sizes[name] for other in chosen for name in case.sizes)


def _acquit(entry: Gradient, evidence: Evidence) -> None:
    """Right but for guards that the backward does not know of."""
    lines = sorted({note.line for note in evidence.guarded})
    where = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}"
    entry.verdict = "correct"
    entry.counterexample = None
    entry.findings = []
    entry.note(
        Note(
            "guard-ignored", f"{entry.name} is right but for the guard on {where}, which it ignores"
        )
    )
    if evidence.guards_in_backward and _dominated(entry):
        entry.verdict = "unstable"
        entry.findings.append(Note("guard-ignored", "where the guard dominates, it is not"))


def _is_float32(entry: Gradient, evidence: Evidence) -> bool:
    """Whether float32 inside the user's code accounts for all of the difference."""
    kinds = {np.asarray(v.array).dtype for n in evidence.recording.notes for v in n.outputs}
    if not kinds & {np.dtype(np.float32), np.dtype(np.float16)}:
        return False
    return entry.units.get("float64/ordinary", 0.0) <= WRONG_AT * EPS["float32"] / EPS["float64"]


def _convict_of_precision(entry: Gradient) -> None:
    entry.verdict = "unstable"
    entry.findings = [
        Note(
            "lower-precision",
            f"{entry.name} has float32's digits, though everything given is float64",
            "keep the dtype of the inputs",
        )
    ]


def _dominated(entry: Gradient) -> bool:
    return any(
        units > UNSTABLE_AT
        for key, units in entry.units.items()
        if key in ("float64/tiny", "float64/large")
    )


# -- what can be opened up ------------------------------------------------------------------------


def _explain(examined: Examined, paths: list[Path], evidence: Sequence[Evidence]) -> None:
    telling = [e for e in evidence if e.wrong_paths()]
    if not telling:
        return
    telling.sort(key=lambda e: -len(e.wrong_paths()))
    blamed = [(one, blame.guilty(one)) for one in telling]
    for guilty in blamed[0][1]:
        if not guilty.inherits & set(paths):
            continue  # explained by cases that tell more of it, or not wrong but for a guard
        matched = [(e, g) for e, found in blamed for g in found if _key(g) == _key(guilty)]
        agreed = {id(e) for e, _ in matched}
        elsewhere = [
            e for e in telling if id(e) not in agreed and guilty.inherits & set(e.wrong_paths())
        ]
        if guilty.step is None or not elsewhere:
            _explain_one(examined, matched)
            continue
        for path in sorted(guilty.inherits, key=str):  # not the same step in each case
            _explain_one(
                examined,
                [
                    (e, blame.Guilty(None, e.inputs[path], 1.0, frozenset([path]), path))
                    for e in telling
                    if path in e.wrong_paths()
                ],
            )


def _key(guilty: blame.Guilty) -> object:
    return guilty.path or (guilty.step and (guilty.step.line, guilty.step.name))


def _explain_one(examined: Examined, matched: Sequence[tuple[Evidence, blame.Guilty]]) -> None:
    evidence, guilty = matched[0]
    if guilty.path is not None:
        entry = examined.entry(guilty.path)
        targets = [_target_of_input(e, guilty.path, entry.name) for e, _ in matched]
    else:
        entry = _intermediate(examined, evidence, guilty)
        targets = [_target_of_step(e, g, entry.name) for e, g in matched]
        examined.steps[id(entry)] = [_wanted(e, g) for e, g in matched]
    for path in guilty.inherits - {guilty.path}:
        follower = examined.entry(path)
        follower.verdict = "inherited"
        follower.findings = []
        follower.note(Note("inherited", f"follows from {entry.name} on line {entry.line}"))
    proofs = prove(targets)
    for turn in range(max(len(g.instead) for _, g in matched) if not proofs else 0):
        proofs = proofs or prove(_instead(matched, turn, entry.name))
    elementwise = _is_elementwise([evidence])
    truncated = any(guilty.truncated for _, guilty in matched)  # of two turns it cannot be told
    for proof in proofs:
        found = proof.suspicion
        if truncated and found.finding == "dropped-term":
            found = replace(found, finding="time-steps-truncated")
        if elementwise and _is_of_a_part(found, targets[0]):
            found = replace(found, finding="wrong-activation-derivative")
        entry.findings = [n for n in entry.findings if n.name not in ("wrong-shape", "unexplained")]
        on = f"proved on {proof.shapes} shapes" if proof.shapes > 1 else "seen on one shape only"
        entry.findings.append(
            Note(
                found.finding,
                f"{found.message.format(name=entry.name)} ({on})",
                found.fix,
                found.cure,
            )
        )
    if not entry.findings:
        target = targets[0]
        entry.findings.append(Note("unexplained", f"{entry.name} {what_is_seen(target)}"))


def _is_of_a_part(found: Suspicion, target: Target) -> bool:
    """Whether what is wrong with an activation is a part of its derivative, rather than all."""
    if found.finding == "missing-activation-derivative":
        sent = list(target.evidence.upstreams.values()) if target.evidence else []
        return not any(np.array_equal(target.got, upstream) for upstream in sent)
    return found.finding in repair.OF_A_PART and not found.cure


def _intermediate(examined: Examined, evidence: Evidence, guilty: blame.Guilty) -> Gradient:
    """An entry of its own for a step of the backward, before those that follow from it."""
    step = guilty.step
    assert step is not None
    name = step.name or f"what line {step.line} computes"
    entry = Gradient(name, "", step.line, "wrong")
    small, blamed = _smallest(examined, evidence, guilty)
    assert blamed.step is not None
    got = small.number(blamed.step.value)
    want = blamed.factor * small.true(blamed.of)
    entry.of = "an intermediate"
    entry.units = {"float64/ordinary": max(
        examined.entry(p).units.get("float64/ordinary", 0.0) for p in guilty.inherits
    )}  # fmt: skip
    entry.failed = max(examined.entry(p).failed for p in guilty.inherits)
    entry.counterexample = counterexample(examined.subject, small.case, got, want)
    examined.inherit[id(entry)] = guilty.inherits
    at = min(examined.result.gradients.index(examined.entry(p)) for p in guilty.inherits)
    examined.result.gradients.insert(at, entry)
    return entry


def _wanted(evidence: Evidence, guilty: blame.Guilty) -> Wanted:
    assert guilty.step is not None
    got, want = evidence.number(guilty.step.value), guilty.factor * evidence.true(guilty.of)
    return Wanted(str(evidence.case), got, want)


def _smallest(
    examined: Examined, evidence: Evidence, guilty: blame.Guilty
) -> tuple[Evidence, blame.Guilty]:
    """The smallest failing case in which the same step is to blame."""
    failing = {str(c): c for p in guilty.inherits for c in examined.failures.get(p, ())}
    extents = {k: all_extents(c) for k, c in failing.items()}
    # Where all but one are 1, a step is a single number, which may be meant to be anything.
    some = [k for k in failing if sum(s > 1 for s in extents[k]) >= min(2, len(extents[k]))]
    for key in sorted(some, key=lambda k: sum(extents[k]))[:SMALLER]:
        for small in collect(examined.subject, [failing[key]], evidence.trial.names, 1):
            for found in blame.guilty(small):
                if _key(found) == _key(guilty):
                    return small, found
    return evidence, guilty


def _target_of_input(evidence: Evidence, path: Path, name: str) -> Target:
    return Target(
        evidence.subject, evidence.case.sizes, name, path, evidence.got[path], evidence.want(path),
        evidence.loudest, {p: evidence.want(p) for p in evidence.got}, evidence,
        evidence.inputs[path],
    )  # fmt: skip


def _instead(
    matched: Sequence[tuple[Evidence, blame.Guilty]], turn: int, name: str
) -> list[Target]:
    """What a step is, if it is the gradient of another intermediate, of the same in each case."""
    value, _ = matched[0][1].instead[turn] if turn < len(matched[0][1].instead) else (None, 1.0)
    targets = []
    for evidence, guilty in matched:
        for other, factor in guilty.instead:
            if value is not None and _made_at(other) == _made_at(value):
                meant = replace(guilty, of=other, factor=factor)
                targets.append(_target_of_step(evidence, meant, name))
                break
    return targets


def _made_at(value: Value) -> object:
    return (value.note.file, value.note.place.span, value.note.op) if value.note else None


def _target_of_step(evidence: Evidence, guilty: blame.Guilty, name: str) -> Target:
    assert guilty.step is not None
    got = evidence.number(guilty.step.value) / guilty.factor
    return Target(
        evidence.subject, evidence.case.sizes, name, None, got, evidence.true(guilty.of),
        evidence.loudest, {}, evidence, guilty.of,
    )  # fmt: skip


# -- what cannot be recorded ----------------------------------------------------------------------


def _explain_arrays(examined: Examined, paths: list[Path], names: Session) -> None:
    """Only arrays to go by: what came and what was due."""
    for path in paths:
        targets = []
        for case in _by_telling(examined.failures.get(path, [])):
            trial = begin(examined.subject, case, names)
            truth = trial.truth()
            made = {m.of: m for m in trial.candidate()[1]}
            if path not in made or not isinstance(made[path].value, np.ndarray):
                continue
            got = np.asarray(made[path].value, float)
            targets.append(
                Target(examined.subject, case.sizes, made[path].name, path, got,
                       truth.gradients[path], trial.loudest, truth.gradients,
                       sent=trial.upstream)
            )  # fmt: skip
            if len(targets) == FOUND_ON + PROVED_ON:
                break
        entry = examined.entry(path)
        proofs = prove(targets) if targets else []
        if targets and not proofs and not entry.findings:
            said = what_is_seen(targets[0])
            entry.findings.append(Note("unexplained", f"{entry.name} {said}"))
        for proof in proofs:
            found = proof.suspicion
            message = found.message.format(name=entry.name)
            said = f"{message} (proved on {proof.shapes} shapes)"
            entry.findings.append(Note(found.finding, said, found.fix, found.cure))


def _by_telling(cases: list[Case]) -> list[Case]:
    return sorted(cases, key=lambda c: min(all_extents(c), default=1) < 2)


def _seen(entry: Gradient, evidence: Sequence[Evidence], path: Path) -> str:
    for one in evidence:
        if path in one.wrong_paths():
            return f"{entry.name} {what_is_seen(_target_of_input(one, path, entry.name))}"
    return f"{entry.name} is not the gradient; nothing known explains the difference"
