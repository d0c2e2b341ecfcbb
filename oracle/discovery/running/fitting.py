"""Lines in which an argument has the shape of its gradient, where the run shows a different one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from oracle.cases import shapes
from oracle.discovery.running.costs import AXES, EQUAL, effort
from oracle.discovery.running.extents import Extents
from oracle.discovery.running.state import BIAS, WEIGHT, State
from oracle.subject import size_names


def fitted(state: State, unfit: Mapping[str, tuple[int, ...]], extents: Extents) -> Iterator[State]:
    """States in which an argument has the shape of its gradient, where that says something.

    A weight or bias keeps an axis of its own, and a bias has one axis but for extents of 1: a sum
    that is missing, or one too many, must not choose the shape that makes it right.
    """
    yield from _multiples(state, unfit, extents)
    changed = state
    for name, shape in unfit.items():
        if name not in state.names or state.of(name).is_value or state.of(name).classes:
            continue
        dims = tuple(_spelled(number, state, extents) for number in shape)
        wide = [dim for dim in dims if dim != "1"]
        if not all(dims) or (state.kind(name) == BIAS and len(wide) != 1):
            continue
        if state.kind(name) == WEIGHT and not wide:
            continue
        one = replace(state.of(name), dims=dims)
        yield state.put(name, one, AXES * 0.75)
        changed = changed.put(name, one, AXES * 0.75 * (changed is state))
    if changed is not state:
        yield changed


def _spelled(number: int, state: State, extents: Extents) -> str:
    """An extent as a size, as an axis of some argument, or as any expression; "" if it is none."""
    if number == 1:
        return "1"
    dims = [dim for _, entry in state.entries for dim in entry.dims]
    known = [dim for dim in dims if shapes.shape((dim,), extents.known) == (number,)]
    return next(iter(known), "") or next(iter(extents.spelled(number)), "")


def _multiples(
    state: State, unfit: Mapping[str, tuple[int, ...]], extents: Extents
) -> Iterator[State]:
    """The state in which a free size is the multiple or sum of others that its gradient has.

    Two plain sizes are not equated: a transposed gradient would be right for square matrices.
    """
    changed = state
    for name, shape in unfit.items():
        if name not in state.names or len(state.of(name).dims) != len(shape):
            continue
        for dim, number in zip(state.of(name).dims, shape):
            if dim in changed.own and extents.known.get(dim) != number:
                by = next(iter(extents.spelled(number)), "")
                composite = bool(by) and not by.isidentifier() and not by.isdigit()
                if composite and dim not in size_names((by,)):
                    changed = changed.replaced(dim, by, EQUAL + effort(by))
    if changed is not state:
        yield changed
