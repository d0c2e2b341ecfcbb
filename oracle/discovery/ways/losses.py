"""The usual losses, each a reading of a network that computes none."""

from collections.abc import Callable
from typing import Any

import numpy as np

from oracle.subject import Argument

Loss = Callable[[Any, Any, int], Any]  # (output, targets, the samples' axis) -> a number


def _samples(a: Any, axis: int) -> int:
    shape = np.shape(a)
    return int(shape[axis]) if len(shape) > axis else 1


def _squares(a: Any, y: Any) -> Any:
    return ((a - y) ** 2).sum()


def _bce(a: Any, y: Any) -> Any:
    return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum()


def _ce(a: Any, y: Any) -> Any:
    return -(y * np.log(a)).sum()


def _ce_labels(a: Any, y: Any, axis: int) -> Any:
    flat = np.asarray(y).reshape(-1)
    rows = np.arange(flat.size)
    return -np.log(a[rows, flat] if axis == 0 else a[flat, rows]).sum()


FLOATS: dict[str, Loss] = {
    "½ Σ (a − y)²": lambda a, y, axis: 0.5 * _squares(a, y),
    "Σ (a − y)²": lambda a, y, axis: _squares(a, y),
    "½ Σ (a − y)², mean over samples": lambda a, y, axis: 0.5 * _squares(a, y) / _samples(a, axis),
    "Σ (a − y)², mean over samples": lambda a, y, axis: _squares(a, y) / _samples(a, axis),
    "mean of (a − y)²": lambda a, y, axis: _squares(a, y) / np.size(a),
    "½ mean of (a − y)²": lambda a, y, axis: 0.5 * _squares(a, y) / np.size(a),
    "binary cross-entropy, sum": lambda a, y, axis: _bce(a, y),
    "binary cross-entropy, mean over samples": lambda a, y, axis: _bce(a, y) / _samples(a, axis),
    "binary cross-entropy, mean": lambda a, y, axis: _bce(a, y) / np.size(a),
    "cross-entropy, sum": lambda a, y, axis: _ce(a, y),
    "cross-entropy, mean over samples": lambda a, y, axis: _ce(a, y) / _samples(a, axis),
}
LABELS: dict[str, Loss] = {
    "cross-entropy of labels, sum": _ce_labels,
    "cross-entropy of labels, mean over samples": lambda a, y, axis: (
        _ce_labels(a, y, axis) / _samples(a, axis)
    ),
}


def samples_axis(data: Argument | None, targets: Argument | None) -> int:
    """The axis of the data that counts the samples: the one that the targets have as well."""
    if data is None or len(data.dims) != 2:
        return 0
    shared = set(data.dims) & set(targets.dims if targets is not None else ())
    if len(shared) == 1:
        return data.dims.index(shared.pop())
    return int(data.dims[0] not in ("N", "m", "n_samples", "batch", "B", "M", "n_ex"))
