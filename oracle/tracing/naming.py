"""The name of a mistake and its cure, from the bank of mistakes that a check asks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes import FAMILIES, Suspicion, Target
from oracle.diagnosis.observed import what_is_seen
from oracle.results import Note
from oracle.subject import Argument, Path, Subject
from oracle.tracing import amended
from oracle.tracing.blame import Judged
from oracle.tracing.match import Matcher
from oracle.tracing.truth import Truth, array, in_shape, same_gradient, without_a_row
from oracle.truth.recording import Value
from oracle.truth.work import A_SECOND, Budget

PATIENCE = 3 * A_SECOND  # steps of work for one name
ALL_PATIENCE = 8 * A_SECOND  # for all names of a report
ENOUGH = 6  # a mistake of this rank needs no dearer families to be asked


@dataclass(frozen=True)
class _Case:
    sizes: dict[str, Any]


@dataclass(frozen=True)
class _Trial:
    arrays: dict[str, np.ndarray]
    largest_upstream: float = 0.0


class StepEvidence(Evidence):
    """One step of a training, in the form that the bank of mistakes asks for."""

    def __init__(self, matcher: Matcher) -> None:
        truth: Truth = matcher.truth
        self.recording = truth.recording
        self.plan = truth.plan
        self.run = truth.run
        self.guarded = {}
        self.largest_upstream = 0.0
        self.outputs = dict(truth.recording.outputs)
        self.upstreams = {("loss", i): np.asarray(u) for i, u in enumerate(truth.loss.upstream)}
        self.inputs = {p[1:]: v for p, v in truth.recording.inputs.items()}
        self.forward = [
            v for v in truth.values
            if id(v) not in truth.forward.leaves and not truth.is_part(v)
        ]  # fmt: skip
        self._true = {v: truth.of(v) for v in truth.values}
        self._true.update(
            {v: np.zeros(v.shape) for v in self.inputs.values() if v not in self._true}
        )
        self._probes = {}
        self.slopes = {}
        self.made = {}
        self.got = {}
        self.case: Any = _Case(_sizes(matcher))
        self.trial: Any = _Trial({str(p[0]): array(v) for p, v in self.inputs.items()})
        outputs = {(f"output {i}",): v for i, v in enumerate(_with_samples(matcher, self.case))}
        self.subject = _subject({**self.inputs, **outputs}, self.case.sizes)

    def steps(self) -> list[Any]:
        return []


def _sizes(matcher: Matcher) -> dict[str, Any]:
    """The extents of the forward's arrays by names; N is the number of samples."""
    truth = matcher.truth
    parameters = {id(v) for v in truth.step.parameters}
    leaves = truth.forward.leaves.values()
    data = [v.shape for v in leaves if id(v) not in parameters and len(v.shape) >= 1]
    own = {n for v in leaves if id(v) in parameters for n in v.shape}
    outs = [v.shape for v in truth.values if id(v) not in truth.forward.leaves and v.shape]
    found: dict[str, Any] = {}
    extents = {n for shape in (*data, *outs, *(v.shape for v in leaves)) for n in shape if n > 1}
    samples = [n for n in extents if any(n in s for s in outs) and n not in own]
    rows = [s for s in outs if sum(n > 1 for n in s) > 1]
    if not samples and rows:  # as many samples as units: the extent that most arrays have
        samples = sorted(extents, key=lambda n: -sum(n in s for s in outs))[:1]
    best = max(samples, key=lambda n: sum(n in s for s in outs), default=0)
    for n in sorted(extents):
        found["N" if n == best else f"n{n}"] = n
    return found


def _with_samples(matcher: Matcher, case: _Case) -> list[Value]:
    """A value of the forward that has the axis of the samples: the data may be integers."""
    samples = case.sizes.get("N", 0)
    return [v for v in matcher.truth.values if samples in v.shape][:1]


def _subject(inputs: dict[Path, Value], sizes: dict[str, int]) -> Subject:
    """The forward's inputs as arguments with named sizes."""
    names = {extent: name for name, extent in sizes.items()}
    arguments = tuple(
        Argument(str(path[0]), tuple(names.get(n, str(n)) for n in value.shape))
        for path, value in inputs.items()
    )

    def never(*args: Any) -> Any:
        raise NotImplementedError("a step of a training is not run again as a whole")

    return Subject("training", "", 0, 11, arguments, never, never, never, has_upstream=False)


@dataclass
class Names:
    """The names of the mistakes of some steps."""

    evidence: dict[int, StepEvidence] = field(default_factory=dict)  # by the id of the matcher
    budget: Budget = field(default_factory=lambda: Budget(ALL_PATIENCE))

    def of(self, cases: Sequence[tuple[Matcher, Judged]]) -> tuple[Note, ...]:
        """The mistake that explains a wrong gradient in all the cases in which it is wrong."""
        (matcher, judged), *others = cases
        note = self._early_update(judged) or self._bias_row(judged)
        if note is not None:
            return (note,)
        target = self._target(matcher, judged)
        best = self._best(target, [self._target(*case) for case in others])
        name = judged.match.stored.text
        if best is None and (note := amended.finding(cases)) is not None:
            return (note,)
        if best is None:
            return (Note("unexplained", f"{name} {what_is_seen(target)}"),)
        return (Note(best.finding, best.message.replace("{name}", name), best.fix, best.cure),)

    def _early_update(self, judged: Judged) -> Note | None:
        if not judged.updated:
            return None
        update = judged.updated[0].stored
        return Note(
            "updated-weights-used",
            f"{judged.match.stored.text} uses {update.text} as line {update.statement.line} has "
            "already updated it; the forward used it as it was before",
            "compute all gradients first, and update afterwards",
        )

    def _bias_row(self, judged: Judged) -> Note | None:
        """The row of the bias, which has no layer below, was sent back as well."""
        got = array(judged.match.value)
        if not any(same_gradient(part, judged.want) for part in without_a_row(got)):
            return None
        return Note(
            "bias-row-not-dropped",
            f"{judged.match.stored.text} has shape {got.shape}, expected {judged.want.shape}: the "
            "row or column of the bias weights is still in it",
            "leave the bias's row out of the weights, as in W[:-1], on the way back",
        )

    def _target(self, matcher: Matcher, judged: Judged) -> Target:
        evidence = self.evidence.get(id(matcher))
        if evidence is None:
            evidence = self.evidence[id(matcher)] = StepEvidence(matcher)
        of = judged.match.of
        whole = matcher.truth.whole(of)
        path = next((p for p, v in evidence.inputs.items() if v is whole), None)
        made = judged.made if judged.made is not None else array(judged.match.value)
        got = made / judged.factor if judged.factor else made
        others = {p: evidence.true(v) for p, v in evidence.inputs.items()}
        return Target(
            evidence.subject, evidence.case.sizes, judged.match.stored.text, path,
            in_shape(np.asarray(got, float), of.shape), matcher.truth.of(of), 0.0, others,
            evidence, whole,
        )  # fmt: skip

    def _best(self, first: Target, others: Sequence[Target]) -> Suspicion | None:
        budget = self._for_one()
        found: list[Suspicion] = []
        for family in FAMILIES:
            if any(s.rank <= ENOUGH for s in found):
                break
            asked = self._asked(family, first, budget)
            found += [s for s in asked if others or not s.fitted]
        for target in others:
            keys = {s.key for s in found}
            again = {
                s.key for family in FAMILIES
                for s in self._asked(family, target, self._for_one(), keys)
            }  # fmt: skip
            found = [s for s in found if s.key in again]
        return min(found, key=lambda s: s.rank, default=None)

    def _for_one(self) -> Budget:
        return Budget(min(PATIENCE, self.budget.left))

    def _asked(
        self, family: Any, target: Target, budget: Budget, keys: Any = None
    ) -> list[Suspicion]:
        """The mistakes of a family that predict what came."""
        found = []
        suspicions = family(target)
        while not budget.is_spent:
            try:
                suspicion = next(suspicions, None)
                if suspicion is None:
                    break
                if not _is_certain(suspicion):
                    continue
                if (keys is None or suspicion.key in keys) and _explains(suspicion, target):
                    found.append(suspicion)
            except (AttributeError, KeyError, IndexError, ValueError, RuntimeError, TypeError):
                break  # it asks for what a step of a training does not have
        return found


def _is_certain(suspicion: Suspicion) -> bool:
    """False for a size that is no number of samples: its extent never varies in a training."""
    if suspicion.finding == "missing-attention-scale":
        return False
    return not set(suspicion.sizes) - {"N"}


def _explains(suspicion: Suspicion, target: Target) -> bool:
    with np.errstate(all="ignore"):
        predicted = suspicion.predicted()
    if predicted is None:
        return False
    if predicted.shape != target.true.shape and np.array_equal(predicted, target.got):
        return suspicion.rank <= 10
    return target.is_got(predicted)
