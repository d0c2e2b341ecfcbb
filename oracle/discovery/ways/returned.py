"""The values that a backward returns: the gradient that each is, and gradients clipped before."""

import ast
import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import callers, functions, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways import instances
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.readings import Variant, combined
from oracle.subject import ClippedHere, Inputs, Made, Path, Reading, Subject, Unusable, Way, outputs

MOST = 6  # gradients whose order is sought


def proposed(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject whose trial run will show the readings of what its backward returns."""
    if subject.torch_function is not None or user.text is None:
        return subject
    before = subject.by_trial

    def by_trial(one: Subject) -> Subject:
        return _by_trial(user, candidate, one if before is None else before(one))

    return dataclasses.replace(subject, by_trial=by_trial)


def _by_trial(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject with those readings."""
    try:
        inputs, made = _tried(subject)
    except (Exception, SystemExit):  # the check meets it again and reports it
        return subject
    found = _of_parameter(user, candidate, subject, inputs, made)
    if not any(item.entries for item in _items(user, candidate)):  # else their keys tell
        found = found or _by_names(subject, made)
    found = found or _of_some(user, candidate, inputs, made)
    return combined(subject, found)


def _items(user: User, candidate: Candidate) -> list[returns.Item]:
    """What the backward returns, or the function of value and gradient, as it is written."""
    node = user.node(candidate.of("backward") or candidate.of("function"))
    return returns.items(node) or []


def _tried(subject: Subject) -> tuple[Inputs, list[Made]]:
    """The inputs of a trial run, and the gradients that it made."""
    arrays = trial_arrays(subject.arguments)
    inputs = subject.prepare({name: array.copy() for name, array in arrays.items()}, 0)
    with kept_random_state(0), np.errstate(all="ignore"):
        value, kept = subject.forward(inputs)
        ones = tuple(np.ones_like(part)[()] for part in outputs(value))
        sent: Any = ones if isinstance(value, tuple | list) else ones[0]
        return inputs, subject.backward(inputs, value, kept, sent)


# -- the order of several gradients -----------------------------------------------------------


def _by_names(subject: Subject, made: Sequence[Made]) -> list[Variant]:
    """The gradients in the order that their names say, where that is not the arguments' order."""
    things = [str(one.of[-1]) for one in made]
    names = [one.name for one in made]
    if not 2 <= len(made) <= MOST or not all(name.isidentifier() for name in names):
        return []
    fits = [[_fits(name, thing) for thing in things] for name in names]
    orders = list(itertools.permutations(range(len(made))))
    scores = [sum(fits[i][j] for i, j in enumerate(order)) for order in orders]
    best = max(scores)
    if best == scores[0] or scores.count(best) > 1:  # the first one is the order that it came in
        return []
    order = orders[scores.index(best)]
    of = {one.name: made[j].of for one, j in zip(made, order)}
    said = ", ".join(f"{name} is that of {things[j]}" for name, j in zip(names, order))
    named = Reading(f"in the order of their names ({said})", f"correct by the names: {said}")
    placed = Reading("in the order of the arguments", "", False)
    return [(named, _relabelled(of)), (placed, lambda subject: subject)]


def _of_some(
    user: User, candidate: Candidate, inputs: Inputs, made: Sequence[Made]
) -> list[Variant]:
    """Gradients without names, fewer than there are inputs: of those of their shapes, in order."""
    items = returns.items(user.node(candidate.of("backward"))) or []
    given = {n: np.shape(a) for n, a in inputs.items() if _is_floating(a)}
    returned = [one for one in made if one.of[:1] != ("self",)]
    known = {one.of for one in returned} <= {(name,) for name in given}
    named = [item for item in items if naming.assign([item.name], list(given))]
    if not known or named or not 0 < len(items) == len(returned) < len(given) <= MOST:
        return []
    if naming.gradient_targets(list(given), len(returned)):
        return []  # what the inputs are called tells: targets have none
    shapes = [np.shape(one.value) for one in returned]
    choices = [
        chosen
        for chosen in itertools.combinations(given, len(returned))
        if [given[name] for name in chosen] == shapes
    ]
    if len(choices) == 1:
        return [(Reading("", ""), _placed(choices[0]))]
    return [(_as_these(chosen), _placed(chosen)) for chosen in choices]


def _as_these(chosen: Sequence[str]) -> Reading:
    if len(chosen) == 1:
        said = f"as the gradient of {chosen[0]}"
    else:
        said = f"as the gradients of {', '.join(chosen[:-1])} and {chosen[-1]}, in this order"
    return Reading(said, f"correct {said}", False)


def _placed(chosen: Sequence[str]) -> Callable[[Subject], Subject]:
    """The gradients that are returned as those of some arguments, in order."""

    def read(subject: Subject) -> Subject:
        plain, known = subject.backward, subject.differentiable

        def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            rest = iter(chosen)
            return [
                one if one.of[:1] == ("self",) or (name := next(rest, None)) is None
                else dataclasses.replace(one, of=(name,), name=f"d{name}")
                for one in plain(inputs, value, kept, upstream)
            ]  # fmt: skip

        paths = {(name,) for name in chosen}
        return dataclasses.replace(
            subject, backward=backward, differentiable=lambda path: path in paths or known(path)
        )

    return read


def _is_floating(thing: Any) -> bool:
    return isinstance(thing, np.ndarray) and thing.dtype.kind == "f"


def _fits(name: str, thing: str) -> int:
    """How well a gradient's name fits a thing's: ``dLogVar`` fits ``t_log_var``."""
    words = naming.tokens(thing)
    stems = [naming.tokens(stem) for stem in naming.stems_of_gradient(name)]
    if words in stems:
        return 2
    return int(any(stem and words[-len(stem) :] == stem for stem in stems))


def _relabelled(
    of: dict[str, Path], names: Mapping[str, str] | None = None
) -> Callable[[Subject], Subject]:
    """The gradients of some names as those of other inputs, some of them with other names."""
    names = names or {}

    def read(subject: Subject) -> Subject:
        plain, known = subject.backward, subject.differentiable

        def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            made = plain(inputs, value, kept, upstream)
            return [
                dataclasses.replace(
                    one, of=of.get(one.name, one.of), name=names.get(one.name, one.name)
                )
                for one in made
            ]

        paths = set(of.values())
        return dataclasses.replace(
            subject, backward=backward, differentiable=lambda path: path in paths or known(path)
        )

    return read


# -- a first layer ----------------------------------------------------------------------------


def _is_unnamed(user: User, candidate: Candidate) -> bool:
    """The backward returns an expression that has no name: what it is, its shape alone can tell."""
    items = returns.items(user.node(candidate.of("backward"))) or []
    return len(items) == 1 and not items[0].name


def _of_parameter(
    user: User, candidate: Candidate, subject: Subject, inputs: Inputs, made: Sequence[Made]
) -> list[Variant]:
    """The reading of ``return dW`` of a layer as the gradient of W, if nothing else uses it."""
    method = candidate.of("backward").rpartition(".")[2]
    if candidate.way != Way.LAYER or user.text is None or callers.uses_result(user.text, method):
        return []
    returned = [one for one in made if one.of[:1] != ("self",)]
    if len(returned) != 1:
        return []
    if _is_unnamed(user, candidate):
        if np.shape(returned[0].value) == np.shape(value_at(inputs, returned[0].of)):
            return []
    elif naming.assign([returned[0].name], [str(returned[0].of[-1])]):
        return []
    held = instances.arrays_in(inputs["self"])
    (one,) = returned
    paths = [
        path
        for path, array in held.items()
        if array.shape == np.shape(one.value)
        if _is_unnamed(user, candidate) or naming.is_gradient_of(one.name, str(path[-1]))
    ]
    if len(paths) != 1:
        return []
    parameter = str(paths[0][-1])
    remark = f"correct as the gradient of {parameter}: a first layer needs no d{one.of[-1]}"
    own = {one.name: f"d{parameter}"} if _is_unnamed(user, candidate) else {}
    named = Reading(
        f"it is the gradient of {parameter}"
        if own
        else f"{one.name} is the gradient of {parameter}",
        remark,
    )
    placed = Reading(f"{one.name} is the gradient of {one.of[-1]}", "", False)
    return [
        (named, _relabelled({one.name: ("self", *paths[0])}, own)),
        (placed, lambda subject: subject),
    ]


# Gradients that are clipped before they are returned: judged where the clip is not active.
#
# A backward is linear in its upstream, so a clip does nothing where the upstream is tiny: it is
# given one that is smaller by a power of two, and what comes is multiplied by that again, which
# rounds nothing. Where there is no upstream, cases in which a gradient reaches the limit are not
# judged; a clip whose limit is no number, or of a thing that is not returned, is not understood.

SMALLER = 2.0**-40
REMARK = "its gradients are clipped: judged where the clip is not active"


def unclipped(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject whose clipped gradients are judged where they are not clipped.

    Raises:
        Unusable: it has no upstream, and nothing says where its clip is active.
    """
    node = user.node(candidate.of("backward") or candidate.of("function"))
    line = returns.clipped(node) if node is not None else 0
    if node is None or not line or subject.torch_function is not None:
        return subject
    limit = None if subject.has_upstream else _limit(node, line)
    if limit is None and not subject.has_upstream:
        raise Unusable(
            f"{candidate.name} clips its gradients: where they are large, what it returns is no "
            "gradient, and nothing says where; clip what it returns, between two numbers, or "
            "where the gradients are used",
            line,
        )
    if REMARK not in subject.remarks:
        subject.remarks.append(REMARK)
    return _wrapped(subject, limit or np.inf)


def _wrapped(subject: Subject, limit: float) -> Subject:
    """A subject, and each of its readings, with that backward."""
    plain, read_as = subject.backward, subject.read_as

    def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        if subject.has_upstream:
            made = plain(inputs, value, kept, _times(upstream, SMALLER))
            return [dataclasses.replace(m, value=_times(m.value, 1 / SMALLER)) for m in made]
        made = plain(inputs, value, kept, upstream)
        if any(np.max(np.abs(np.asarray(m.value)), initial=0.0) >= limit for m in made):
            raise ClippedHere(f"a gradient reaches {limit:g}, at which it is clipped")
        return made

    found = dataclasses.replace(subject, backward=backward)
    if read_as is not None:
        found.read_as = lambda which: _wrapped(read_as(which), limit)
    return found


def _times(thing: Any, factor: float) -> Any:
    if isinstance(thing, tuple | list):
        return type(thing)(_times(part, factor) for part in thing)
    return None if thing is None else thing * factor


def _limit(node: Function, line: int) -> float | None:
    """The number at which the returned gradients are clipped; None if there is no such number."""
    items = returns.items(node) or []
    returned = {item.name for item in items} | {e.name for item in items for e in item.entries}
    last = returns.last_return(node)
    at_the_end = set(ast.walk(last)) if last is not None else set()
    limits: list[float] = []
    for call in functions.own_nodes(node):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("np.clip"):
            continue
        if call not in at_the_end and not set(returns.clipped_names(node, call)) <= returned:
            if call.lineno == line:
                return None
            continue
        try:
            limits += [abs(float(ast.literal_eval(bound))) for bound in _bounds(call)]
        except (ValueError, TypeError):
            return None
    return min(limits, default=None)


def _bounds(call: ast.Call) -> Sequence[ast.expr]:
    words = {word.arg: word.value for word in call.keywords}
    named = [words[name] for name in ("a_min", "a_max", "min", "max") if name in words]
    return [*call.args[1:3], *named]
