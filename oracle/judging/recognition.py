"""A user's forward, recognised as a function that torch has too.

Recognised by its values alone, on several shapes: where they are torch's own, torch's function is
another witness of the truth. Where they are torch's but for a known difference (the sum in place of
the mean, a ½, ε outside the root), the remark ``forward-mismatch`` says which. It changes no
verdict: a gradient is judged by the forward that was written.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import torch
import torch.nn.functional as F

from oracle.cases import Case
from oracle.judging.budget import SAMPLES, is_large_and_rectangular
from oracle.judging.examined import Examined
from oracle.judging.recognised_norms import Sample, norm
from oracle.results import Note
from oracle.subject import Way

CLOSE = 1e-6  # relative: a guard in a logarithm is no other function
NETWORKS = (Way.FORWARD_COST_BACKWARD, Way.NETWORK)  # no functions of torch's

Array: TypeAlias = np.ndarray
Function: TypeAlias = Callable[..., torch.Tensor]


@dataclass(frozen=True)
class Recognised:
    """The additions to a result where its forward is, or nearly is, a function of torch's."""

    witnesses: tuple[str, ...] = ()
    remarks: tuple[Note, ...] = ()
    overflow: Note | None = (
        None  # the forward is nothing but a function that torch has in safe form
    )


ELEMENTWISE: Mapping[str, Function] = {
    "torch.sigmoid": torch.sigmoid,
    "torch.tanh": torch.tanh,
    "torch.relu": torch.relu,
    "F.gelu": F.gelu,
    "F.silu": F.silu,
    "F.softplus": F.softplus,
    "F.elu": F.elu,
    "F.selu": F.selu,
    "F.mish": F.mish,
    "F.softsign": F.softsign,
    "F.logsigmoid": F.logsigmoid,
    "F.leaky_relu": F.leaky_relu,
    "F.softmax(dim=-1)": lambda x: F.softmax(x, dim=-1),
    "F.softmax(dim=0)": lambda x: F.softmax(x, dim=0),
    "torch.logsumexp(dim=-1)": lambda x: torch.logsumexp(x, dim=-1),
    "torch.logsumexp(dim=-1, keepdim)": lambda x: torch.logsumexp(x, dim=-1, keepdim=True),
    "F.log_softmax(dim=-1)": lambda x: F.log_softmax(x, dim=-1),
}
APPROXIMATE: Mapping[str, tuple[Function, str]] = {
    "the tanh approximation of GELU; F.gelu is x Φ(x), which differs by up to 5e-4": (
        lambda x: F.gelu(x, approximate="tanh"),
        "say so in its name, or take x · ½ (1 + erf(x / √2))",
    ),
    "the approximation x σ(1.702 x) of GELU; F.gelu is x Φ(x), which differs by up to 0.02": (
        lambda x: x * torch.sigmoid(1.702 * x),
        "say so in its name, or take x · ½ (1 + erf(x / √2))",
    ),
}


@dataclass(frozen=True)
class Loss:
    """A loss of torch's that averages, and the names by which people mean it."""

    title: str
    terms: Function  # (prediction, target) -> one for each entry, or for each sample
    called: str  # a pattern for the words of a function's name
    labels: bool = False


def _each(function: Function) -> Function:
    return lambda a, t: function(a, t, reduction="none")


def _likely(P: torch.Tensor, T: torch.Tensor) -> torch.Tensor:
    return -torch.xlogy(T, P) - torch.xlogy(1 - T, 1 - P)


CROSS = r"cross ?entropy|softmax loss|xent"
LOSSES = (
    Loss("F.mse_loss", _each(F.mse_loss), r"mse|mean squared error"),
    Loss("F.l1_loss", _each(F.l1_loss), r"mae|l1 loss|mean absolute error"),
    Loss("F.smooth_l1_loss", _each(F.smooth_l1_loss), r"smooth l1|huber"),
    Loss("F.binary_cross_entropy", _likely, r"bce|binary cross ?entropy"),
    Loss(
        "F.binary_cross_entropy_with_logits", _each(F.binary_cross_entropy_with_logits),
        r"bce|binary cross ?entropy",
    ),
    Loss("F.cross_entropy", _each(F.cross_entropy), CROSS),
    Loss("F.cross_entropy", _each(F.cross_entropy), CROSS, labels=True),
)  # fmt: skip


@dataclass(frozen=True)
class Twin:
    """A function of torch's, and how a user's inputs are handed to it."""

    title: str
    function: Function
    arguments: int = 1
    labels: bool = False
    flipped: bool = False  # the target comes first

    def value(self, inputs: Mapping[str, Array]) -> Array | None:
        """Its value of a case's inputs; None if it does not take such inputs."""
        given = list(inputs.values())[:: -1 if self.flipped else 1]
        if len(given) != self.arguments or given[0].dtype.kind != "f":
            return None
        if self.arguments == 2:
            integer = given[1].dtype.kind in "iu"
            if integer != self.labels or (not integer and given[0].shape != given[1].shape):
                return None
        try:
            return self.function(*[torch.from_numpy(array.copy()) for array in given]).numpy()
        except (RuntimeError, IndexError, ValueError):
            return None

    def fits(self, samples: list[Sample]) -> bool:
        """True if it has the same values in all samples."""
        for sample in samples:
            found, expected = self.value(sample.inputs), sample.value
            if found is None or found.shape != expected.shape:
                return False
            if not np.allclose(expected, found, CLOSE, CLOSE, equal_nan=False):
                return False
        return True


def recognise(examined: Examined) -> Recognised:
    """Compare the forward of a judged derivation with torch's functions."""
    subject = examined.subject
    if subject.way in NETWORKS:
        return Recognised()
    with examined.trials.names:
        samples = list(itertools.islice(_samples(examined), SAMPLES))
        if len(samples) < SAMPLES:
            return Recognised()
        twin = next((twin for twin in _twins() if twin.fits(samples)), None)
        if twin is not None:
            witness, overflow = f"torch twin {twin.title}", _overflow(examined, twin)
            if twin.arguments == 1:
                return Recognised((witness,), overflow=overflow)
            return Recognised((witness,), (overflow,) if overflow else ())
    note = _approximate(subject.name, samples) or _norm(subject.name, samples)
    note = note or _loss(subject.name, samples)
    return Recognised(remarks=(note,) if note is not None else ())


def _samples(examined: Examined) -> Iterator[Sample]:
    """Ordinary cases that were judged, of different shapes with all extents different."""
    judged: dict[str, Case] = {}
    entries = examined.entries
    for cases in (*(entry.passes for entry in entries), *(entry.failures for entry in entries)):
        for case in filter(is_large_and_rectangular, cases):
            judged.setdefault(str(case.sizes), case)
    for case in judged.values():
        trial = examined.trials.of(case)
        outputs = trial.recording.outputs
        if list(outputs) != [(0,)]:
            return
        yield Sample(trial.arrays, np.asarray(outputs[0,].array, float))


def _twins() -> Iterator[Twin]:
    """Torch's functions, losses as torch reduces them by default."""
    for title, function in ELEMENTWISE.items():
        yield Twin(title, function)
    for loss in LOSSES:
        yield from _of_loss(loss, "mean", 1.0)


def _of_loss(loss: Loss, kind: str, factor: float) -> Iterator[Twin]:
    for flipped in (False, True):
        yield Twin(loss.title, _reduced(kind, factor, loss.terms), 2, loss.labels, flipped)


def _overflow(examined: Examined, twin: Twin) -> Note | None:
    """The note that the user's forward is not finite somewhere, and torch's own is."""
    for case in examined.overflowed:
        found = twin.value(examined.trials.of(case).arrays)
        if found is not None and np.isfinite(found).all():
            said = (
                f"{examined.subject.name} is not finite at {case.regime} values, where "
                f"{twin.title} is; no gradient could be judged there"
            )
            return Note("overflow", said, "keep exponents at or below 0, as the stable forms do")
    return None


def _approximate(name: str, samples: list[Sample]) -> Note | None:
    for what, (function, cure) in APPROXIMATE.items():
        if Twin(what, function).fits(samples):
            return Note("forward-mismatch", f"{name} is {what}", cure)
    return None


def _norm(name: str, samples: list[Sample]) -> Note | None:
    """The difference from torch's norms of a forward whose value is as large as its input."""
    sample = samples[0]
    kept = any(array.shape == sample.value.shape for array in sample.inputs.values())
    return norm(name, samples) if kept else None


def _reduced(kind: str, factor: float, terms: Function) -> Function:
    def reduced(a: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        found = terms(a, t)
        if kind == "sum":
            return factor * found.sum()
        if kind == "mean":
            return factor * found.mean()
        return factor * found.sum() / found.shape[int(kind)]

    return reduced


REDUCED = {
    "mean": "the mean",
    "sum": "the sum over everything",
    "0": "the sum over the outputs, averaged over axis 0",
    "1": "the sum over the outputs, averaged over axis 1",
}


def _loss(name: str, samples: list[Sample]) -> Note | None:
    """The remark on a loss that is named like torch's and reduces the same terms differently."""
    words = " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|l1", name)).lower()
    for loss in LOSSES:
        if not re.search(rf"\b({loss.called})\b", words):
            continue
        for kind, factor in itertools.product(REDUCED, (1.0, 0.5, 2.0)):
            if any(twin.fits(samples) for twin in _of_loss(loss, kind, factor)):
                half = {1.0: "", 0.5: "half ", 2.0: "twice "}[factor]
                said = (
                    f"{name} is {half}{REDUCED[kind]} of the terms of which {loss.title} "
                    "is the mean"
                )
                cure = "if torch's is meant: take the mean over all of them, without a factor"
                return Note("forward-mismatch", said, cure)
    return None
