"""Ways 1, 2 and 7: a forward function, and a backward function beside it."""

import dataclasses
import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import arguments, naming
from oracle.discovery.arguments import Parameter, Plan, User
from oracle.discovery.find import Candidate
from oracle.discovery.load import is_ours
from oracle.discovery.shapes import declared
from oracle.discovery.text import assignments, functions, returns
from oracle.discovery.ways import variables
from oracle.discovery.ways.gradients import Returned
from oracle.discovery.ways.variables import Variables
from oracle.subject import Inputs, Made, Reading, Subject, Unusable, WrongReturn, is_number

OF_INPUT = Reading("of the input")


@dataclass
class Sources:
    """Where each of a backward's arguments comes from."""

    upstreams: list[str] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)  # parameter -> forward's input
    outputs: dict[str, int] = field(default_factory=dict)  # parameter -> which output
    caches: list[str] = field(default_factory=list)
    extra: list[Parameter] = field(default_factory=list)  # numbers, and what a comment says


def pair(user: User, candidate: Candidate) -> Subject:
    """The subject that a forward and a backward function are.

    Raises:
        Unusable: a shape is missing, or an argument of the backward is not known.
    """
    names = candidate.of("forward"), candidate.of("backward")
    forward, backward = (user.get(name) for name in names)
    given, taken = (arguments.parameters(f, n) for f, n in zip((forward, backward), names))
    nodes = user.node(names[0]), user.node(names[1])
    said = declared.of_parts(user.text, names, user.shapes)
    if candidate.way == 7 and len(given) >= 1:
        return _derivative(user, candidate, said)
    outputs, nested = returns.outputs(nodes[0])
    returned = returns.items(nodes[0])
    single = returned[0].name if returned and not outputs else ""
    above = user.line(names[0])
    of_module = variables.of_module(user, forward, nodes, said)
    known = given + [p for p in of_module.parameters if p.name not in {q.name for q in given}]
    sources = _sources(candidate, known, taken, outputs, single, said)
    asked = [p for p in known if p.required or _is_said(p.name, said)] + sources.extra
    single_input = [p.name for p in asked if p.name in {q.name for q in given if q.required}]
    alone = single_input[0] if len(single_input) == 1 else ""
    if alone and not _is_said(alone, said) and _is_elementwise(forward, given, alone):
        said[(alone,)] = declared.Said(("*shape",))
    plan = arguments.plan(candidate.name, said, asked, above, nodes, user)
    whole = plan.prepare(arguments.trial_arrays(plan.arguments))
    values = _value_indices(sources, outputs, nodes[1])
    nested &= len(sources.upstreams) > 1
    function = _Pair(forward, backward, given, taken, sources, values, plan, of_module, nested)
    variables.check(of_module, candidate.name, said, plan, function.run_forward, above)
    result = Returned(nodes[1], user.line(names[1]))
    has_upstream = bool(sources.upstreams)
    shared = [slot for name, slot in plan.slots.items() if name in {p.name for p in known}]

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        gradients = function.run_backward(inputs, value, kept, upstream)
        left = of_module.made(nodes[1])
        of_result = [s for s in shared if s.path not in {m.of for m in left}]
        made = left if gradients is None and left else result.made(gradients, of_result) + left
        if not has_upstream and not function.is_scalar:
            made = [
                dataclasses.replace(m, value=scaled(upstream, m.value, value, _shape(inputs, m)))
                for m in made
            ]
        return made

    if not has_upstream:
        function.is_scalar = _is_scalar(function, whole)
    subject = Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(plan.arguments),
        function.run_forward,
        run_backward,
        plan.prepare,
        (forward, backward),
        module=_module(user),
        remarks=plan.remarks,
        has_upstream=has_upstream or not function.is_scalar,
        differentiable=plan.differentiable,
    )
    if not has_upstream and not function.is_scalar:
        read_mean(
            subject,
            function.run_forward,
            lambda *given: plain_made(function, result, shared, *given),
        )
    return subject


def plain_made(
    function: "_Pair", result: Returned, slots: Sequence[arguments.Slot],
    inputs: Inputs, value: Any, kept: Any, upstream: Any,
) -> list[Made]:  # fmt: skip
    """The gradients just as they were returned."""
    return result.made(function.run_backward(inputs, value, kept, upstream), slots)


Forward = Callable[[Inputs], tuple[Any, Any]]
Backward = Callable[[Inputs, Any, Any, Any], list[Made]]


def read_mean(subject: Subject, forward: Forward, plain: Backward, first: str = "each") -> None:
    """A loss for each sample, whose gradient may be that of each, or of their mean."""
    each = Reading("of each entry")
    whole = Reading("of the mean", "correct as the gradient of the mean of what forward returns")
    scaled_backward = subject.backward
    subject.readings = (whole, each) if first == "mean" else (each, whole)

    def mean(inputs: Inputs) -> tuple[Any, Any]:
        value, kept = forward(inputs)
        return value.mean(), kept

    def read_as(which: int) -> Subject:
        reading = subject.readings[which]
        one = dataclasses.replace(subject, readings=(reading,), read_as=None)
        if reading is whole:
            one.forward, one.backward, one.has_upstream = mean, plain, False
        else:
            one.forward, one.backward, one.has_upstream = forward, scaled_backward, True
        return one

    subject.read_as = read_as
    chosen = read_as(0)
    subject.forward, subject.backward = chosen.forward, chosen.backward
    subject.has_upstream = chosen.has_upstream


def _shape(inputs: Inputs, made: Made) -> tuple[int, ...]:
    thing: Any = inputs
    for step in made.of:
        thing = thing[step] if isinstance(thing, dict | list | tuple) else getattr(thing, step)
    return np.shape(thing)


def _module(user: User) -> str:
    return user.module.__name__ if user.module is not None else "user"


def _is_said(name: str, said: declared.Shapes) -> bool:
    return any(path[0] == name for path in said)


def _is_elementwise(forward: Callable[..., Any], given: list[Parameter], name: str) -> bool:
    """Whether a function of one array takes arrays of any shape, and gives one of the same."""
    for shape in ((), (2,), (2, 3), (2, 3, 4)):
        tried = np.random.default_rng(0).standard_normal(shape)
        try:
            with np.errstate(all="ignore"):
                value = arguments.call(forward, given, {name: np.asarray(tried)})
        except Exception:
            return False
        first = value[0] if isinstance(value, tuple) and value else value
        if np.shape(first) != shape or not is_number(first):
            return False
    return True


def _is_scalar(function: "_Pair", inputs: Inputs) -> bool:
    """Whether the value is one number; supposed so where the forward cannot be tried."""
    try:
        with np.errstate(all="ignore"):
            value, _ = function.run_forward(inputs)
    except Exception as error:
        if is_ours(error):
            raise
        return True  # whoever checks it will meet the same exception, and tell
    return not isinstance(value, np.ndarray) or value.ndim == 0 or value.size == 1


def scaled(upstream: Any, slope: Any, value: Any, shape: tuple[int, ...]) -> Any:
    """The upstream times the slopes for an input of a shape.

    They are those of every entry, of one sample each, or the full Jacobian.
    """
    upstream, slope, value = np.asarray(upstream), np.asarray(slope), np.asarray(value)
    if slope.shape == value.shape:
        return upstream * slope
    if value.ndim and slope.shape != shape and slope.shape == value.shape + shape:
        return np.tensordot(upstream, slope, value.ndim)
    if slope.ndim > value.ndim and slope.shape[: value.ndim] == value.shape:
        return upstream.reshape(value.shape + (1,) * (slope.ndim - value.ndim)) * slope
    return upstream * slope


@dataclass
class _Pair:
    """The two functions, called by a plan."""

    forward: Callable[..., Any]
    backward: Callable[..., Any]
    given: list[Parameter]
    taken: list[Parameter]
    sources: Sources
    values: list[int] | None  # which of the returned are the value; None: the first, or all
    plan: Plan
    variables: Variables
    nested: bool = False  # ((h, c), cache), of which h and c have an upstream each
    is_scalar: bool = True

    def run_forward(self, inputs: Inputs) -> tuple[Any, Any]:
        with self.variables.placed(inputs):
            result = arguments.call(self.forward, self.given, inputs)
        if not isinstance(result, tuple) or not result:
            return result, result
        if self.nested and isinstance(result[0], tuple):
            result = (*result[0], *result[1:])
        values = self._indices(result)
        if len(values) == 1:
            return result[values[0]], result
        return tuple(result[i] for i in values), result

    def _indices(self, result: tuple[Any, ...]) -> list[int]:
        if self.values is not None and max(self.values) < len(result):
            return self.values
        return [0]

    def run_backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> Any:
        values: dict[str, Any] = {}
        upstreams = self.sources.upstreams
        if len(upstreams) == 1:
            values[upstreams[0]] = upstream
        elif upstreams:
            values.update(zip(upstreams, upstream))
        for name, of in self.sources.inputs.items():
            if of in inputs:
                values[name] = inputs[of]
            else:  # an option of forward's that was left at its default
                default = next((p.default for p in self.given if p.name == of), None)
                own = next(p for p in self.taken if p.name == name)
                if own.required:
                    values[name] = default
        for parameter in self.sources.extra:
            if parameter.name in inputs:
                values[parameter.name] = inputs[parameter.name]
        for name, index in self.sources.outputs.items():
            several = isinstance(kept, tuple)
            values[name] = kept[index] if several and index < len(kept) else value
        for i, name in enumerate(self.sources.caches):
            values[name] = self._cache(inputs, kept, i)
        with self.variables.placed(inputs):
            return arguments.call(self.backward, self.taken, values)

    def _cache(self, inputs: Inputs, kept: Any, which: int) -> Any:
        if not isinstance(kept, tuple):
            needed = [p.name for p in self.given if p.required]
            if len(needed) == 1:  # Z, which is all that there is to keep
                return inputs[needed[0]]
            raise WrongReturn("its forward returned no cache beside the value")
        taken = {*self._indices(kept), *self.sources.outputs.values()}
        rest = [part for i, part in enumerate(kept) if i not in taken]
        if len(rest) == len(self.sources.caches):
            return rest[which]
        return tuple(rest)


def _sources(
    candidate: Candidate,
    given: Sequence[Parameter],
    taken: Sequence[Parameter],
    outputs: Sequence[str],
    single: str,
    said: declared.Shapes,
) -> Sources:
    """Where a backward's arguments come from, by name, and then by order."""
    found = Sources()
    known = [p.name for p in given]
    out_names = [*outputs] or [single]
    first = _upstreams(given, taken, out_names)
    found.upstreams = first
    open_: list[str] = []
    for parameter in taken:
        name = parameter.name
        if name in first:
            continue
        if name in known:
            found.inputs[name] = name
        elif name in out_names and name:
            found.outputs[name] = out_names.index(name)
        elif naming.is_cache(name) and parameter.required:
            found.caches.append(name)
        elif first and naming.is_gradient_of(first[0], name) and parameter.required:
            found.outputs[name] = 0
        elif parameter.required or _is_said(name, said):
            open_.append(name)
    free = [n for n in known if n not in found.inputs.values()]
    for name in list(open_):  # by another spelling: x for X, weights for W
        alike = [n for n in free if naming.same(n, name)] or [
            n for n in free if n.strip("_").lower() == name.strip("_").lower()
        ]
        if len(alike) == 1:
            found.inputs[name] = alike[0]
            free.remove(alike[0])
            open_.remove(name)
    free_required = [n for n in free if any(p.name == n and p.required for p in given)]
    if open_ and len(open_) == len(free_required) and (not found.inputs or len(open_) == 1):
        looks_output = len(open_) == 1 and naming.is_output(open_[0])
        if not looks_output:
            found.inputs.update(zip(open_, free_required))
            open_ = []
    for name in list(open_):
        if name in naming.NUMBERS or _is_said(name, said) or name in arguments.OPTION_DICTS:
            found.extra.append(next(p for p in taken if p.name == name))
            open_.remove(name)
    rest = [i for i in range(len(outputs)) if i not in found.outputs.values()]
    if open_ and len(outputs) > 1 and not found.caches and len(open_) == len(rest) - 1:
        found.outputs.update(zip(open_, rest[1:]))  # out, mask = f(x); f_backward(dout, m)
        open_ = []
    if len(open_) == 1 and first and (not outputs or naming.is_output(open_[0])):
        near = difflib.get_close_matches(open_[0], known, 1, 0.7)
        if not near or naming.is_output(open_[0]):
            found.outputs[open_[0]] = 0
            open_ = []
    if open_:
        near = difflib.get_close_matches(open_[0], [*known, *filter(None, out_names)], 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Unusable(
            f"{candidate.name}: nothing says what {open_[0]} is; {candidate.of('forward')} has the "
            f"inputs {', '.join(known)} and the outputs {', '.join(filter(None, out_names)) or '-'}"
            f"{hint}"
        )
    return found


def _upstreams(
    given: Sequence[Parameter], taken: Sequence[Parameter], outputs: Sequence[str]
) -> list[str]:
    """The parameters of a backward that are upstream gradients."""
    known = {p.name for p in given}
    by_default = [
        p.name
        for p in taken
        if not p.required and p.name not in known
        if naming.is_upstream_by_default(p.name, p.default, outputs)
    ]
    return _required_upstreams(given, taken, outputs) or by_default[:1]


def _required_upstreams(
    given: Sequence[Parameter], taken: Sequence[Parameter], outputs: Sequence[str]
) -> list[str]:
    known = {p.name for p in given}
    required = [p.name for p in taken if p.required]
    if not required:
        return []
    first = required[0]
    if first in known:
        outs = [o for o in outputs if o]
        later = [
            name
            for name in required[1:]
            if name not in known and not naming.is_cache(name) and (naming.is_upstream(name, outs))
        ]
        return later[:1]
    if naming.is_cache(first) and not naming.is_upstream(first):
        later = [n for n in required[1:] if n not in known and naming.is_upstream(n)]
        return later[:1]
    needed = [p.name for p in given if p.required]
    named = naming.is_upstream(first, [o for o in outputs if o])
    if not named and len(required) == len(needed) and len(needed) > 1:
        same_place = all(a == b or a not in known for a, b in zip(required, needed))
        if same_place and any(naming.targets([a]) or a in naming.TARGETS for a in required[1:]):
            return []
        if same_place and all(a not in known for a in required[1:]) is False:
            return []
    found = [first]
    for name in required[1:]:
        if name in known or naming.is_cache(name) or name in outputs:
            break
        if naming.is_upstream(name, [o for o in outputs if o]) and len(outputs) > 1:
            found.append(name)
        else:
            break
    return found


def _value_indices(
    sources: Sources, outputs: Sequence[str], node: functions.Function | None
) -> list[int] | None:
    """Which of the things that a forward returns have an upstream."""
    if not outputs:
        return None
    names = list(sources.upstreams)
    if len(names) == 1 and len(outputs) == 2 and sources.caches:
        return [0]
    if len(names) == 1 and node is not None:
        names = assignments.unpacked(node, names[0]) or names
    found: list[int] = []
    for name in names:
        index = next(
            (i for i, out in enumerate(outputs) if out and naming.is_gradient_of(name, out)), None
        )
        if index is None or index in found:
            return list(range(len(names))) if len(names) <= len(outputs) and names else [0]
        found.append(index)
    return found or [0]


def _derivative(user: User, candidate: Candidate, said: declared.Shapes) -> Subject:
    """Way 7: ``sigmoid_prime(z)``, in two readings: z is the input, or it is the output."""
    names = candidate.of("forward"), candidate.of("backward")
    forward, backward = (user.get(name) for name in names)
    given, taken = (arguments.parameters(f, n) for f, n in zip((forward, backward), names))
    first = given[0]
    any_shape = not _is_said(first.name, said)
    if not any_shape and first.name in {p[0] for p in said}:
        spoken = said[(first.name,)]
        any_shape = not spoken.has_shape or (spoken.scalar and spoken.dims is None)
    subject: Subject | None = None
    choices = (("*shape",), ("N", "C"), ("N",), ()) if any_shape else (None,)
    for dims in choices:
        tried = dict(said)
        if dims is not None:
            tried[(first.name,)] = declared.Said(dims).completed(
                said.get((first.name,), declared.Said())
            )
        rest = [p for p in given[1:] if p.required or _is_said(p.name, said)]
        plan = arguments.plan(
            candidate.name, tried, [first, *rest], user.line(names[0]),
            (user.node(names[0]), user.node(names[1])), user,
        )  # fmt: skip
        subject = _derivative_of(user, candidate, plan, forward, backward, given, taken)
        arrays = arguments.trial_arrays(plan.arguments)
        ranks = ((), (2,), (3, 2, 4), (2, 3)) if dims == ("*shape",) else (None,)
        try:
            for shape in ranks:
                if shape is not None:
                    arrays[first.name] = np.resize(arrays[first.name], shape)
                inputs = plan.prepare(arrays)
                with np.errstate(all="ignore"):
                    value, _ = subject.forward(inputs)
                    slope = backward(inputs[first.name])
        except Exception as error:
            if is_ours(error):
                raise
            continue  # not of this shape; a real mistake shows again in the check
        scalar = is_number(value) and np.ndim(value) == 0 and dims != ()
        if scalar and dims == ("*shape",):
            raise declared.missing(candidate.name, said, first.name, user.line(names[0]))
        if scalar:
            subject.has_upstream = False
            subject.way = 1
            subject.readings = (Reading(""),)
            subject.read_as = None
            break
        if dims == ("*shape",) and np.shape(slope) != np.shape(inputs[first.name]):
            continue  # a Jacobian, say, of one vector
        break
    assert subject is not None
    return subject


def _derivative_of(
    user: User,
    candidate: Candidate,
    plan: Plan,
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    given: list[Parameter],
    taken: list[Parameter],
) -> Subject:
    names = candidate.of("forward"), candidate.of("backward")
    returned = Returned(user.node(names[1]), user.line(names[1]))
    slots = list(plan.slots.values())[:1]
    item = returned.items[0] if len(returned.items) == 1 else None

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        value = arguments.call(forward, given, inputs)
        if isinstance(value, tuple) and value:
            return value[0], value
        return value, None

    def reading(of_output: bool) -> Callable[[Inputs, Any, Any, Any], list[Made]]:
        def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            at = value if of_output else inputs[slots[0].name]
            values = {p.name: inputs[p.name] for p in taken[1:] if p.name in inputs}
            slope = arguments.call(backward, taken, {taken[0].name: at, **values})
            if slope is None:
                raise WrongReturn("it returned None instead of a derivative")
            of = slots[0]
            name = item.text if item is not None and item.text else f"d{of.name}"
            line = item.line if item is not None else returned.line
            shape = np.shape(inputs[of.name])
            return [Made(of.path, name, line, scaled(upstream, slope, value, shape))]

        return run_backward

    subject = Subject(
        candidate.name,
        user.file,
        user.line(names[1]),
        7,
        tuple(plan.arguments),
        run_forward,
        reading(False),
        plan.prepare,
        (forward, backward),
        module=_module(user),
        remarks=plan.remarks,
        differentiable=plan.differentiable,
    )
    x = given[0].name
    of_output = Reading("of the output", f"correct when given the output of {names[0]}, not {x}")
    subject.readings = (OF_INPUT, of_output)

    def read_as(which: int) -> Subject:
        return dataclasses.replace(
            subject,
            backward=reading(which == 1),
            readings=(subject.readings[which],),
            read_as=None,
        )

    subject.read_as = read_as
    return subject
