"""A script of at most 15 lines that shows one wrong gradient, with NumPy and the user's file alone.

It is put together from the calls that we make ourselves on the smallest failing case: the user's
forward and backward run once more, and what they are given and give back is written down as the
expressions that it is. The script is run before it is handed out: it must fail for the reason that
it says.
"""

import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.cases import EXTREME, Case, parse
from oracle.diagnosis.drafts import Diagnosis
from oracle.discovery.load import place
from oracle.judging.examined import Entry, Examined
from oracle.judging.trial import AUTOGRAD, Trial
from oracle.report.spelling import Called, Calls, Spelling, Unspeakable, literal
from oracle.results import Gradient, Repro
from oracle.subject import Path, Subject, is_number

WRITTEN = "Written by oracle check --repro."
LINES = 15
CASES = 8  # that are tried: the difference may show better in the next one
RESULTS = ("out", "loss", "more")
KINKS = ("tied", "kinks")
# Names of the script's own; an input of the user's that is called so gets another one in it.
OWN = {
    *RESULTS, "user", "np", "torch", "runpy", "sys", "types", "importlib", "layer", "upstream",
    "ctx", "forward", "value", "seen", "index", "up", "grads", "got", "want", "right",
}  # fmt: skip
STEP = "1e-6"


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


def _script(trial: Trial, entry: Gradient, path: Path) -> str:
    subject = trial.subject
    title = f"{subject.name} of {File(subject.file).name}: {entry.name} is not the gradient"
    of = f" of {entry.of}" if entry.of else ""
    head = [f'"""{title}{of}. {WRITTEN}"""']
    if subject.torch_function is not None:
        return _fitted(head + list(_of_torch(trial, entry, path)))
    return _fitted(head + list(_of_numpy(trial, entry, path)))


def _loading(subject: Subject) -> list[str]:
    """The user's file as a module: by its path, or by its name where it is part of a package."""
    _, package, top = place(File(subject.file).resolve())
    given = File(subject.file)  # from where one stands
    folder = str(top) if given.is_absolute() else os.path.relpath(top)
    into = f"sys.path.insert(0, {folder!r})"
    if package:
        return [into, f'user = importlib.import_module("{package}.{File(subject.file).stem}")']
    return [into, f"user = types.SimpleNamespace(**runpy.run_path({str(given)!r}))"]


def _imports(subject: Subject, more: str) -> list[str]:
    package = place(File(subject.file).resolve())[1]
    return [f"import {'importlib, sys' if package else 'runpy, sys, types'}", f"import {more}"]


def _of_numpy(trial: Trial, entry: Gradient, path: Path) -> Iterator[str]:
    """A central difference through the user's own forward, beside what their backward returned."""
    subject = trial.subject
    spelling = Spelling(sys.modules[subject.module])
    calls = Calls()
    with calls.watched() as made:
        inputs = trial.inputs()
    yield from _imports(subject, "numpy as np")
    yield from _loading(subject)
    yield from _inputs(spelling, inputs, made)
    at = _at(spelling, inputs, path)

    with trial.names.random_state(trial.case.seed):
        with calls.watched() as forward:
            value, kept = subject.forward(inputs)
        sent = trial.sent(value)
        with calls.watched() as backward:
            gradients = subject.backward(inputs, value, kept, sent)
    random = trial.names.untouched < 0
    which = next(i for i, m in enumerate(gradients) if m.of == path)
    gradient = gradients[which].value
    alike = sum(m.value is gradient for m in gradients[:which])

    if subject.has_upstream:
        spelling.name(sent, "upstream")
        yield f"upstream = {_upstream(sent)}"
    steps = []
    for name, call in zip(RESULTS, forward):
        steps.append((name, spelling.call(call)))
        spelling.name(call.returned, name)
    if not 0 < len(forward) <= len(RESULTS):
        raise Unspeakable(f"its forward is {len(forward)} calls of the file's functions")
    results = ", ".join(name for name, _ in steps)
    runs = steps[0][1] if len(steps) == 1 else ", ".join(f"({n} := {c})" for n, c in steps)
    seed = f"np.random.seed({trial.case.seed}); " if random else ""
    yield f"def forward(): {seed}return {runs}"
    yield f"def value(): {results} = forward(); return {_value(spelling, subject, value)}"
    yield f"seen = np.zeros(np.shape({at}))"
    yield (
        f"for index in np.ndindex(seen.shape):\n"
        f"    {at}[index] += {STEP}; up = value(); {at}[index] -= 2 * {STEP}; "
        f"seen[index] = (up - value()) / (2 * {STEP}); {at}[index] += {STEP}"
    )
    yield f"{results} = forward()"
    if len(backward) > 1:
        raise Unspeakable(f"its backward is {len(backward)} calls of the file's functions")
    results_of: dict[str, Any] = {}
    for call in backward:
        text = spelling.call(call)
        yield text if call.returned is None else f"grads = {text}"
        results_of["grads"] = call.returned
    if "self" in inputs:
        texts = spelling.attributes(inputs["self"], "layer")
        own = entry.name.replace("self", "layer", 1)
        held = {text: _step(inputs["self"], at) for at, text in texts.items()}
        results_of.update(sorted(held.items(), key=lambda pair: pair[0] != own))
    results_of.update((name, call.returned) for name, call in zip(RESULTS, forward))
    yield f"got = {_gradient(results_of, alike, gradient, sent)}"
    truth = trial.truth()
    by = "torch.autograd" if truth.kind == AUTOGRAD else "finer differences"
    yield f"want = {literal(truth.gradients[path])}  # by {by}"
    yield "right = np.shape(got) == seen.shape and np.allclose(got, seen, 1e-4, 1e-6)"
    name = entry.name.replace("{", "").replace("}", "").replace('"', "'")
    yield (
        f'assert right, f"{name} is\\n{{got}}\\nnot\\n{{seen}} (a central difference), '
        'which torch.autograd has as\\n{want}"'
    )


def _inputs(spelling: Spelling, inputs: dict[str, Any], made: list[Called]) -> Iterator[str]:
    for name, thing in inputs.items():
        if name == "self":
            yield f"layer = {spelling.constructed(thing, made)}"
            spelling.name(thing, "layer")
            for path, text in spelling.attributes(thing, "layer").items():
                yield f"{text}[...] = {literal(_step(thing, path)).removeprefix('np.array')}"
        elif isinstance(thing, np.ndarray | np.generic | dict | list | tuple) or hasattr(
            thing, "__dataclass_fields__"
        ):
            yield f"{_free(name)} = {spelling.of(thing)}"
            spelling.name(thing, _free(name))


def _free(name: str) -> str:
    return f"{name}_" if name in OWN else name


def _step(thing: Any, path: Path) -> Any:
    for step in path:
        thing = thing[step] if isinstance(thing, dict | list | tuple) else getattr(thing, step)
    return thing


def _at(spelling: Spelling, inputs: dict[str, Any], path: Path) -> str:
    """The array that is to be moved."""
    array = _step(inputs, path)
    if id(array) not in spelling.known:
        raise Unspeakable(f"{path[-1]} is no array that one could move")
    return spelling.known[id(array)]


def _upstream(sent: Any) -> str:
    if isinstance(sent, tuple):
        return f"({', '.join(map(literal, sent))}{',' * (len(sent) == 1)})"
    return literal(sent)


def _value(spelling: Spelling, subject: Subject, value: Any) -> str:
    """The number whose gradient it is: the value, or its sum, weighted by the upstream."""
    if isinstance(value, tuple | list):
        parts = [spelling.of(part) for part in value if is_number(part)]
        return " + ".join(f"np.sum(upstream[{i}] * {part})" for i, part in enumerate(parts))
    if id(value) in spelling.known:
        text = spelling.known[id(value)]
        return f"np.sum(upstream * {text})" if subject.has_upstream else text
    for thing in spelling.kept:
        if isinstance(thing, np.ndarray) and np.array_equal(thing.mean(), value):
            return f"{spelling.known[id(thing)]}.mean()"
    reading = subject.readings[0].name
    raise Unspeakable(f"its loss is none of the file's, but {reading or 'made up of several'}")


def _gradient(results: dict[str, Any], alike: int, made: Any, sent: Any) -> str:
    """Which part of the results it is: that very object, or else one of the same numbers.

    ``alike`` is how many gradients before it are the same object: dx and db may both be dout.
    """
    parts = [part for text, result in results.items() for part in _parts(result, text)]
    same = [text for text, part in parts if part is made]
    if same:
        return same[min(alike, len(same) - 1)]
    for text, part in parts:
        if isinstance(part, np.ndarray | np.generic | float | list):
            if np.array_equal(part, made):
                return text
            if np.shape(part) == np.shape(sent) and np.array_equal(np.multiply(sent, part), made):
                return f"upstream * {text}"
    raise Unspeakable("it is nothing that the file's functions return or keep")


def _parts(thing: Any, text: str, depth: int = 3) -> Iterator[tuple[str, Any]]:
    """A result and what it holds, and how that is written."""
    yield text, thing
    if isinstance(thing, tuple | list):
        thing = dict(enumerate(thing))
    for key, part in thing.items() if depth and isinstance(thing, dict) else ():
        yield from _parts(part, f"{text}[{key!r}]", depth - 1)


def _of_torch(trial: Trial, entry: Gradient, path: Path) -> Iterator[str]:
    """Autograd through the forward of a Function, beside what its backward returned."""
    subject = trial.subject
    wanted = {a.name for a in subject.arguments if subject.differentiable((a.name,))}
    inputs = trial.inputs()
    yield from _imports(subject, "torch")
    yield from _loading(subject)
    for name, thing in inputs.items():
        if isinstance(thing, np.ndarray):
            text = literal(thing, "torch.tensor")[:-1]
            kind = ", dtype=torch.float64" if thing.dtype.kind == "f" else ""
            yield f"{_free(name)} = {text}{kind}{', requires_grad=True' * (name in wanted)})"
        else:
            yield f"{_free(name)} = {thing!r}"
    if len(trial.upstream) != 1:
        raise Unspeakable("its forward has several outputs")
    (upstream,) = trial.upstream.values()
    yield f"upstream = {literal(upstream, 'torch.tensor')[:-1]}, dtype=torch.float64)"
    arguments = ", ".join(map(_free, inputs))
    of = _free(path[0])
    nothing = "lambda *tensors: None"
    yield (
        f"ctx = types.SimpleNamespace(save_for_backward={nothing}, mark_dirty={nothing}, "
        "needs_input_grad=(True,) * 9)"
    )
    own = f"user.{subject.name}"
    yield f"(got,) = torch.autograd.grad({own}.apply({arguments}), {of}, upstream)"
    yield f"(want,) = torch.autograd.grad({own}.forward(ctx, {arguments}), {of}, upstream)"
    yield "right = got.shape == want.shape and torch.allclose(got, want, 1e-6, 1e-9)"
    yield (
        f'assert right, f"{entry.name} is\\n{{got}}\\nnot\\n{{want}}, '
        "which is autograd's through the forward\""
    )


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
