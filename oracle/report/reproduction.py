"""A script of at most 15 lines that shows one wrong gradient, with NumPy and the user's file alone.

It is put together from the calls that we make ourselves on the smallest failing case: the user's
forward and backward run once more, and what they are given and give back is written down as the
expressions that it is. The script is run before it is handed out: it must fail for the reason that
it says.
"""

import itertools
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.cases import EXTREME, Case, parse
from oracle.diagnosis.drafts import Diagnosis
from oracle.judging.examined import Entry, Examined
from oracle.judging.trial import Trial
from oracle.report.script import of_numpy, of_torch
from oracle.report.spelling import Unspeakable
from oracle.results import Gradient, Repro
from oracle.subject import Path

WRITTEN = "Written by oracle check --repro."
LINES = 15
CASES = 8  # that are tried: the difference may show better in the next one
KINKS = ("tied", "kinks")


def scripts(examined: Examined, diagnosis: Diagnosis | None) -> dict[Entry, Repro]:
    """By entry: the script of each wrong gradient, or the reason why it has none."""
    found: dict[Entry, Repro] = {}
    for entry in examined.entries:
        gradient = diagnosis.of(entry) if diagnosis is not None else entry.gradient
        tied = "tie-spread" in {note.name for note in gradient.findings}
        if gradient.verdict in ("wrong", "inherited") or tied:
            found[entry] = _written(examined, entry, gradient)
    return found


def _written(examined: Examined, entry: Entry, gradient: Gradient) -> Repro:
    named = ", ".join(note.name for note in gradient.findings)
    why = f"there are no two arrays to compare ({named})"
    for case in _cases(examined, entry):
        try:
            with examined.trials.names:
                trial = examined.trials.of(case)
                script = _script(trial, gradient, entry.path)
            _prove(script, trial.truth().gradients[entry.path])
        except Unspeakable as error:
            why = str(error)
            if case.regime in KINKS:
                why = "it is wrong at ties or kinks alone, where a difference quotient says nothing"
        except Exception as error:
            why = f"the script for it raises {type(error).__name__}: {error}"
        else:
            return Repro(script)
    return Repro("", why)


def _cases(examined: Examined, entry: Entry) -> list[Case]:
    """The smallest failing cases, those where differences mean something first."""
    failing = [c for c in entry.failures if c.regime not in EXTREME]
    example = entry.gradient.counterexample
    if not failing and example is not None and example.want is not None:
        text = example.replay.partition(" --case ")[2]
        failing = [parse(text, examined.subject)]
    ordered = sorted(
        failing, key=lambda c: (c.regime in KINKS, sum(np.prod(s) for s in c.sizes.values()))
    )
    return [c for c in ordered if c.dtype == "float64"][:CASES]


def _script(trial: Trial, gradient: Gradient, path: Path) -> str:
    subject = trial.subject
    if subject.tensors is not None or subject.against:
        raise Unspeakable("scripts are written for code on arrays and for torch Functions")
    title = f"{subject.name} of {File(subject.file).name}: {gradient.name} is not the gradient"
    of = f" of {gradient.of}" if gradient.of else ""
    head = [f'"""{title}{of}. {WRITTEN}"""']
    if subject.torch_function is not None:
        return _fitted(head + list(of_torch(trial, gradient, path)))
    return _fitted(head + list(of_numpy(trial, gradient, path)))


def _fitted(statements: list[str]) -> str:
    """The statements on 15 lines: the shortest neighbours that may share a line do."""
    lines = list(statements)
    while sum(line.count("\n") + 1 for line in lines) > LINES:
        pairs = [
            (len(a) + len(b), i)
            for i, (a, b) in enumerate(itertools.pairwise(lines))
            if i and not any(t.startswith(("def ", "for ")) or "  # " in t for t in (a, b))
        ]
        if not pairs:
            raise Unspeakable(f"it takes more than {LINES} lines")
        at = min(pairs)[1]
        lines[at : at + 2] = [f"{lines[at]}; {lines[at + 1]}"]
    return "\n".join(lines) + "\n"


def _prove(script: str, truth: np.ndarray) -> None:
    """Run a script: it must find what came wrong, and be right about what was expected."""
    found: dict[str, Any] = {"__name__": "repro"}
    try:
        exec(compile(script, "repro.py", "exec"), found)
    except AssertionError:
        expected = np.asarray(found["seen"] if "seen" in found else found["want"])
        if not np.allclose(expected, truth, 1e-4, 1e-6):
            raise Unspeakable("a difference quotient is no measure of it") from None
    else:
        raise Unspeakable("the difference is too small for a difference quotient to show")
