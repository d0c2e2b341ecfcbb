"""Readings of a derivation: of the input or the output, of each entry or of their mean."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.subject import Inputs, Made, Reading, Subject

OF_INPUT = Reading("of the input")

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
