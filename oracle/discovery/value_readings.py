"""Readings of the data: the values that arguments may have, where nothing says them.

The code has to show why: see ``values_seen``. The weakest class of values comes first, for each
that follows leaves out more mistakes. An inverse alone does not show that a matrix is symmetric:
the missing transpose of its gradient is a usual mistake, and would be right for such a matrix.
"""

import contextlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from oracle.cases.values import ALONG_AN_AXIS, along, base
from oracle.discovery import naming, values_seen
from oracle.discovery.shapes import grammar
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays, trial_sizes
from oracle.discovery.values_seen import Asked
from oracle.subject import Argument, Subject
from oracle.truth.recording import Names, Recording, record

Variant = tuple[str, Subject]  # what to tell of it: "Y whose columns sum to 1"

# Names of matrices that are symmetric and positive definite, wherever they are inverted.
COVARIANCE = re.compile(r"(\w*_)?(sigma|cov|covariance|precision|gram|kernel)\d*$", re.IGNORECASE)
FIXED = ("onehot", "signs")  # what can only be a target
MOST = 2000  # calls in a record that is looked through


def variants(subject: Subject) -> list[Variant]:
    """The subject with other values for the arguments of which nothing says what they hold."""
    open_ = {a.name: a for a in subject.arguments if _is_open(a)}
    if not open_ or subject.torch_function is not None:
        return []
    # The user's code is run with values that nobody has asked for: it may raise anything.
    with contextlib.suppress(Exception, SystemExit), Names(*subject.functions) as names:
        recording, returned = _recorded(subject, open_, names)
        if len(recording.notes) > MOST:
            return []
        inputs = {grammar.spelled(path[1:]): value for path, value in recording.inputs.items()}
        own = {name: inputs[name] for name in open_ if name in inputs}
        asked = values_seen.asked(recording.notes, own)
        if returned is None and (labels := _labels(subject, open_, names)):
            return labels
        targets = [] if returned is None else _of_targets(asked, open_, returned)
        return [
            (" and ".join(_told(words[name], open_[name]) for name in words), _with(subject, words))
            for words in _combined(_domains(asked, open_), targets)
        ]
    return []


def _is_open(argument: Argument) -> bool:
    """Nothing says its values, or along which axis they sum to 1."""
    no_axis = argument.values in ALONG_AN_AXIS and len(argument.dims) > 1
    return not argument.integer and (argument.values == "normal" or no_axis)


def _recorded(
    subject: Subject, open_: Mapping[str, Argument], names: Names
) -> tuple[Recording, set[str] | None]:
    """The record of one run, up to what it raises, and the arguments that get a gradient.

    The values are such that most forwards run: matrices are positive definite, numbers between 0
    and 1. None in place of the arguments: the forward or the backward has raised.
    """
    easy = {name: _easy(argument) for name, argument in open_.items()}
    arguments = [easy.get(a.name, a) for a in subject.arguments]
    arrays = trial_arrays(arguments)
    result: list[Any] = []

    def forward(given: dict[str, Any]) -> Any:
        with contextlib.suppress(Exception, SystemExit):
            result[:] = [subject.forward(given)[0]]
        return None

    with kept_random_state(0), np.errstate(all="ignore"):
        recording = record(forward, (subject.prepare(arrays, 0),), names=names)
        if not result:
            return recording, None
        returned = None
        with contextlib.suppress(Exception, SystemExit):
            inputs = subject.prepare(arrays, 0)
            value, kept = subject.forward(inputs)
            made = subject.backward(inputs, value, kept, _ones(value))
            returned = {grammar.spelled(one.of) for one in made if one.of}
    return recording, returned


def _easy(argument: Argument) -> Argument:
    if argument.values != "normal":
        return argument
    square = len(argument.dims) > 1 and argument.dims[-1] == argument.dims[-2]
    return replace(argument, values="spd" if square else "unit")


def _ones(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(np.ones_like(np.asarray(part)) for part in value)
    return np.ones_like(np.asarray(value, dtype=float))


def _domains(asked: Asked, open_: Mapping[str, Argument]) -> list[dict[str, str]]:
    """Words for the numbers that a forward can be computed at: the weakest, and others if any."""
    weakest: dict[str, str] = {}
    for name, argument in open_.items():
        if argument.values != "normal":
            continue
        square = len(argument.dims) > 1 and argument.dims[-1] == argument.dims[-2]
        covariance = name in asked.inverted and COVARIANCE.match(name.rpartition(".")[2])
        if square and (name in asked.spd or covariance):
            weakest[name] = "spd"
        elif square and name in asked.symmetric:
            weakest[name] = "symmetric"
        elif name in asked.below_1:
            weakest[name] = "in(0,1)"
        elif name in asked.positive:
            weakest[name] = "positive"
        elif name in asked.within_1:
            weakest[name] = "in(-1,1)"
        elif name in asked.sorted:
            weakest[name] = "sorted"
    stronger = {name: "spd" if word == "symmetric" else word for name, word in weakest.items()}
    return [weakest, stronger]


def _of_targets(
    asked: Asked, open_: Mapping[str, Argument], returned: set[str]
) -> list[dict[str, str]]:
    """Words for targets: arguments that the backward makes no gradient of."""
    found: list[dict[str, str]] = []
    for word in ("probabilities", "onehot"):
        words: dict[str, str] = {}
        for name, argument in open_.items():
            if name in returned or argument.values not in ("normal", word):
                continue
            axes = asked.probabilities | (asked.onehot if word == "onehot" else {})
            if name in axes and not (argument.values == word and axes[name] == _last(argument)):
                words[name] = along(word, axes[name])
        if words:
            found.append(words)
    open_names = [name for name in open_ if name not in returned and open_[name].values == "normal"]
    margins = naming.targets(list(open_)) & asked.margins - asked.shares
    if words := {name: "signs" for name in open_names if name in margins}:
        found.append(words)
    return found


def _last(argument: Argument) -> int:
    return len(argument.dims) - 1


def _combined(domains: list[dict[str, str]], targets: list[dict[str, str]]) -> list[dict[str, str]]:
    """All combinations but the plain one, those that say least first."""
    found: list[dict[str, str]] = []
    for of_targets, domain in itertools.product([{}, *targets], domains):
        words = domain | of_targets
        if words and words not in found:
            found.append(words)
    return found


def _with(subject: Subject, words: Mapping[str, str]) -> Subject:
    return with_arguments(
        subject,
        {
            a.name: replace(a, values=words[a.name], fixed=a.fixed or base(words[a.name]) in FIXED)
            for a in subject.arguments
            if a.name in words
        },
    )


def with_arguments(subject: Subject, others: Mapping[str, Argument]) -> Subject:
    """The subject, and each of its readings, with other arguments of the same names."""
    arguments = tuple(others.get(a.name, a) for a in subject.arguments)
    made = replace(subject, arguments=arguments, remarks=list(subject.remarks))
    if (read_as := subject.read_as) is not None:
        made.read_as = lambda which: with_arguments(read_as(which), others)
    return made


def _told(word: str, argument: Argument) -> str:
    """The values of an argument in a reading, in words."""
    name = argument.name
    if base(word) in ALONG_AN_AXIS:
        axis = int(word.partition("(")[2].rstrip(")"))
        rows = {0: "columns", 1: "rows"}.get(axis, "") if len(argument.dims) == 2 else ""
        rows = "entries" if len(argument.dims) == 1 else rows or f"entries along axis {axis}"
        what = "sum to 1" if base(word) == "probabilities" else "are one-hot"
        return f"{name} whose {rows} {what}"
    return {
        "spd": f"a symmetric positive definite {name}",
        "symmetric": f"a symmetric {name}",
        "positive": f"positive {name}",
        "sorted": f"sorted {name}",
        "signs": f"{name} of −1 and 1",
    }.get(word) or f"{name} {word.replace('in', 'in ').replace(',', ', ')}"


def _labels(subject: Subject, open_: Mapping[str, Argument], names: Names) -> list[Variant]:
    """The subject with integers for a vector that its forward indexes with."""
    found: list[Variant] = []
    for name, argument in open_.items():
        if len(argument.dims) != 1 or argument.values != "normal":
            continue
        tried = replace(argument, integer=True, values="labels", classes="2")
        arguments = tuple(tried if a.name == name else a for a in subject.arguments)
        arrays = trial_arrays(
            [_easy(a) if a.name in open_ and a != tried else a for a in arguments]
        )
        with kept_random_state(0), np.errstate(all="ignore"):
            recording = record(
                lambda given: subject.forward(given)[0],
                (subject.prepare(arrays, 0),),
                names=names,
            )
        extents = {e: size for size, e in trial_sizes(arguments).items() if isinstance(e, int)}
        extent = values_seen.index_of(recording.notes, arrays[name])
        if extent is not None:
            classes = extents.get(extent, str(extent))
            labels = replace(tried, classes=classes)
            told = f"{name} that holds labels, integers below {classes}"
            found.append((told, with_arguments(subject, {name: labels})))
    return found
