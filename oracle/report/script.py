"""The statements of a script that shows one wrong gradient, with the user's own calls in it."""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.discovery.load import place
from oracle.judging.ground_truth import AUTOGRAD
from oracle.judging.trial import Trial
from oracle.report.spelling import Called, Calls, Spelling, Unspeakable, literal
from oracle.results import Gradient
from oracle.subject import Made, Path, Subject, is_number

RESULTS = ("out", "loss", "more")
# Names of the script's own; an input of the user's that is called so gets a different one.
OWN = {
    *RESULTS, "user", "np", "torch", "runpy", "sys", "types", "importlib", "layer", "upstream",
    "ctx", "forward", "value", "seen", "index", "up", "grads", "got", "want", "right",
}  # fmt: skip
STEP = "1e-6"


def _loading(subject: Subject) -> list[str]:
    """The user's file as a module: by its path, or by its name where it is part of a package."""
    _, package, top = place(File(subject.file).resolve())
    given = File(subject.file)  # from where one stands
    if given.suffix != ".py":
        raise Unspeakable("a script cannot import a notebook")
    folder = str(top) if given.is_absolute() else os.path.relpath(top)
    into = f"sys.path.insert(0, {folder!r})"
    if package:
        return [into, f'user = importlib.import_module("{package}.{File(subject.file).stem}")']
    return [into, f"user = types.SimpleNamespace(**runpy.run_path({str(given)!r}))"]


def _imports(subject: Subject, more: str) -> list[str]:
    package = place(File(subject.file).resolve())[1]
    return [f"import {'importlib, sys' if package else 'runpy, sys, types'}", f"import {more}"]


@dataclass(frozen=True)
class _Ran:
    """The user's forward and backward, run once more: what was called, and what came back."""

    inputs: dict[str, Any]
    forward: list[Called]
    backward: list[Called]
    value: Any
    sent: Any
    gradients: list[Made]
    random: bool  # it draws random numbers


def of_numpy(trial: Trial, gradient: Gradient, path: Path) -> Iterator[str]:
    """A central difference through the user's own forward, beside what their backward returned."""
    spelling = Spelling(sys.modules[trial.subject.module])
    with Calls().watched() as made:
        inputs = trial.inputs()
    yield from _imports(trial.subject, "numpy as np")
    yield from _loading(trial.subject)
    yield from _inputs(spelling, inputs, made)  # as they are before the forward changes any
    at = _at(spelling, inputs, path)
    ran = _run(trial, inputs)
    yield from _differences(spelling, trial, ran, at)
    which = next(i for i, m in enumerate(ran.gradients) if m.of == path)
    came = ran.gradients[which].value
    alike = sum(m.value is came for m in ran.gradients[:which])
    lines, results = _backward(spelling, ran, gradient.name)
    yield from lines
    yield f"got = {_gradient(results, alike, came, ran.sent)}"
    truth = trial.truth()
    by = "torch.autograd" if truth.kind == AUTOGRAD else "finer differences"
    yield f"want = {literal(truth.gradients[path])}  # by {by}"
    yield "right = np.shape(got) == seen.shape and np.allclose(got, seen, 1e-4, 1e-6)"
    name = gradient.name.replace("{", "").replace("}", "").replace('"', "'")
    yield (
        f'assert right, f"{name} is\\n{{got}}\\nnot\\n{{seen}} (a central difference), '
        'which torch.autograd has as\\n{want}"'
    )


def _run(trial: Trial, inputs: dict[str, Any]) -> _Ran:
    """Run both passes, and note the calls of the user's functions."""
    subject, calls = trial.subject, Calls()
    with trial.names.random_state(trial.case.seed):
        with calls.watched() as forward:
            value, kept = subject.forward(inputs)
        sent = trial.sent(value)
        with calls.watched() as backward:
            gradients = subject.backward(inputs, value, kept, sent)
    random = trial.names.untouched < 0
    return _Ran(inputs, forward, backward, value, sent, gradients, random)


def _differences(spelling: Spelling, trial: Trial, ran: _Ran, at: str) -> Iterator[str]:
    """The forward as a function, and its central differences in each entry of an array."""
    subject = trial.subject
    if subject.has_upstream:
        spelling.name(ran.sent, "upstream")
        yield f"upstream = {_upstream(ran.sent)}"
    steps = []
    for name, call in zip(RESULTS, ran.forward):
        steps.append((name, spelling.call(call)))
        spelling.name(call.returned, name)
    if not 0 < len(ran.forward) <= len(RESULTS):
        raise Unspeakable(f"its forward is {len(ran.forward)} calls of the file's functions")
    results = ", ".join(name for name, _ in steps)
    runs = steps[0][1] if len(steps) == 1 else ", ".join(f"({n} := {c})" for n, c in steps)
    seed = f"np.random.seed({trial.case.seed}); " if ran.random else ""
    yield f"def forward(): {seed}return {runs}"
    value = _value(spelling, subject, ran.value)
    yield f"def value(): {results} = forward(); return {value}"
    yield f"seen = np.zeros(np.shape({at}))"
    yield (
        f"for index in np.ndindex(seen.shape):\n"
        f"    {at}[index] += {STEP}; up = value(); {at}[index] -= 2 * {STEP}; "
        f"seen[index] = (up - value()) / (2 * {STEP}); {at}[index] += {STEP}"
    )
    yield f"{results} = forward()"


def _backward(spelling: Spelling, ran: _Ran, name: str) -> tuple[list[str], dict[str, Any]]:
    """The call of the backward, and by its text everything that may hold the gradient."""
    if len(ran.backward) > 1:
        raise Unspeakable(f"its backward is {len(ran.backward)} calls of the file's functions")
    lines: list[str] = []
    results: dict[str, Any] = {}
    for call in ran.backward:
        text = spelling.call(call)
        lines.append(text if call.returned is None else f"grads = {text}")
        results["grads"] = call.returned
    if "self" in ran.inputs:
        layer = ran.inputs["self"]
        own = name.replace("self", "layer", 1)
        held = {text: _step(layer, at) for at, text in spelling.attributes(layer, "layer").items()}
        results.update(sorted(held.items(), key=lambda pair: pair[0] != own))
    results.update((name, call.returned) for name, call in zip(RESULTS, ran.forward))
    return lines, results


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


def of_torch(trial: Trial, gradient: Gradient, path: Path) -> Iterator[str]:
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
        f'assert right, f"{gradient.name} is\\n{{got}}\\nnot\\n{{want}}, '
        "which is autograd's through the forward\""
    )
