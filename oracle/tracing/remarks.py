"""Remarks on what would keep a script from learning although its gradients are right.

Each is decided by a number, which the remark says. None is a verdict.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from oracle.results import Note
from oracle.tracing.instrument import Statement
from oracle.tracing.schedule import divided_by_step
from oracle.tracing.truth import Truth, array
from oracle.tracing.units import Layer, hidden, layers, leading_to, squashings
from oracle.truth.recording import Note as Call
from oracle.truth.recording import Value

FALLS = 0.5  # a step size that falls to this share within three steps
FEWEST = 8  # weights: fewer are all positive by chance; samples: a unit is 0 on fewer by chance
FLAT = 0.01  # a slope below this share of the largest one: the unit is saturated
RATIO = 1e4  # of the mean gradients of two layers
GROWTH = 1e3  # of the gradients, from the first step to the last one seen
SLOWER = "keep it constant, or let it fall more slowly"
FORWARD = frozenset({"subtract", "multiply", "divide", "add", "power"})


def about_learning(truths: Sequence[Truth]) -> tuple[Note, ...]:
    """The remarks on the steps that were seen."""
    first = truths[0]
    found = layers(first)
    return (
        *_loss(truths),
        *_step_sizes(truths),
        *_broadcast(first),
        *_one_sign(found),
        *_identical(found, first),
        *_saturated(truths),
        *_dead(truths),
        *_by_layer(truths),
        *_growth(truths),
    )


def _loss(truths: Sequence[Truth]) -> Iterator[Note]:
    for number, truth in enumerate(truths, 1):
        value = truth.loss.of([array(v) for v in truth.loss.values])
        if not np.isfinite(value):
            said = f"the loss on line {truth.loss.line} is {value} in step {number}"
            yield Note("loss-not-finite", said)
            return


def _step_sizes(truths: Sequence[Truth]) -> Iterator[Note]:
    """The factor of the gradient in the updates of one parameter, step after step."""
    sizes: dict[int, list[float]] = {}
    last: dict[int, Statement] = {}
    for truth in truths[:3]:
        for update in truth.step.updates:
            key = id(truth.training.first.get(id(update.old), update.old))
            exact = [term for term in update.terms if term.exact]
            if len(exact) == len(update.terms) == 1:  # of Adam the factor changes by itself
                sizes.setdefault(key, []).append(abs(exact[0].factor))
                last[key] = update.stored.statement
    for key, some in sizes.items():
        line = last[key].line
        if len(truths) < 3 and (text := divided_by_step(last[key])):
            said = f"the step size on line {line}, {text}, falls like 1/t: to 1 % in step 100"
            yield Note("vanishing-step-size", said, SLOWER)
            return
        falls = len(some) == 3 and all(a > b > 0 for a, b in pairwise(some))
        if falls and some[-1] <= FALLS * some[0]:
            shown = ", ".join(f"{size:.3g}" for size in some)
            one_over = np.allclose([some[0] / size for size in some], [1, 2, 3])
            like = f" (like 1/t: {some[0] / 100:.3g} in step 100)" if one_over else ""
            said = f"the step size on line {line} falls: {shown}{like}"
            yield Note("vanishing-step-size", said, SLOWER)
            return


def _broadcast(truth: Truth) -> Iterator[Note]:
    """A column against a flat array: every output meets every target."""
    parameters = {id(value) for value in truth.step.parameters}
    made = set(parameters)
    forward = {id(note) for note in truth.forward.notes}
    for note in truth.training.notes[truth.step.begin : truth.step.end]:
        if any(id(value) in made for value in note.inputs):
            made.update(id(value) for value in note.outputs)
        ops = FORWARD if id(note) in forward else {"subtract"}
        shapes = _crossed(note) if note.op in ops else None
        if shapes is None:
            continue
        ours = [isinstance(arg, Value) and id(arg) in made for arg in note.args]
        direct = any(isinstance(arg, Value) and id(arg) in parameters for arg in note.args)
        if sum(ours) == 1 and not direct:
            size = max(shapes[0])
            said = (
                f"line {note.line}: shapes {shapes[0]} and {shapes[1]} make {(size, size)}: "
                "every output meets every target"
            )
            yield Note("unintended-broadcast", said, "give both the same shape")
            return


def _crossed(note: Call) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shapes (N, 1) and (N,) of two operands; None if they have others."""
    if len(note.args) != 2:
        return None
    one, other = (np.shape(a.array if isinstance(a, Value) else a) for a in note.args)
    flat, column = sorted((one, other), key=len)
    if len(flat) == 1 and flat[0] > 1 and column == (flat[0], 1):
        return one, other
    return None


def _one_sign(found: Sequence[Layer]) -> Iterator[Note]:
    """Weights that all begin on the same side of 0."""
    weights = {id(layer.weights): layer for layer in found}
    if len(weights) < 2:
        return
    for sign, word in ((1, "positive"), (-1, "negative")):
        some = [e for e in weights.values() if np.all(sign * array(e.weights) > 0)]
        entries = sum(array(layer.weights).size for layer in some)
        if entries >= FEWEST:
            least = min(float(array(layer.weights).min()) for layer in some)
            most = max(float(array(layer.weights).max()) for layer in some)
            said = (
                f"all {entries} weights of {_listed(some)} are {word} at the start (from "
                f"{least:.3g} to {most:.3g}): all units of a layer move the same way"
            )
            yield Note(f"all-{word}-weights", said, "draw them around 0")


def _listed(some: Sequence[Layer]) -> str:
    """The names of the weights, or their lines where two have the same name."""
    names = [layer.name or "?" for layer in some]
    if len(set(names)) < len(names):
        names = [f"{n} (line {layer.line})" for n, layer in zip(names, some)]
    return ", ".join(names)


def _identical(found: Sequence[Layer], truth: Truth) -> Iterator[Note]:
    """Hidden units that begin equal and stay so, as their gradients are equal."""
    for layer in hidden(found, truth):
        units = array(layer.weights).shape[layer.units]
        if units < 2 or not truth.has(layer.weights):
            continue
        spread = np.ptp(array(layer.weights), axis=layer.units)
        slope = truth.of(layer.weights)
        tiny = 1e-12 * np.max(np.abs(slope), initial=0.0)
        if not np.any(spread) and np.all(np.ptp(slope, axis=layer.units) <= tiny):
            said = (
                f"all {units} units of {layer.name} (line {layer.line}) have equal weights and "
                "equal gradients: they stay equal"
            )
            yield Note("identical-units", said, "draw the weights at random")


def _saturated(truths: Sequence[Truth]) -> Iterator[Note]:
    """Hidden sigmoids and tanhs whose slope is almost 0 in at least half of their entries."""
    counts: dict[int, list[int]] = {}
    for truth in truths:
        given = {id(e.given) for e in layers(truth) if e.given is not None}
        inside = given | leading_to(truth, given)
        for note, value, slope in squashings(truth):
            if id(value) in inside:
                count = counts.setdefault(note.line, [0, 0])
                count[0] += int(np.sum(slope < FLAT))
                count[1] += slope.size
    for line, (flat, all_) in counts.items():
        if 2 * flat >= all_:
            said = (
                f"line {line}: {flat} of {all_} outputs of hidden units are saturated: their "
                f"slope is below {FLAT:.0%} of the largest"
            )
            yield Note("saturated-units", said, "begin with smaller weights, or scale the inputs")
            return


def _dead(truths: Sequence[Truth]) -> Iterator[Note]:
    """Hidden units that are 0 for every sample in every step seen."""
    seen: dict[int, list[np.ndarray]] = {}
    lines: dict[int, int] = {}
    for truth in truths:
        for layer in layers(truth):
            if layer.given is None:
                continue
            given = np.atleast_2d(array(layer.given))
            if layer.columns and len(layer.given.shape) == 2:
                given = given.T
            key = id(truth.training.first.get(id(layer.weights), layer.weights))
            seen.setdefault(key, []).append(given)
            lines[key] = layer.given.note.line if layer.given.note is not None else layer.line
    for key, parts in seen.items():
        if len({part.shape[-1] for part in parts}) > 1:
            continue
        all_ = np.concatenate([part.reshape(-1, part.shape[-1]) for part in parts])
        dead = int(np.sum(~np.any(all_, axis=0)))
        units = all_.shape[1]
        if len(all_) >= FEWEST and units > 1 and 2 * dead >= units:
            said = (
                f"line {lines[key]}: {dead} of {units} hidden units are 0 for all {len(all_)} "
                "samples seen: nothing reaches their weights"
            )
            yield Note("dead-units", said, "begin with smaller steps, or with a leaky relu")


def _by_layer(truths: Sequence[Truth]) -> Iterator[Note]:
    """The mean gradient of the first layer's weights against the last layer's, in every step."""
    pairs = []
    for truth in truths:
        some = list({id(e.weights): e for e in layers(truth) if truth.has(e.weights)}.values())
        sizes = [float(np.mean(np.abs(truth.of(e.weights)))) for e in some]
        if len(some) < 3 or not all(np.isfinite(sizes)) or not min(sizes):
            return
        pairs.append((some[0].name, sizes[0], some[-1].name, sizes[-1]))
    first, small, last, large = pairs[0]
    said = f"the mean gradient of {first} is {small:.2g}, that of {last} is {large:.2g}"
    if all(p[3] > RATIO * p[1] for p in pairs):
        yield Note("vanishing-gradient", f"{said}: it vanishes on the way back")
    if all(p[1] > RATIO * p[3] for p in pairs):
        yield Note("exploding-gradient", f"{said}: it explodes on the way back")


def _growth(truths: Sequence[Truth]) -> Iterator[Note]:
    norms = []
    for truth in truths:
        own = [truth.of(v) for v in truth.step.parameters if truth.has(v)]
        norms.append(float(np.sqrt(sum(np.sum(g**2) for g in own))))
    if len(norms) > 1 and norms[0] > 0 and np.isfinite(norms[0]):
        growth = norms[-1] / norms[0]
        if growth > GROWTH:
            said = (
                f"the norm of all gradients grows from {norms[0]:.2g} to {norms[-1]:.2g} within "
                f"{len(norms)} steps"
            )
            yield Note("exploding-gradient", said, "take smaller steps, or scale the inputs")
