"""Readings of a derivation, and how the readings of several things are put together."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.subject import Inputs, Made, Reading, Role, Subject

INPUTS = naming.words("x z inputs input inp data net net_input preactivation logits u")
MOST = 32  # readings of one derivation

Forward = Callable[[Inputs], tuple[Any, Any]]
Backward = Callable[[Inputs, Any, Any, Any], list[Made]]
Variant = tuple[Reading, Callable[[Subject], Subject]]


def combined(subject: Subject, variants: Sequence[Variant]) -> Subject:
    """A subject with each of its readings in each of some variants, the likeliest first."""
    if not variants:
        return subject
    bases, read = subject.readings, subject.read_as
    pairs = [(b, v) for v in range(len(variants)) for b in range(len(bases))][:MOST]
    readings = tuple(bases[b].joined(variants[v][0]) for b, v in pairs)

    def read_as(which: int) -> Subject:
        base, variant = pairs[which]
        one = read(base) if read is not None else dataclasses.replace(subject)
        one = variants[variant][1](one)
        return dataclasses.replace(one, readings=(readings[which],), read_as=None)

    first = read_as(0)
    return dataclasses.replace(first, readings=readings, read_as=read_as)


def point_readings(given: str, taken: str, calls_forward: bool) -> list[Reading]:
    """A derivative function of one argument: it may be the forward's input, or its output.

    The code confirms one of the two by the argument's name, or by calling the forward on it.
    """
    as_input = calls_forward or naming.same(given, taken)
    as_output = not as_input and taken.strip("_").lower() not in INPUTS and naming.is_output(taken)
    as_input = as_input or taken.strip("_").lower() in INPUTS
    remark = "" if naming.same(given, taken) else f"correct when given the input {given}"
    return [
        Reading("of the input", remark, as_input, ((taken, Role.INPUT),)),
        Reading(
            "of the output",
            f"correct when given the output, not {given}",
            as_output,
            ((taken, Role.OUTPUT),),
        ),
    ]


def last_layer(name: str) -> list[Variant]:
    """Readings of a loss with an upstream that is 1 by default: it is used, or it is always 1."""
    remark = f"correct for {name} = 1, its default"
    return [
        (Reading("", "", True, ((name, Role.UPSTREAM),)), lambda subject: subject),
        (
            Reading(f"{name} is 1", remark),
            lambda subject: dataclasses.replace(subject, has_upstream=False),
        ),
    ]


def is_one(default: Any) -> bool:
    """True if a default is the number 1."""
    return isinstance(default, int | float) and not isinstance(default, bool) and default == 1


def read_mean(
    subject: Subject, forward: Forward, plain: Backward, first: str = "each", unknown: str = ""
) -> None:
    """A loss for each sample, whose gradient may be that of each, or of their mean.

    ``unknown``: an argument of the backward of which nothing says what it is.
    """
    each = Reading("of each entry", "", not unknown)
    remark = "correct as the gradient of the mean of what forward returns"
    whole = Reading("of the mean", remark, not unknown)
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


def scaled(upstream: Any, slope: Any, value: Any, shape: tuple[int, ...]) -> Any:
    """The upstream times the slopes for an input of a shape.

    They are those of every entry, of one sample each, or the full Jacobian.
    """
    # (asanyarray: an array that notes what is done with it stays one.)
    upstream, slope, value = map(np.asanyarray, (upstream, slope, value))
    if slope.shape == value.shape:
        return np.multiply(upstream, slope)
    if value.ndim and slope.shape != shape and slope.shape == value.shape + shape:
        return np.tensordot(upstream, slope, value.ndim)
    if slope.ndim > value.ndim and slope.shape[: value.ndim] == value.shape:
        upstream = upstream.reshape(value.shape + (1,) * (slope.ndim - value.ndim))
    return np.multiply(upstream, slope)
