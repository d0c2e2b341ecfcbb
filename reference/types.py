"""What goes in and what comes out: arrays that carry their shapes.

A signature such as ``X: Float[np.ndarray, "N D"]`` says everything that there is to know about an
argument, to the reader and to the oracle, which draws its random arrays from it: names are sizes
(equal names, equal sizes), ``*shape`` is any number of axes, ``Int`` is an integer array.

Words in an ``Annotated`` type say what the values mean: ``labels(C)`` are integers 0..C-1,
``probabilities`` are rows that sum to 1, ``unit`` lies in (0, 1), and targets also at its ends,
``positive`` is above 0, ``nonnegative`` not below it. ``fixed`` is data: nothing is differentiated
with respect to it, and its place among the gradients holds None, as an integer argument's does.

An option that is a whole number says its limits: ``from(1)``, ``to(window//2)``, and ``divides(D)``
where it has to divide a size. A size may be spoken of by options too, such as ``D//groups``.
"""

from collections.abc import Callable
from typing import Annotated, TypeAlias

import numpy as np
from jaxtyping import Float, Int

# One sample a row, one number or more a sample: (N,), (N, M), (N, H, W), ...
Samples: TypeAlias = Float[np.ndarray, "N *outputs"]
PerSample: TypeAlias = Float[np.ndarray, "N"]
Weights: TypeAlias = Annotated[Float[np.ndarray, "N"], "nonnegative"]
ClassWeights: TypeAlias = Annotated[Float[np.ndarray, "C"], "nonnegative"]
AnyShape: TypeAlias = Float[np.ndarray, "*shape"]

Logits: TypeAlias = Float[np.ndarray, "N C"]
Probabilities: TypeAlias = Annotated[Float[np.ndarray, "N C"], "probabilities"]
UnitSamples: TypeAlias = Annotated[Float[np.ndarray, "N *outputs"], "unit"]

# Targets are data.
Targets: TypeAlias = Annotated[Float[np.ndarray, "N *outputs"], "fixed"]
UnitTargets: TypeAlias = Annotated[Float[np.ndarray, "N *outputs"], "unit fixed"]
SoftLabels: TypeAlias = Annotated[Float[np.ndarray, "N C"], "nonnegative fixed"]
Labels: TypeAlias = Annotated[Int[np.ndarray, "N"], "labels(C)"]
Indices: TypeAlias = Annotated[Int[np.ndarray, "*shape"], "labels(K)"]

# Misclassification costs: the true class is the row, the predicted one the column.
CostMatrix: TypeAlias = Annotated[Float[np.ndarray, "C C"], "fixed"]
ClassFactors: TypeAlias = Annotated[Float[np.ndarray, "C"], "positive fixed"]
Confusion: TypeAlias = Annotated[Int[np.ndarray, "C C"], "fixed"]

# An axis of the first argument, counted from the front or, if negative, from the back.
Axis: TypeAlias = Annotated[int, "axis"]

# Images, one a sample: channels, rows, columns; and how a window slides over them.
Images: TypeAlias = Float[np.ndarray, "N D I J"]
Window: TypeAlias = Annotated[int, "from(1)"]
Stride: TypeAlias = Annotated[int, "from(1)"]
Dilation: TypeAlias = Annotated[int, "from(1)"]
Padding: TypeAlias = Annotated[int, "from(0)"]
PoolPadding: TypeAlias = Annotated[int, "from(0) to(window//2)"]
Groups: TypeAlias = Annotated[int, "from(1) divides(D) divides(M)"]

# pullback(dY) -> one gradient for each array argument, in the order of the arguments.
Pullback: TypeAlias = Callable[..., tuple[np.ndarray | None, ...]]
