"""Trial runs of an object: which of its arrays have gradients, and of which shapes."""

import ast
import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.cases.values import along
from oracle.discovery import arguments, naming
from oracle.discovery.plans import Slot
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays, trial_sizes
from oracle.discovery.ways import instances, upstreams
from oracle.discovery.ways.attributes import (
    changed_loss,
    losses_in,
    numbers_with_gradients,
    value_at,
)
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.objects import Object
from oracle.discovery.ways.set_up import MOST, Step, sequences
from oracle.subject import (
    Argument,
    Made,
    NothingToJudge,
    Path,
    Subject,
    Unusable,
    Way,
    WrongReturn,
)

MANY = 31  # samples


def first_to_run(makers: Iterable[Maker], build: Callable[[Maker], Subject]) -> Subject:
    """What is built with the first maker under which it runs.

    Raises:
        Unusable: something is missing, whatever the maker. Else what the first one raised.
    """
    problem: Exception | None = None
    for one in makers:
        try:
            return build(one)
        except Unusable:
            raise
        except Exception as error:  # of this object, which may not fit; others are tried
            problem = problem or error
    assert problem is not None
    raise problem


def try_once(thing: Object, open_: Sequence[str]) -> set[str]:
    """Run an object once to find its gradients, set up as it needs; see ``_run``."""
    try:
        return _run(thing, open_)
    except Unusable:
        raise
    except Exception as error:
        for flags in _flags(thing):
            known = dict(thing.plan.constants)
            thing.plan.constants |= dict.fromkeys(flags, True)
            with contextlib.suppress(Exception):  # of these flags; others are tried
                unlike = _run(thing, open_)
                thing.plan.remarks.append(f"{' and '.join(flags)} was taken to be True")
                return unlike
            thing.plan.constants = known
        plain = dataclasses.replace(thing)
        for steps in _set_ups(plain):
            for field in dataclasses.fields(thing):
                setattr(thing, field.name, getattr(plain, field.name))
            thing.steps = steps
            try:
                unlike = _run(thing, open_)
            except Unusable:
                raise
            except (Exception, SystemExit):  # of this set-up; others are tried
                continue
            told = ", then ".join(map(str, steps))
            thing.plan.remarks.append(f"set up by {told}")
            return unlike
        thing.steps = ()
        raise error


def _flags(thing: Object) -> list[list[str]]:
    """The arguments of a forward that are False by default, each and all: ``save_cache=False``.

    Only where it is asked to does such a forward keep what its backward needs.
    """
    single = [[p.name] for p in thing.given if p.default is False]
    return single if len(single) < 2 else [*single, [name for one in single for name in one]]


def _set_ups(thing: Object) -> Iterator[tuple[Step, ...]]:
    used = [thing.method(role) for role in ("forward", "backward", "loss")]
    slot = thing.plan.slots.get(thing.of_forward[0]) if thing.of_forward else None
    data = slot.argument if slot is not None else None
    try:
        new = thing.maker.make(trial_arrays(thing.arguments), thing.arguments, 0)
    except (Exception, SystemExit):  # it is not even made
        return iter(())
    return itertools.islice(sequences(new, list(filter(None, used)), data), MOST)


def _run(thing: Object, open_: Sequence[str]) -> set[str]:
    """Run an object once to find its gradients; the names of the arrays that one does not fit.

    A layout of the samples in which a gradient has a different shape is not the user's.
    """
    thing.lazy = set()  # of a run before this one, which failed
    arrays = trial_arrays(thing.arguments)
    with np.errstate(all="ignore"):
        if thing.candidate.way == Way.NETWORK:
            # Sizes that constants in the code are unlikely to have.
            _targets_like_output(thing, open_, trial_arrays(thing.arguments, 11))
            arrays = trial_arrays(thing.arguments)
        inputs = thing.prepare(arrays)
        before = instances.arrays_in(inputs["self"])
        thing.held = set(before)
        thing.shared = instances.same_arrays(inputs["self"])
        sums = losses_in(inputs["self"])
        value, kept = thing.forward(inputs)
        thing.sum_of_losses = changed_loss(sums, inputs["self"])
        thing.hands_on = any(
            isinstance(given, np.ndarray) and np.array_equal(given, value)
            for given in inputs.values()
        )
        thing.held -= _kept_anew(thing, arrays, before, inputs["self"])
        thing.lazy = _made_once(thing, inputs["self"])
        if thing.lazy:
            thing.held |= thing.lazy
            inputs = thing.prepare(arrays)
            thing.shared = _among(thing.held, instances.same_arrays(inputs["self"]))
            value, kept = thing.forward(inputs)
        if thing.hands_on and (empty := _empty_layers(thing, inputs["self"])):
            raise NothingToJudge(f"{thing.candidate.name}: nothing has put layers into {empty}")
        thing.is_scalar = np.ndim(value) == 0 if not isinstance(value, tuple) else False
        if thing.candidate.way == Way.NETWORK and not thing.candidate.of("loss"):
            thing.is_scalar = True
        if thing.is_scalar:
            thing.upstreams = [n for n in thing.upstreams if n in thing.surely_upstreams]
        upstreams.of_object(thing)
        if isinstance(value, tuple):
            upstream: Any = tuple(np.ones_like(np.asarray(v)) for v in value)
        else:
            upstream = np.ones_like(np.asarray(value, dtype=float))
        made = _made(thing, arrays, inputs, value, kept, upstream)
    if not thing.seen_by_update:
        thing.rate = 0.0  # then updates are the user's own, which change nothing that is judged
    paths = {m.of for m in made}
    own = [path[1:] for path in paths if path[0] == "self"]
    thing.parameters = [Slot(str(path[-1]), ("self", *path)) for path in own]
    thing.paths = paths
    if not thing.upstreams and not thing.is_scalar:
        return set()
    inputs = thing.prepare(arrays)
    unlike = [m for m in made if np.shape(m.value) != np.shape(value_at(inputs, m.of))]
    sizes = [(str(m.of[0]), np.size(value_at(inputs, m.of))) for m in unlike]
    thing.short = {name for m, (name, size) in zip(unlike, sizes) if np.size(m.value) < size}
    return {name for name, _ in sizes}


def _made(thing: Object, arrays: Mapping[str, np.ndarray], *given: Any) -> list[Made]:
    """The gradients of a first backward; where numbers have some as well, of a second one."""
    problem: WrongReturn | None = None
    try:
        made = thing.backward(*given)
    except WrongReturn as error:
        problem = error
    thing.numbers = numbers_with_gradients(thing.prepare(arrays)["self"], given[0]["self"])
    if problem is not None and not thing.numbers:
        thing.numbers = _numbers_of_many(thing)
    if problem is not None and not thing.numbers:
        raise problem
    if thing.numbers:
        inputs = thing.prepare(arrays)
        value, kept = thing.forward(inputs)
        made = thing.backward(inputs, value, kept, given[-1])
    return made


def _numbers_of_many(thing: Object) -> list[Path]:
    """The numbers that get a gradient from many samples: a few may all lie where it is flat."""
    many = trial_arrays(thing.arguments, MANY)
    inputs = thing.prepare(many)
    value, kept = thing.forward(inputs)
    with contextlib.suppress(WrongReturn):
        thing.backward(inputs, value, kept, np.ones_like(np.asarray(value, dtype=float)))
    return numbers_with_gradients(thing.prepare(many)["self"], inputs["self"])


def _empty_layers(thing: Object, own: Any) -> str:
    """The empty list or dict in an object whose entries its forward would call; "" if none is.

    An empty ``Sequential`` hands everything on, and its backward as well: that shows nothing.
    """
    node = thing.user.node(thing.candidate.of("forward"))
    for loop in ast.walk(node) if node is not None else ():
        if not isinstance(loop, ast.For):
            continue
        for part in ast.walk(loop.iter):
            held = getattr(own, part.attr, None) if isinstance(part, ast.Attribute) else None
            empty = isinstance(held, list | tuple | Mapping) and not held
            if empty and _are_called(loop):
                return ast.unparse(part)
    return ""


def _are_called(loop: ast.For) -> bool:
    """True if the body of a loop calls what the loop goes through, or a method of it."""
    names = {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
    calls = [
        part.func for each in loop.body for part in ast.walk(each) if isinstance(part, ast.Call)
    ]
    return any(isinstance(p, ast.Name) and p.id in names for f in calls for p in ast.walk(f))


def _kept_anew(
    thing: Object, arrays: Mapping[str, np.ndarray], before: Mapping[Path, Any], own: Any
) -> set[Path]:
    """The arrays that a forward has replaced and has not read: what it keeps for its backward.

    ``self.x = x`` in place of the zeros that the constructor has put there. Others in their place
    change neither the value nor what is put there; those of a parameter do.
    """
    replaced = [p for p, array in before.items() if instances.part_at(own, p) is not array]
    found: set[Path] = set()
    for path in replaced:
        came = []
        for added in (0.0, 1.0):
            inputs = thing.prepare(arrays)
            instances.place(inputs["self"], path, before[path] + added)
            with kept_random_state(0):
                value, _ = thing.forward(inputs)
            parts = value if isinstance(value, tuple | list) else [value]
            came.append([*map(np.asarray, parts), instances.part_at(inputs["self"], path)])
        if all(np.array_equal(a, b, equal_nan=True) for a, b in zip(*came)):
            found.add(path)
    return found


def _among(held: set[Path], shared: dict[Path, list[Path]]) -> dict[Path, list[Path]]:
    """The arrays under several names that are parameters: what a forward keeps is not tied."""
    return {first: others for first, others in shared.items() if first in held}


def _made_once(thing: Object, own: Any) -> set[Path]:
    """The arrays that a first forward has made and a second one leaves alone: lazy parameters.

    What a forward keeps for its backward is a new array each time. Lists that each forward makes
    longer by as much, and whole numbers that count its calls, are noted as well.
    """
    made = {p: a for p, a in instances.arrays_in(own).items() if p not in thing.held}
    if not made:
        return set()
    counts = instances.counts_in(own)
    other = thing.plan.prepare(trial_arrays(thing.arguments, seed=1), 1)
    arguments.call(getattr(own, thing.method("forward")), thing.given, other)
    thing.growing = list(instances.grown(counts, instances.counts_in(own)))
    now = instances.arrays_in(own)
    given = [a for a in other.values() if isinstance(a, np.ndarray)]
    return {
        path
        for path, array in made.items()
        if now.get(path) is array and not any(array is a for a in given)
    }


def _targets_like_output(
    thing: Object, open_: Sequence[str], arrays: Mapping[str, np.ndarray]
) -> None:
    """Targets of the output's shape, where nothing says their shape."""
    inputs = thing.prepare(arrays)
    function = getattr(inputs["self"], thing.method("forward"))
    output = arguments.call(function, thing.given, inputs)
    if output is None:
        output = thing._attribute(inputs["self"])
    if isinstance(output, tuple):
        output = output[0]
    if not isinstance(output, np.ndarray):
        return
    names = {extent: size for size, extent in trial_sizes(thing.arguments, 11).items()}
    dims = tuple(str(names.get(e, e)) for e in output.shape)
    for name in open_:
        if name in naming.TARGETS | naming.PERHAPS_TARGETS and name in thing.plan.slots:
            old = thing.plan.slots[name].argument
            assert old is not None
            values = old.values if old.values != "normal" else _values(output)
            new = Argument(name, dims, False, values, "", True)
            thing.plan.slots[name] = Slot(name, (name,), new)
            thing.plan.arguments = [new if a is old else a for a in thing.plan.arguments]


def _values(output: np.ndarray) -> str:
    """The values of targets for an output: one-hot along the axis along which it sums to 1."""
    if not output.size or output.min() < 0 or output.max() > 1:
        return "normal"
    for axis in reversed(range(output.ndim)):
        if output.shape[axis] > 1 and np.allclose(output.sum(axis=axis), 1):
            return "onehot" if axis == output.ndim - 1 else along("onehot", axis)
    return "unit"
