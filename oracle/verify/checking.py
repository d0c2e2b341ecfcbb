"""The check on ourselves: a derivation of reference/, judged as a user's is, by its torch twin."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from oracle import cases
from oracle.cases import Case
from oracle.cases.case import Layout
from oracle.judging.examination import Examination
from oracle.judging.ground_truth import Truth
from oracle.judging.session import Session
from oracle.judging.trial import Trial
from oracle.judging.trials import Trials
from oracle.judging.verdict import largest
from oracle.subject import Inputs, Made, Path, Subject
from oracle.truth.differences import Summed
from oracle.truth.noise import BesideKinks, Noise, Nudge, Tape, distance, nudged_truth
from oracle.truth.noise import Truth as TwinTruth
from oracle.truth.recording import Note
from oracle.verify.derivations import Derivation
from oracle.verify.runs import Run, of_derivation

TWIN = "torch twin"
VALUE: Path = ()  # the path of the value, which is judged as the gradients are
Twin = Callable[..., torch.Tensor]


class TwinTrial(Trial):
    """A case, drawn: ``arrays`` and the upstream are never handed out, only copies of them."""

    strict = True

    def __init__(
        self, derivation: Derivation, twin: Twin, subject: Subject, case: Case, names: Session
    ) -> None:
        self.derivation = derivation
        self.twin = twin
        self.subject = subject
        self.case = case
        self.names = names
        self.writes = False
        self.plan = None  # nothing is recorded
        self.arrays, self.rng = cases.draw(derivation, case)
        tape = self._tape(self.arrays)
        self._sent = cases.draw_upstream(self.rng, tuple(tape.value.shape), case.dtype)
        self.upstream = {(0,): self._sent}
        self.largest_upstream = largest(self._sent)
        self._truth = tape.truth(self._sent)
        self._noise = Noise(self.eps)

    @property
    def value_is_finite(self) -> bool:
        return True  # the value is judged

    @property
    def notes(self) -> Sequence[Note]:
        return ()  # torch is asked for whole functions

    def scale(self, path: Path) -> float:
        return 0.0 if path == VALUE else self.largest_upstream

    # -- the code in reference/ -------------------------------------------------------------------

    def inputs(self, arrays: Mapping[str, np.ndarray] | None = None) -> Inputs:
        drawn = self.arrays if arrays is None else arrays
        return {name: array.copy() for name, array in drawn.items()} | self.case.options

    @contextlib.contextmanager
    def seeded(self) -> Iterator[None]:
        """Nothing is seeded: a derivation that draws random numbers is not deterministic."""
        yield

    def sent(self, value: Any) -> Any:
        return self._sent.copy() if self._sent.ndim else self._sent[()]

    def _run(self, layout: Layout | None) -> tuple[Any, list[Made], Inputs]:
        sent = self.sent(None)
        inputs = self.inputs()
        if layout is not None:
            sent, inputs = layout.of_upstream(sent), layout.of_inputs(inputs)
        value, pullback = self.subject.forward(inputs)
        made = [self.derivation.value_as_made(value)]
        if np.shape(value) == self._sent.shape:  # else the pullback cannot take the upstream
            made += self.subject.backward(inputs, value, pullback, sent)
        return value, made, inputs

    def _layout(self, writeable: bool) -> Layout:
        return Layout(self.rng, writeable)

    # -- the truth --------------------------------------------------------------------------------

    def _tape(self, arrays: Mapping[str, np.ndarray], dtype: torch.dtype = torch.float64) -> Tape:
        """The forward pass of the twin."""
        given = self.derivation.differentiated, self.case.options, dtype
        return Tape(self.twin, arrays, *given)

    def truth(self) -> Truth:
        return _by_path(self._truth)

    def torch_float32(self) -> Truth | None:
        return _by_path(self._tape(self.arrays, torch.float32).truth(self._sent))

    def _around(self, truth: Truth, nudged: Nudge) -> dict[Path, float]:
        given = self.arrays, self.derivation.differentiated, self.case.options, self._sent
        other = _by_path(nudged_truth(self.twin, *given, nudged))
        return {p: distance(other.gradients[p], a) for p, a in truth.gradients.items()}

    def own_forward(self) -> Summed:
        return _Summed(self)

    # -- beside kinks -----------------------------------------------------------------------------

    def input_at(self, path: Path) -> np.ndarray:
        return self.arrays[path[0]]

    def gradient_of_moved(
        self, moved: Callable[[np.ndarray], np.ndarray], path: Path, alone: bool = False
    ) -> np.ndarray | None:
        arrays = {
            name: moved(a) if a.dtype.kind == "f" and (not alone or (name,) == path) else a
            for name, a in self.arrays.items()
        }
        return _by_path(self._tape(arrays).truth(self._sent)).gradients[path]

    def gradients_beside_kinks(self, path: Path, step: float) -> list[np.ndarray]:
        with BesideKinks(step):
            found = self._tape(self.arrays).truth(self._sent)
        return [_by_path(found).gradients[path]]


class _Summed:
    """Σ upstream·value of a function that changes nothing: it needs no copies."""

    def __init__(self, trial: TwinTrial) -> None:
        self.trial = trial
        names = trial.derivation.differentiated
        self.inputs: dict[Path, np.ndarray] = {(0, n): trial.arrays[n] for n in names}
        self.upstream = trial.upstream

    def __call__(self, inputs: Mapping[Path, np.ndarray]) -> float:
        moved = {path[1]: np.asarray(array) for path, array in inputs.items()}
        value = self.trial.subject.forward(self.trial.inputs(self.trial.arrays | moved))[0]
        return float(np.sum(self.trial.upstream[(0,)] * value))


def _by_path(truth: TwinTruth) -> Truth:
    """The value under the path (), the gradients under the names of their arguments."""
    gradients = {VALUE: truth.value}
    for name, gradient in truth.gradients.items():
        gradients[(name,)] = gradient
    return Truth({(0,): truth.value}, gradients, TWIN)


def check(derivation: Derivation, twin: Twin, cases: Iterable[Case]) -> Run:
    """Judge a derivation on some cases of one dtype and regime."""
    begin = partial(TwinTrial, derivation, twin)
    trials = Trials(derivation.subject, Session(), begin, most=0)
    examination = Examination(derivation.subject, trials)
    run = of_derivation(derivation)
    examination.tallies = run.gradients  # each has a place in the report, seen or not
    with np.errstate(all="ignore"):
        for case in cases:
            examination.take(case)
            run.dtypes.add(case.dtype)
            run.regimes.add(case.regime)
    run.cases = examination.cases
    run.witnessed = examination.witnessed
    run.shapes = examination.shapes
    run.shown = {tally.of for tally in run.gradients if tally.of and tally.shown}
    if run.gradients[0].verdict == "correct":  # else the twin's gradient need not be this value's
        run.distrusted = examination.distrusted
    run.throw_away_truth()
    run.gradients = [replace(tally, passes=[], failures=[]) for tally in run.gradients]
    return run
