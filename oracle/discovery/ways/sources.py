"""Sources of a backward's arguments: upstreams, inputs, outputs, caches and numbers."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from oracle.discovery import naming, plans
from oracle.discovery.arguments import Parameter
from oracle.discovery.candidate import Candidate
from oracle.discovery.shapes import declared
from oracle.discovery.text import assignments, functions
from oracle.subject import Unusable


@dataclass
class Sources:
    """Where each of a backward's arguments comes from."""

    upstreams: list[str] = field(default_factory=list)
    inputs: dict[str, str] = field(default_factory=dict)  # parameter -> forward's input
    outputs: dict[str, int] = field(default_factory=dict)  # parameter -> which output
    caches: list[str] = field(default_factory=list)
    extra: list[Parameter] = field(default_factory=list)  # numbers, and what a comment says
    unknown: list[str] = field(default_factory=list)  # perhaps an upstream, which a run decides


def sources_of(
    candidate: Candidate,
    given: Sequence[Parameter],
    taken: Sequence[Parameter],
    outputs: Sequence[str],
    said: declared.Shapes,
    node: functions.Function | None = None,
) -> Sources:
    """Where a backward's arguments come from, by name, and then by order.

    ``node``: the backward. An argument that it takes apart is what forward kept, whatever its name.

    Raises:
        Unusable: nothing says what one of them is.
    """
    caches = _caches(taken, outputs, node)
    found = Sources(_upstreams(given, taken, outputs, caches))
    open_ = _by_name(found, [p.name for p in given], taken, outputs, said, caches)
    open_ = _by_spelling(found, [p.name for p in given], open_)
    open_ = _by_order(found, given, open_)
    for name in list(open_):
        if name in naming.NUMBERS or declared.is_said(said, name) or name in plans.OPTION_DICTS:
            found.extra.append(next(p for p in taken if p.name == name))
            open_.remove(name)
    last = [p.name for p in taken if p.required][-len(outputs) :]
    if open_ == last and len(outputs) > 1 and not found.upstreams and not found.caches:
        found.upstreams, open_ = open_, []  # f_vjp(x, v, gx, gv): one for each output
    open_ = _as_outputs(found, [p.name for p in given], open_, outputs)
    if open_ and found.upstreams:
        raise unknown(candidate, open_[0], [p.name for p in given], outputs)
    found.unknown = open_
    return found


def _caches(
    taken: Sequence[Parameter], outputs: Sequence[str], node: functions.Function | None
) -> set[str]:
    """Arguments that are what forward kept: by name, or as the backward takes them apart.

    ``x, W = kept`` says so beside an upstream, where forward returns more than one thing.
    """
    named = {p.name for p in taken if naming.is_cache(p.name)}
    others = [p.name for p in taken if p.required and not naming.is_upstream(p.name, outputs)]
    if len(outputs) < 2 or node is None or not taken:
        return named
    if len(others) == len([p for p in taken if p.required]):
        others = others[1:]  # the first is the upstream, where no name says which one is
    return named | {name for name in others if assignments.is_taken_apart(node, name)}


def _by_name(
    found: Sources,
    known: Sequence[str],
    taken: Sequence[Parameter],
    outputs: Sequence[str],
    said: declared.Shapes,
    caches: Collection[str],
) -> list[str]:
    """Sources by the very name of an input or output; the names that are left open."""
    open_: list[str] = []
    for parameter in taken:
        name = parameter.name
        if name in found.upstreams:
            continue
        if name in known:
            found.inputs[name] = name
        elif name in outputs and name:
            found.outputs[name] = list(outputs).index(name)
        elif name in caches and parameter.required:
            found.caches.append(name)
        elif (
            found.upstreams
            and naming.is_gradient_of(found.upstreams[0], name)
            and parameter.required
        ):
            found.outputs[name] = 0
        elif parameter.required or declared.is_said(said, name):
            open_.append(name)
    return open_


def _by_spelling(found: Sources, known: Sequence[str], open_: list[str]) -> list[str]:
    """Inputs under another spelling: x for X, weights for W; the names that are left open."""
    free = [n for n in known if n not in found.inputs.values()]
    left: list[str] = []
    for name in open_:
        alike = [n for n in free if naming.same(n, name)] or [
            n for n in free if n.strip("_").lower() == name.strip("_").lower()
        ]
        if len(alike) == 1:
            found.inputs[name] = alike[0]
            free.remove(alike[0])
        else:
            left.append(name)
    return left


def _by_order(found: Sources, given: Sequence[Parameter], open_: list[str]) -> list[str]:
    """Inputs in the forward's order, where as many are open as it requires and as are free."""
    free = [p.name for p in given if p.required and p.name not in found.inputs.values()]
    fits = open_ and len(open_) == len(free) and (not found.inputs or len(open_) == 1)
    if not fits or (len(open_) == 1 and naming.is_output(open_[0])):
        return open_
    found.inputs.update(zip(open_, free))
    return []


def _as_outputs(
    found: Sources, known: Sequence[str], open_: list[str], outputs: Sequence[str]
) -> list[str]:
    """Outputs of the forward under other names, in order; the names that are left open."""
    several = len(outputs) > 1
    rest = [i for i in range(len(outputs)) if i not in found.outputs.values()]
    if open_ and several and not found.caches and len(open_) == len(rest) - 1:
        found.outputs.update(zip(open_, rest[1:]))  # out, mask = f(x); f_backward(dout, m)
        return []
    if len(open_) == 1 and found.upstreams and (not several or naming.is_output(open_[0])):
        near = difflib.get_close_matches(open_[0], known, 1, 0.7)
        if not near or naming.is_output(open_[0]):
            found.outputs[open_[0]] = 0
            return []
    return open_


def unknown(
    candidate: Candidate, name: str, known: Sequence[str], outputs: Sequence[str]
) -> Unusable:
    names = [out for out in outputs if out]
    near = difflib.get_close_matches(name, [*known, *names], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return Unusable(
        f"{candidate.name}: nothing says what {name} is; {candidate.of('forward')} has the "
        f"inputs {', '.join(known)} and the outputs {', '.join(names) or '-'}{hint}"
    )


def _upstreams(
    given: Sequence[Parameter],
    taken: Sequence[Parameter],
    outputs: Sequence[str],
    caches: Collection[str],
) -> list[str]:
    """The parameters of a backward that are upstream gradients."""
    known = {p.name for p in given}
    by_default = [
        p.name
        for p in taken
        if not p.required and p.name not in known
        if naming.is_upstream_by_default(p.name, p.default, outputs)
    ]
    return _required_upstreams(given, taken, outputs, caches) or by_default[:1]


def _required_upstreams(
    given: Sequence[Parameter],
    taken: Sequence[Parameter],
    outputs: Sequence[str],
    caches: Collection[str],
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
            if name not in known and name not in caches and (naming.is_upstream(name, outs))
        ]
        return later[:1]
    if first in caches and not naming.is_upstream(first):
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
        if name in known or name in caches or name in outputs:
            break
        if naming.is_upstream(name, [o for o in outputs if o]) and len(outputs) > 1:
            found.append(name)
        else:
            break
    return found


def value_indices(
    sources: Sources, outputs: Sequence[str], node: functions.Function | None
) -> list[int] | None:
    """The places of the values of a forward that have an upstream."""
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
