"""Gradient descent and momentum: pure update rules (parameter, gradient, state) -> the new ones.

Momentum is a velocity V that forgets. Three conventions go by that name, and the same numbers
given to two of them make two different runs:

    momentum_haykin     V ← β·V − η·G           W ← W + V       the gradient is not damped
    momentum_damped     V ← β·V − η·(1 − β)·G   W ← W + V       V is a mean of the gradients
    momentum_torch      V ← β·V + (1 − τ)·G     W ← W − η·V     no rate in V; the first V is G

Under a constant gradient G a step becomes η/(1 − β), η and η(1 − τ)/(1 − β) times G. While η stays
the same, the third with τ = 0 is the first, and the second is the first with η(1 − β) for its η.
The third with τ = β is *not* the second: its first V is the whole gradient, 1/(1 − β) times as
much, and fades with βᵗ. When η changes on the way, a past gradient keeps the rate of its time in
the first two, while the third gives the new rate to all of them.

    V = None  # before the first step
    W, V = momentum_torch(W, dW, V, rate=0.1, beta=0.9)

torch rounds W − η·V once where NumPy rounds the product and the difference (a fused multiply-add),
so that its last bit may be another. Where the product is exact, so is the agreement.

Sources: S. Haykin, "Neural Networks and Learning Machines", the generalised delta rule;
bulyaki.com, "Common extensions to Backpropagation" (2013); torch.optim.SGD.
"""

import numpy as np

from reference._expect import checked_arguments, expect_like
from reference.types import AnyShape


@checked_arguments
def gradient_descent(
    W: AnyShape, dW: AnyShape, state: None = None, rate: float = 0.1
) -> tuple[AnyShape, None]:
    """W ← W − η·G. It keeps nothing: the place of the state holds None, before and after.

    ``torch.optim.SGD(lr=rate)``. η is constant: one that falls as 1/t travels only by ln t in all.

    Raises:
        ValueError: the rate is negative or NaN.
    """
    _expect_rates("gradient_descent", rate)
    return np.asarray(W - W.dtype.type(rate) * dW), None


@checked_arguments
def momentum_haykin(
    W: AnyShape, dW: AnyShape, V: AnyShape | None = None, rate: float = 0.1, beta: float = 0.9
) -> tuple[AnyShape, AnyShape]:
    """V ← β·V − η·G,  W ← W + V, where the first V is 0: the generalised delta rule.

    Raises:
        ValueError: the rate is negative, β is not in 0..1, or V is of another shape than W.
        TypeError: V is of another dtype than W.
    """
    _expect_rates("momentum_haykin", rate, beta, W, V)
    eta, beta = W.dtype.type(rate), W.dtype.type(beta)
    V = -eta * dW if V is None else beta * V - eta * dW
    return np.asarray(W + V), np.asarray(V)


@checked_arguments
def momentum_damped(
    W: AnyShape, dW: AnyShape, V: AnyShape | None = None, rate: float = 0.1, beta: float = 0.9
) -> tuple[AnyShape, AnyShape]:
    """V ← β·V − η(1 − β)·G,  W ← W + V, where the first V is 0: η times a mean of the gradients.

    The weights of that mean are (1 − β)βᵏ for the gradient k steps ago: 1 − βᵗ⁺¹ in all, so that
    the first step is short, η(1 − β)·G.

    Raises:
        ValueError, TypeError: as ``momentum_haykin``.
    """
    _expect_rates("momentum_damped", rate, beta, W, V)
    eta, beta = W.dtype.type(rate * (1 - beta)), W.dtype.type(beta)
    V = -eta * dW if V is None else beta * V - eta * dW
    return np.asarray(W + V), np.asarray(V)


@checked_arguments
def momentum_torch(
    W: AnyShape,
    dW: AnyShape,
    V: AnyShape | None = None,
    rate: float = 0.1,
    beta: float = 0.9,
    dampening: float = 0.0,
) -> tuple[AnyShape, AnyShape]:
    """V ← β·V + (1 − τ)·G,  W ← W − η·V, where the first V is G, whatever the dampening τ.

    ``torch.optim.SGD(lr=rate, momentum=beta, dampening=dampening)``.

    Raises:
        ValueError, TypeError: as ``momentum_haykin``.
    """
    _expect_rates("momentum_torch", rate, beta, W, V)
    eta, beta, damp = (W.dtype.type(number) for number in (rate, beta, 1 - dampening))
    V = dW.copy() if V is None else beta * V + damp * dW
    return np.asarray(W - eta * V), np.asarray(V)


def _expect_rates(
    caller: str,
    rate: float,
    beta: float = 0.0,
    W: np.ndarray | None = None,
    V: np.ndarray | None = None,
) -> None:
    if not rate >= 0:
        raise ValueError(f"{caller}: rate is {rate}, expected 0 or more")
    if not 0 <= beta <= 1:
        raise ValueError(f"{caller}: beta is {beta}, expected 0 to 1")
    if V is not None and W is not None:
        expect_like(caller, "V", V, "W", W)
