"""The gradient of another loss, or of shifted labels."""

from collections.abc import Callable, Iterator

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.mistakes.scale import matching, product
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.truth.recording import Value

Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _softmax(z: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


FORMULAS: dict[str, tuple[str, Formula]] = {
    "p − t": ("squared error", lambda p, t: p - t),
    "sign(p − t)": ("absolute error", lambda p, t: np.sign(p - t)),
    "(p − t)/(p(1 − p))": ("binary cross-entropy", lambda p, t: (p - t) / (p * (1 - p))),
    "−t/p": ("cross-entropy", lambda p, t: -t / p),
    "(1 − t)/(1 − p)": ("half of the binary cross-entropy", lambda p, t: (1 - t) / (1 - p)),
    "σ(z) − t": ("binary cross-entropy on logits", lambda z, t: _sigmoid(z) - t),
    "softmax(z) − t": ("softmax cross-entropy", lambda z, t: _softmax(z, -1) - t),
    "softmax(z) − t by columns": ("softmax cross-entropy", lambda z, t: _softmax(z, 0) - t),
    "(p − t)p(1 − p)": ("squared error of a sigmoid", lambda p, t: (p - t) * p * (1 - p)),
    "(σ − t)σ(1 − σ)": (
        "squared error of a sigmoid",
        lambda z, t: (_sigmoid(z) - t) * _sigmoid(z) * (1 - _sigmoid(z)),
    ),
    "(p − t)³": ("the fourth power of the error", lambda p, t: (p - t) ** 3),
    "tanh(p − t)": ("log cosh of the error", lambda p, t: np.tanh(p - t)),
}


def suspicions(target: Target) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    if evidence is None or of is None or target.got.shape != target.true.shape:
        return
    if any(len(value.shape) > 1 for value in evidence.outputs.values()):
        return  # a layer: a loss is a number, or one of each sample
    yield from _at(target, of)
    reached = evidence.after_value(of)
    for value in evidence.forward:  # of a parameter: by way of the prediction
        if id(value) in reached and value is not of and len(value.shape) <= 2:
            yield from _at(target, value)


def _at(target: Target, of: Value) -> Iterator[Suspicion]:
    """The losses of which some intermediate is the prediction."""
    evidence = target.evidence
    assert evidence is not None
    assert target.of is not None
    prediction = evidence.number(of)
    if prediction.size < 2:
        return
    unshifted: dict[tuple[str, str], np.ndarray] = {}
    for shift, targets in _targets(target, prediction.shape):
        for formula, (loss, rule) in FORMULAS.items():
            with np.errstate(all="ignore"):
                predicted = rule(prediction, targets)
            if predicted.shape != prediction.shape or not np.isfinite(predicted).all():
                continue
            for weight, weighted in _weighted(target, predicted):
                if not shift:
                    unshifted[formula, weight] = weighted
                if of is not target.of:
                    if not _may_be_multiple(target, of, weighted):
                        continue
                    weighted = evidence.carried_to(of, weighted, target.of)
                if not shift or _is_own(target, of, unshifted.get((formula, weight))):
                    yield from _of_formula(target, formula, loss, shift, weight, weighted)


def _is_own(target: Target, of: Value, predicted: np.ndarray | None) -> bool:
    """True if a formula, with unshifted labels, is the gradient of the forward's own loss."""
    assert target.evidence is not None
    assert target.of is not None
    if predicted is not None and of is not target.of:
        predicted = target.evidence.carried_to(of, predicted, target.of)
    return predicted is not None and multiple(target.true, predicted) is not None


def _may_be_multiple(target: Target, of: Value, error: np.ndarray) -> bool:
    """True if the candidate may be a multiple of a gradient at an intermediate, carried back."""
    evidence = target.evidence
    assert evidence is not None
    assert target.of is not None
    probes = evidence.probes(of, target.of)
    if not probes:
        return True
    (came, given), (came_too, given_too) = (
        (float(np.sum(r * target.got)), float(np.sum(forth * error))) for r, forth in probes
    )
    return bool(np.isclose(came * given_too, came_too * given, rtol=1e-6, atol=1e-300))


def _of_formula(
    target: Target, formula: str, loss: str, shift: str, weight: str, predicted: np.ndarray
) -> Iterator[Suspicion]:
    ratio = multiple(target.got, predicted)
    if ratio is None or multiple(target.got, target.true) is not None:
        return
    for expression in matching(ratio, target.sizes):
        times = "" if expression[0] == 1 and not expression[1] else f"{product(*expression)}·"
        if shift:
            yield Suspicion(
                ("labels", shift, formula, expression), "labels-shifted",
                f"{{name}} belongs to labels that are {shift}",
                "use the labels as the forward does", lambda: ratio * predicted, rank=7,
            )  # fmt: skip
        else:
            yield Suspicion(
                ("loss", formula, weight, expression), "gradient-of-another-loss",
                f"{{name}} is {times}({formula}), the gradient of {loss}, another loss",
                "differentiate the loss that the forward computes",
                lambda: ratio * predicted, rank=10,
            )  # fmt: skip


def _targets(target: Target, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
    """Targets among the inputs, one-hot where they are labels; and those one off."""
    evidence = target.evidence
    assert evidence is not None
    arrays = evidence.trial.arrays
    for argument in target.subject.arguments:
        array = arrays[argument.name]
        if argument.values == "mask":
            continue
        if argument.integer and len(shape) == 2 and array.ndim == 1:
            for classes in {1, 0}:
                if shape[1 - classes] != len(array):
                    continue
                count = shape[classes]
                for said, moved in (
                    ("", array),
                    ("one too small", array - 1),
                    ("one too large", array + 1),
                ):
                    onehot = np.eye(count)[moved % count]
                    yield said, onehot if classes == 1 else onehot.T
        elif array.shape == shape and (evidence.inputs.get((argument.name,)) is not target.of):
            yield "", array.astype(float)
            if array.ndim >= 1 and len(array) > 1:
                yield "those of the sample before", np.roll(array, 1, axis=0).astype(float)
                yield "those of the sample after", np.roll(array, -1, axis=0).astype(float)


def _weighted(target: Target, predicted: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """As it is, and times the upstream of each sample."""
    yield "", predicted
    evidence = target.evidence
    assert evidence is not None
    if target.subject.has_upstream and len(evidence.upstreams) == 1:
        (upstream,) = evidence.upstreams.values()
        if upstream.shape in (predicted.shape, ()):
            yield "upstream", predicted * upstream
        elif upstream.ndim == 1 and predicted.ndim == 2 and len(upstream) == len(predicted):
            yield "upstream", predicted * upstream[:, None]
