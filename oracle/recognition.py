"""Is a user's forward a function that torch has too, and the same one?

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
from oracle.judging import Examined, begin
from oracle.recognised_norms import norm
from oracle.results import Note
from oracle.trial import Session

SAMPLES = 3  # of different shapes: all must agree
CLOSE = 1e-6  # relative: a guard in a logarithm is no other function
WAYS = (1, 2, 3, 4, 5, 6, 7)  # a network (8, 9) is no function of torch's

Array: TypeAlias = np.ndarray
Function: TypeAlias = Callable[..., torch.Tensor]


@dataclass(frozen=True)
class Sample:
    """What went in and what came out, in one case."""

    inputs: dict[str, Array]
    value: Array


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


def recognise(examined: Examined) -> None:
    """Add the witness, or the remark, to the result of a judged derivation."""
    subject, result = examined.subject, examined.result
    if subject.way not in WAYS or not result.gradients:
        return
    samples = list(itertools.islice(_samples(examined), SAMPLES))
    if len(samples) < SAMPLES:
        return
    title = _same(samples)
    if title:
        result.witnesses.append(f"torch twin {title}")
        return
    note = _approximate(subject.name, samples) or norm(subject.name, samples)
    note = note or _loss(subject.name, samples)
    if note is not None:
        result.remarks.append(note)


def _samples(examined: Examined) -> Iterator[Sample]:
    """Ordinary cases that were judged, of different shapes with all extents different."""
    judged: dict[str, Case] = {}
    for known in (*examined.passes.values(), *examined.failures.values()):
        for case in known:
            sizes = case.sizes.values()
            large = all(size > 2 for size in sizes if isinstance(size, int))
            if case.regime == "ordinary" and large and len(set(sizes)) == len(sizes):
                judged.setdefault(str(case.sizes), case)
    with Session(*examined.subject.functions) as names:
        for case in judged.values():
            trial = begin(examined.subject, case, names)
            truth = trial.truth()
            if list(truth.value) != [(0,)]:
                return
            yield Sample(trial.arrays, truth.value[0,])


def _same(samples: list[Sample]) -> str:
    """The function of torch's that has the same values; "" if there is none."""
    for title, function in ELEMENTWISE.items():
        if _fits(samples, function, 1):
            return title
    for loss in LOSSES:
        mean = _reduced("mean", 1.0, loss.terms)
        if any(_fits(samples, mean, 2, loss.labels, flipped) for flipped in (False, True)):
            return loss.title
    return ""


def _approximate(name: str, samples: list[Sample]) -> Note | None:
    for what, (function, cure) in APPROXIMATE.items():
        if _fits(samples, function, 1):
            return Note("forward-mismatch", f"{name} is {what}", cure)
    return None


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
    """What a loss that is named like torch's makes of the same terms, if not their mean."""
    words = " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|l1", name)).lower()
    for loss in LOSSES:
        if not re.search(rf"\b({loss.called})\b", words):
            continue
        for kind, factor in itertools.product(REDUCED, (1.0, 0.5, 2.0)):
            function = _reduced(kind, factor, loss.terms)
            for flipped in (False, True):
                if _fits(samples, function, 2, loss.labels, flipped):
                    half = {1.0: "", 0.5: "half ", 2.0: "twice "}[factor]
                    said = (
                        f"{name} is {half}{REDUCED[kind]} of the terms of which {loss.title} "
                        "is the mean"
                    )
                    cure = "if torch's is meant: take the mean over all of them, without a factor"
                    return Note("forward-mismatch", said, cure)
    return None


def _fits(
    samples: list[Sample],
    function: Function,
    arguments: int,
    labels: bool = False,
    flipped: bool = False,
) -> bool:
    """Whether a function of torch's has the same values in all samples."""
    for sample in samples:
        inputs = list(sample.inputs.values())[:: -1 if flipped else 1]
        if len(inputs) != arguments or inputs[0].dtype.kind != "f":
            return False
        if arguments == 2:
            integer = inputs[1].dtype.kind in "iu"
            if integer != labels or (not labels and inputs[0].shape != inputs[1].shape):
                return False
        try:
            found = function(*[torch.from_numpy(array.copy()) for array in inputs]).numpy()
        except (RuntimeError, IndexError, ValueError):  # these shapes are not for it
            return False
        due = sample.value
        if found.shape != due.shape or not np.allclose(due, found, CLOSE, CLOSE, equal_nan=False):
            return False
    return True
