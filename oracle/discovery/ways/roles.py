"""Roles of the parameters of a class's methods: data, targets, upstreams, rates."""

import ast
import re
from collections.abc import Sequence

from oracle.discovery import arguments, naming, partners, proposed_classes
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.given import Given
from oracle.discovery.plans import Plan
from oracle.discovery.shapes.declared import Shapes
from oracle.discovery.text import callers
from oracle.discovery.ways import instances, makers
from oracle.discovery.ways.instances import is_rate
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.readings import point_readings
from oracle.subject import Reading, Role, Way

LISTED = 3  # arrays in a list


def parameters_of(kind: type, qualified: str) -> list[Parameter]:
    name = qualified.rpartition(".")[2]
    found = arguments.parameters(getattr(kind, name), qualified)
    static = isinstance(kind.__dict__.get(name), staticmethod | classmethod)
    return found if static else found[1:]


def has_shape(name: str, spoken: Shapes) -> bool:
    if any(path[0] == name and len(path) > 1 for path in spoken):
        return True
    entry = spoken.get((name,))
    return entry is not None and (entry.has_shape or entry.literal is not makers.NOTHING)


def wanted_of(
    candidate: Candidate,
    given: Sequence[Parameter],
    taken: Sequence[Parameter],
    asked: Sequence[Parameter],
    spoken: Shapes,
) -> list[Parameter]:
    """The arguments to draw: forward's, and the targets of the loss and the backward."""
    found = [p for p in given if p.required or (p.name,) in spoken]
    names = {p.name for p in found}
    for parameter in (*asked, *taken):
        name = parameter.name
        target = name in naming.TARGETS | naming.PERHAPS_TARGETS
        if name in names or is_rate(name) or not parameter.required:
            continue
        if any(naming.same(name, other) for other in names) and target:
            continue
        if any(name.lower() == other.lower() for other in names):  # backward(X, y) of forward(x)
            continue
        if (
            (candidate.way == Way.NETWORK and target)
            or (name,) in spoken
            or (name in naming.NUMBERS and not naming.is_upstream(name))
        ):
            found.append(Parameter(name, True, None))
            names.add(name)
    return found


def guesses(
    open_: Sequence[str], maker: Maker, listed: Sequence[str]
) -> list[dict[str, tuple[str, ...]]]:
    """Shapes to try where nothing is said: rows of samples, columns of samples, one sample.

    ``listed``: those that the forward goes through, which may be lists of arrays.
    """
    if not open_:
        return [{}]
    if maker.lists:
        size = next(iter(maker.lists.values()))[0]
    else:
        size = next((s for n, s in maker.sizes.items() if makers.INPUT_SIZE.fullmatch(n)), "")
        size = size or next(iter(maker.sizes.values()), "")
    sized = [v for v in maker.constants.values() if isinstance(v, Given) and v.sizes]
    if not size and sized:
        size = sized[0].sizes[0]
    if not size and maker.arrays:
        size = next(iter(maker.arrays.values())).dims[0]
    extents = [size] if size else []
    if size and not maker.lists and not any(map(makers.INPUT_SIZE.fullmatch, maker.sizes)):
        extents = [n for n in ("D", "K") if n not in maker.sizes.values()][:1] + extents
    if not size and makers.has_constructor(maker.kind):
        try:
            held = instances.arrays_in(maker.make({}, [], 0)).values()
        except Exception:
            held = []  # type: ignore[assignment]
        for array in held:
            if array.ndim == 2:
                extents = [str(array.shape[0]), str(array.shape[1])]
                break
        if not extents:
            extents = [str(a.shape[-1]) for a in held if a.ndim == 1][:1]
    extents = extents or ["D"]
    found: list[dict[str, tuple[str, ...]]] = []
    for extent in dict.fromkeys(extents):
        for dims in (("N", extent), (extent, "N"), (extent, "1"), (extent,)):
            found.append(dict.fromkeys(open_, dims))
    if listed:
        whole = [n for n in open_ if n not in listed]
        entries = [f"{name}[{i}]" for name in listed for i in range(LISTED)]
        found.append(dict.fromkeys([*whole, *entries], ("N", extents[0])))
    return found


def aliases_of(given: Sequence[Parameter], taken: Sequence[Parameter]) -> dict[str, str]:
    """``forward(y_pred, y_true)`` beside ``backward(dvalues, y_true)``: no upstream, but y_pred."""
    ins, outs = ([p.name for p in ps if p.required] for ps in (given, taken))
    if len(ins) != 2 or len(outs) != 2 or ins[1] != outs[1] or outs[0] in ins:
        return {}
    if ins[1] not in naming.TARGETS | naming.PERHAPS_TARGETS:
        return {}
    if outs[0] != "dvalues" and naming.is_upstream(outs[0]):
        return {}
    return {outs[0]: ins[0]}


def points_of(
    user: User, candidate: Candidate, given: Sequence[Parameter], taken: Sequence[Parameter]
) -> dict[str, list[Reading]]:
    """The readings of the one argument of a derivative method; {} where it has no readings.

    It may be the forward's input, its output, or an upstream: a method named as a backward is
    given an upstream, unless its argument bears the name of an input or an output.
    """
    ins, outs = ([p.name for p in ps if p.required] for ps in (given, taken))
    if len(ins) != 1 or len(outs) != 1 or is_rate(outs[0]):
        return {}
    (given_name,), (name,) = ins, outs
    same = naming.same(given_name, name)
    if (naming.is_upstream(name) and not same) or naming.is_cache(name):
        return {}
    backward = candidate.of("backward")
    method, node = backward.rpartition(".")[2], user.node(backward)
    forwards = {candidate.of("forward").rpartition(".")[2], "self", *partners.FORWARDS}
    found = point_readings(given_name, name, callers.applies(node, forwards, name))
    named = naming.has(method, naming.BACKWARD) or _goes_by_what_was_kept(user, candidate)
    upstream = Reading("times the upstream", "", named, ((name, Role.UPSTREAM),))
    if named and not (same or any(reading.confirmed for reading in found)):
        return {}
    return {name: [*found, upstream] if same or not named else [upstream, *found]}


def _goes_by_what_was_kept(user: User, candidate: Candidate) -> bool:
    """True if the backward reads what the forward has kept; a derivative is given its point."""
    parts = candidate.of("forward"), candidate.of("backward")
    if user.text is None or any(part not in user.text.functions for part in parts):
        return False
    return bool(proposed_classes.kept_and_read(user.text, *parts))


def upstreams_of(
    given: Sequence[Parameter], taken: Sequence[Parameter], plan: Plan, outputs: Sequence[str] = ()
) -> list[str]:
    """The upstreams of a backward; ``outputs``: the names of what the forward returns.

    ``backward(dskip, dmain=None)`` of a forward that returns ``main, skip`` takes one of each, in
    the order of the outputs.
    """
    known = {p.name for p in given}
    of = naming.assign([p.name for p in taken], outputs) if len(outputs) > 1 else {}
    matched = {j: taken[i].name for i, j in of.items() if taken[i].name not in known}
    if len(matched) == len(outputs) > 1:
        return [matched[j] for j in range(len(outputs))]
    found: list[str] = []
    for i, parameter in enumerate(taken):
        name = parameter.name
        if name in known or is_rate(name) or name in plan.constants:
            continue
        if naming.is_cache(name) and not naming.is_upstream(name):
            continue
        if (
            (i == 0 and (parameter.required or naming.is_upstream(name)))
            or (not found and parameter.required and naming.is_upstream(name))
            or (found and parameter.required and naming.is_upstream(name))
            or (not found and naming.is_upstream_by_default(name, parameter.default))
        ):
            found.append(name)
    return found


def holds_layers(user: User, candidate: Candidate) -> bool:
    """True if a class's forward loops over layers that it holds."""
    node = user.node(candidate.of("forward"))
    return node is not None and any(
        isinstance(part, ast.For)
        and re.search(r"self\.\w*(layer|module|op|block)", ast.unparse(part.iter))
        for part in ast.walk(node)
    )
