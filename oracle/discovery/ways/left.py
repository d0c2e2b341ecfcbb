"""What a backward leaves in its object: gradients of numbers, and of the input under any name."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.ways import instances
from oracle.discovery.ways.attributes import gradients_beside
from oracle.discovery.ways.gradients import is_gradient
from oracle.subject import Path

DRAWS = 20  # of numbers that a constructor may refuse
SPREAD = 0.25  # of a parameter that is a number, around what its constructor gave


def near(number: Any, rng: np.random.Generator, spread: float = SPREAD) -> Any:
    """A number near another one, of its sign mostly: widths stay positive, bounds in their order.

    A parameter that is one number often has a domain of its own, which nothing says.
    """
    number = float(number)
    return np.float64(number + spread * max(abs(number), 0.5) * rng.standard_normal())


def made_with_numbers(
    make: Callable[[Mapping[str, Any]], Any],
    arguments: Collection[str],
    paths: Sequence[Path],
    seed: int,
) -> Any:
    """An object with new values for its parameters that are numbers.

    Where its constructor takes them it is given them, so that it can refuse what it is not meant
    for (c1 > c2, a width of 0): then others are drawn, nearer to those that it has.
    """
    rng = np.random.default_rng([seed, 2])
    plain = make({})
    known = {path: instances.part_at(plain, path) for path in paths}
    for attempt in range(DRAWS):
        drawn = {p: near(n, rng, SPREAD * 0.8**attempt) for p, n in known.items()}
        given = {str(p[-1]): n for p, n in drawn.items() if p[-1] in arguments}
        try:
            thing = make(given)
        except (Exception, SystemExit):  # the constructor refuses these
            continue
        for path, number in drawn.items():
            instances.place(thing, path, number)
        return thing
    return plain


def gradients_of_numbers(
    thing: Any, paths: Collection[Path]
) -> dict[Path, tuple[Path, np.ndarray]]:
    """The gradient that stands beside each of some numbers in an object: where, and its value."""
    now = with_numbers(thing)
    found = {}
    for path in paths:
        beside = gradients_beside(thing, path, now)
        if beside:
            found[path] = (beside[0][0], np.array(beside[0][1], float))
    return found


def with_numbers(thing: Any) -> dict[Path, Any]:
    """The arrays in an object, and its numbers.

    They stay what they are: to convert a number that is recorded would end its record.
    """
    return {**instances.numbers_in(thing), **instances.arrays_in(thing)}


def numbers_with_gradients(before: Any, after: Any) -> list[Path]:
    """The numbers in an object beside which gradients stand, if a backward has changed one of them.

    ``before`` is an object that was made alike, and has not been run.
    """
    found = gradients_of_numbers(after, list(instances.numbers_in(before)))
    changed = any(
        not np.array_equal(_number(instances.part_at(before, where)), value)
        for where, value in found.values()
    )
    return list(found) if changed else []


def _number(thing: Any) -> Any:
    return np.asarray(thing, float) if is_gradient(thing) else None


def input_gradient(
    thing: Any, was: Mapping[str, Any], shape: tuple[int, ...], known: Collection[str]
) -> str:
    """The attribute in which a backward has left the gradient of its input; "" if there is none.

    It is named as a gradient, has the shape of the input, and is the only one of its kind.
    """
    found = [
        name
        for name, part in vars(thing).items()
        if name not in known and is_gradient(part) and np.shape(part) == shape
        if part is not was.get(name) and naming.looks_like_gradient(name.lstrip("_"))
    ]
    return found[0] if len(found) == 1 else ""
