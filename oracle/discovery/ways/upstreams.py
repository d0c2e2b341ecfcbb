"""The upstream of a backward under any name, at any place: found by running it.

Names propose and numbers decide. An argument that no name explains is the upstream if the backward
is linear in it, and gives an input what has the input's shape.
"""

import dataclasses

from oracle.discovery import naming
from oracle.discovery.ways.instances import is_rate
from oracle.discovery.ways.linearity import is_gradient_map
from oracle.discovery.ways.objects import Object
from oracle.discovery.ways.pair import Pair, Running
from oracle.subject import Way


def of_object(thing: Object) -> None:
    """Find the upstream of an object's backward, where no name says it."""
    named = any(naming.is_upstream(name) for name in thing.upstreams)
    if thing.candidate.way != Way.LAYER or thing.is_scalar or named:
        return
    if thing.points or thing.aliases:
        return  # what these arguments are is left to readings
    assumed = {*thing.plan.constants} & {*naming.NUMBERS}  # by their names alone
    given = {p.name for p in thing.given} | {*thing.plan.slots, *thing.plan.constants} - assumed
    rest = [p.name for p in thing.taken if p.required and p.name not in given]
    before = thing.upstreams
    for name in sorted(rest, key=_unlikely):
        thing.upstreams = [name]
        if is_gradient_map(thing):
            said = thing.plan.remarks
            thing.plan.remarks = [r for r in said if not r.startswith(f"{name} was taken to be ")]
            return
    thing.upstreams = before
    if rest and not before and not any(map(_is_known, rest)):
        thing.unknown = rest[0]


def of_pair(function: Pair) -> bool:
    """Find the upstream of a backward function, where no name says it; whether there is one."""
    given = {p.name for p in function.given}
    rest = [p.name for p in function.taken if p.required and p.name not in given]
    before = function.sources
    for name in sorted(rest, key=_unlikely):
        inputs = {n: of for n, of in before.inputs.items() if n != name}
        outputs = {n: of for n, of in before.outputs.items() if n != name}
        extra = [p for p in before.extra if p.name != name]
        caches = [n for n in before.caches if n != name]
        unknown = [n for n in before.unknown if n != name]
        if unknown:
            continue
        function.sources = dataclasses.replace(
            before, upstreams=[name], inputs=inputs, outputs=outputs, extra=extra, caches=caches,
            unknown=[],
        )  # fmt: skip
        if is_gradient_map(Running(function)):
            return True
    function.sources = before
    return False


def as_output(function: Pair) -> bool:
    """Take the one argument that nothing explains for the output: ``df(x, y)`` beside ``f(x)``."""
    unknown = function.sources.unknown
    if function.is_scalar or len(unknown) != 1 or not naming.is_output(unknown[0]):
        return False
    outputs = {**function.sources.outputs, unknown[0]: 0}
    function.sources = dataclasses.replace(function.sources, outputs=outputs, unknown=[])
    return True


def _unlikely(name: str) -> tuple[bool, bool]:
    """Names of rates and of what the forward has made are tried last."""
    return is_rate(name) or name in naming.NUMBERS, _is_known(name)


def _is_known(name: str) -> bool:
    """True if the name of an argument says that it is not an upstream."""
    targets = naming.TARGETS | naming.PERHAPS_TARGETS
    return is_rate(name) or naming.is_output(name) or naming.is_cache(name) or name in targets
