"""A class under each of its options: those texts that its code compares an argument with.

An option under which forward and backward give the same numbers, such as a way to initialise the
weights, is no derivation of its own.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from oracle.discovery.given import Given
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.objects import Object
from oracle.subject import Path, as_array

MOST = 15  # options that are judged beside the one that was used first
MOST_TRIED = 100


def others(
    thing: Object, again: Callable[[Maker], Object]
) -> tuple[list[tuple[str, Object]], list[str]]:
    """The object made with each other option, and what to call it; the options that are left out.

    An option is called ``act="relu"``.
    """
    known = [_numbers(thing)]
    found: list[tuple[str, Object]] = []
    left: list[str] = []
    for tried, (own, text) in enumerate(_options(thing.maker)):
        name = f'{own}="{text}"'
        if tried >= MOST_TRIED:
            left.append(name)
            continue
        try:
            other = again(
                dataclasses.replace(
                    thing.maker, constants=thing.maker.constants | {own: text}, remarks=[]
                )
            )
            numbers = _numbers(other)
        except (Exception, SystemExit):  # what the code refuses is no option
            continue
        if any(_same(numbers, one) for one in known):
            continue
        known.append(numbers)
        if len(found) < MOST:
            found.append((name, other))
        else:
            left.append(name)
    return found, left


def _options(maker: Maker) -> Iterator[tuple[str, str]]:
    """The options other than the one that is used, by argument."""
    for own, texts in maker.options.items():
        used = _used(maker, own)
        yield from ((own, text) for text in texts if text != used)


def _used(maker: Maker, own: str) -> Any:
    value = maker.constants.get(own)
    if value is None:
        return next(p.default for p in maker.given if p.name == own)
    return value.make({}) if isinstance(value, Given) else value


def _numbers(thing: Object) -> dict[Path, np.ndarray]:
    """The value and the gradients of a run on the same numbers."""
    arrays = trial_arrays(thing.arguments)
    inputs = thing.prepare({name: array.copy() for name, array in arrays.items()}, 0)
    with kept_random_state(0), np.errstate(all="ignore"):
        value, kept = thing.forward(inputs)
        several = isinstance(value, tuple | list)
        sent: Any = tuple(np.ones_like(np.asarray(part)) for part in value) if several else None
        sent = np.ones_like(np.asarray(value, float)) if sent is None else sent
        found = {
            m.of: np.array(as_array(m.value)) for m in thing.backward(inputs, value, kept, sent)
        }
    parts = value if several else [value]
    return {**found, **{("value", i): np.array(as_array(p)) for i, p in enumerate(parts)}}


def _same(one: dict[Path, np.ndarray], other: dict[Path, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(array, other[path], equal_nan=True) for path, array in one.items()
    )
