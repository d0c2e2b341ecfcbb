"""Attributes of an object that hold its output or its gradients: by their names, and by a run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.plans import Slot
from oracle.discovery.ways import instances
from oracle.discovery.ways.gradients import is_gradient
from oracle.subject import Argument, Inputs, Path

OUTPUTS = ("output", "out", "outputs", "A", "a", "y", "Z", "z", "yhat", "h", "result", "activation")

INPUT_GRADIENTS = [
    "dinputs", "dinput", "dx", "dX", "grad_input", "input_grad", "dL_dX", "dL_dx", "d_input", "din",
    "dA_prev", "delta_input",
]  # fmt: skip


def gradients_beside(thing: Any, path: Path, now: Mapping[Path, Any]) -> list[tuple[Path, Any]]:
    """The arrays in an object with the name of another one's gradient, the likeliest first.

    They stand in the same object, which may be a layer of the one that is looked at.
    """
    found: list[tuple[Path, Any]]
    found = [(other, array) for other, array in now.items() if instances.counterpart(path, other)]
    *above, name = path
    names = (f"d{name}", f"grad_{name}", f"{name}_grad")
    base = tuple(above)
    owner = instances.part_at(thing, base)
    if not isinstance(owner, Mapping | Sequence):
        for holder in instances.GRADIENTS:  # self.W beside self.grads["W"] or self.grads["dW"]
            entries = getattr(owner, holder, None)
            if isinstance(entries, Mapping):
                for key in (name, *names):
                    if key in entries and is_gradient(entries[key]):
                        found.append(((*base, holder, key), entries[key]))
        for key in names:  # a number, not an array
            value = getattr(owner, key, None)
            if isinstance(value, float | np.floating) and not found:
                found.append(((*base, key), np.array(value)))
    elif base and base[-1] in instances.PARAMS:  # self.params["W"] beside self.dW
        owner = instances.part_at(thing, base[:-1])
        for key in names:
            value = getattr(owner, key, None)
            if is_gradient(value):
                found.append(((*base[:-1], key), np.asarray(value)))
    found.sort(key=lambda pair: sum(str(step)[:1] != "d" for step in pair[0]))
    return found


def slots_of(arrays: Mapping[Path, np.ndarray]) -> list[Slot]:
    """An object's arrays as inputs: ``W``, the entries of ``params``, the list ``weights``."""
    found: dict[str, Slot] = {}
    for path, array in arrays.items():
        argument = Argument(instances.spelled(path), tuple(map(str, array.shape)))
        if len(path) == 1:
            found[path[0]] = Slot(str(path[0]), ("self", *path), argument)
        else:
            slot = found.setdefault(path[0], Slot(str(path[0]), ("self", path[0])))
            slot.entries.append(Slot(str(path[-1]), ("self", *path), argument))
    return list(found.values())


def spellings(name: str, first: bool) -> list[str]:
    """Names of attributes that may hold the gradient of an input."""
    own = [
        f"d{name}", f"d_{name}", f"grad_{name}", f"{name}_grad", f"{name}_gradient", f"dL_d{name}",
        f"d{name}s",
    ]  # fmt: skip
    return own + (INPUT_GRADIENTS if first else [])


def value_at(inputs: Inputs, path: Path) -> Any:
    thing = inputs[path[0]]
    return instances.part_at(thing, path[1:])


# What a backward leaves in its object: gradients of numbers, and of the input under any name.

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
        for name, part in instances.entries_of(thing).items()
        if name not in known and is_gradient(part) and np.shape(part) == shape
        if part is not was.get(name) and naming.looks_like_gradient(name.lstrip("_"))
    ]
    return found[0] if len(found) == 1 else ""


def losses_in(thing: Any) -> dict[str, Any]:
    """The numbers and arrays in attributes that are named as a loss, as they are now."""
    return {
        name: np.array(part)
        for name, part in instances.entries_of(thing).items()
        if isinstance(name, str) and naming.has(name, naming.LOSS) and is_gradient(part)
    }


def changed_loss(before: Mapping[str, Any], thing: Any) -> str:
    """The one attribute with a loss that a forward has made or has added to; "" if there is none"""
    now = losses_in(thing)
    found = [n for n, part in now.items() if not np.array_equal(part, before.get(n, 0.0))]
    return found[0] if len(found) == 1 else ""
