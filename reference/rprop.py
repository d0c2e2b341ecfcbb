"""RProp: the sign of the gradient decides where a weight goes, its own step size how far.

In the product M = G∘G₋ of a gradient and the one before, an entry is positive where the sign of
the gradient stayed, negative where it changed, which is where a minimum was jumped over:

    Δ ← min(λ⁺Δ, Δmax) where M > 0,  max(λ⁻Δ, Δmin) where M < 0,  Δ where M = 0

All variants do this, and W ← W − sign(G)∘Δ where M ≥ 0. Where the sign changed they differ:

                the weight                              the gradient, for the next M
    rprop-      moves on, W ← W − sign(G)∘Δ             is kept
    irprop-     stays                                   G ← 0, so that Δ rests for a step
    rprop+      takes its last move back                G ← 0
    irprop+     takes it back if the error grew,        G ← 0
                else stays

The last move of an entry whose sign changes was −sign(G₋)∘Δ₋, since G₋ ≠ 0 there, so it need not
be remembered: the gradient before, its step sizes and, for irprop+, its error are the whole state.

    state = rprop_state(W, step_size=0.1)
    W, state = rprop_step(W, dW, state)

``rprop_matrix_form`` is the textbook page, ``rprop_step`` the family, made to be fast.

Sources: Riedmiller and Braun (1993) for rprop+; Riedmiller (1994) for rprop-; Igel and Hüsken,
"Empirical evaluation of the improved Rprop learning algorithms" (2003), for the other two;
bulyaki.com, "The matrix form of the RProp algorithm" (2013), for the helpers and the masks.
"""

from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from reference._expect import checked_arguments, expect_like
from reference.types import AnyShape

Variant: TypeAlias = Literal["rprop-", "irprop-", "rprop+", "irprop+"]
ProductOf: TypeAlias = Literal["gradients", "signs"]

BLOCK = 16384  # entries, of which a dozen arrays fit into a processor's own cache


class RpropState(NamedTuple):
    """What a step needs of the one before. It is never changed: each step returns a new one."""

    previous_gradient: AnyShape  # G₋, with 0 where it was forgotten
    step_size: AnyShape  # Δ, one for each weight
    previous_error: float = np.inf  # E₋, which only irprop+ looks at


@checked_arguments
def rprop_state(W: AnyShape, step_size: float = 0.1) -> RpropState:
    """The state before the first step: no gradient yet, and the same Δ for every weight.

    0.1 is the first Δ of the paper; torch calls it ``lr`` and starts at 0.01.

    Raises:
        ValueError: the step size is negative or NaN.
    """
    if not step_size >= 0:
        raise ValueError(f"rprop_state: step_size is {step_size}, expected 0 or more")
    return RpropState(np.zeros(W.shape, W.dtype), np.full(W.shape, step_size, W.dtype))


def separate_by_sign(A: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Masks A⁻, A⁰, A⁺: 1 where A is negative, zero, positive, and 0 elsewhere.

    Their sum is all ones. (A NaN is in none of them.) The original is SeparateBySign.
    """
    return (A < 0).astype(A.dtype), (A == 0).astype(A.dtype), (A > 0).astype(A.dtype)


def minimum_where_not_zero(B: np.ndarray, bound: float) -> np.ndarray:
    """min(b, bound), but 0 where b = 0. The original is MinimumWhereNotZero."""
    return np.minimum(B, B.dtype.type(bound)) * (B != 0)


def maximum_where_not_zero(B: np.ndarray, bound: float) -> np.ndarray:
    """max(b, bound), but 0 where b = 0. The original is MaximumWhereNotZero."""
    return np.maximum(B, B.dtype.type(bound)) * (B != 0)


def zero_where_negative(B: np.ndarray, A: np.ndarray | None = None) -> np.ndarray:
    """B, but 0 where A is negative (where B is, if there is no A).

    The original is ZeroWhereNegative, of B alone.
    """
    return np.where((B if A is None else A) < 0, B.dtype.type(0), B)


@checked_arguments
def rprop_matrix_form(
    W: AnyShape,
    dW: AnyShape,
    state: RpropState,
    eta_minus: float = 0.5,
    eta_plus: float = 1.2,
    step_min: float = 1e-6,
    step_max: float = 50.0,
) -> tuple[AnyShape, RpropState]:
    """One step of irprop-, as matrices. M is the meta-gradient, U the update, D the decision.

    It gives bit for bit what ``rprop_step`` gives, provided that the first step size lies in
    step_min..step_max: here a bound holds the entries that it stops and no others.

    Source: bulyaki.com, whose listing is a picture: the helpers are its own, their order is ours.
    """
    _expect_state("rprop_matrix_form", W, state)
    _expect_options("rprop_matrix_form", eta_minus, eta_plus, step_min, step_max)
    shrink, grow = W.dtype.type(eta_minus), W.dtype.type(eta_plus)
    U = state.step_size

    with np.errstate(over="ignore", under="ignore"):  # only the sign of M counts
        M = dW * state.previous_gradient
    M_minus, M_zero, M_plus = separate_by_sign(M)
    U_plus = minimum_where_not_zero(grow * U * M_plus, step_max)
    U_minus = maximum_where_not_zero(shrink * U * M_minus, step_min)
    U = U_plus + U_minus + U * M_zero
    G = zero_where_negative(dW, M)
    D = np.sign(G)
    return np.asarray(W - D * U), RpropState(np.asarray(G), np.asarray(U))


@checked_arguments
def rprop_step(
    W: AnyShape,
    dW: AnyShape,
    state: RpropState,
    variant: Variant = "irprop-",
    error: float | None = None,
    eta_minus: float = 0.5,
    eta_plus: float = 1.2,
    step_min: float = 1e-6,
    step_max: float = 50.0,
    product_of: ProductOf = "gradients",
) -> tuple[AnyShape, RpropState]:
    """One step of any variant: the new W and the new state, from W, its gradient and the state.

    ``error`` is L at W, which irprop+ compares with that of the step before, over all of W at once.
    The parameters of one network are given the same one.

    "irprop-" is ``torch.optim.Rprop``, bit for bit: every Δ is held in step_min..step_max at every
    step, also one that did not change; and the sign of M is the sign of the product, which in
    float32 underflows to 0 where both gradients are below some 1e-23, so that Δ rests there.
    With ``product_of="signs"`` M is sign(G)∘sign(G₋), which does not.

    A NaN in the gradient makes its weight NaN. The product ∞·0 counts as 0. (It is NaN in torch.)

    Raises:
        ValueError: not 0 < eta_minus < 1 < eta_plus, or not 0 <= step_min <= step_max; a state of
            another shape; irprop+ without an error.
        TypeError: a state of another dtype.
    """
    _expect_state("rprop_step", W, state)
    _expect_options("rprop_step", eta_minus, eta_plus, step_min, step_max)
    if variant == "irprop+" and error is None:
        raise ValueError("rprop_step: error is None; irprop+ needs the error at W")
    error = np.inf if error is None else float(error)
    forgets = variant != "rprop-"
    takes_back = variant == "rprop+" or (variant == "irprop+" and error > state.previous_error)

    before = (W, dW, state.previous_gradient, state.step_size)
    after = [np.empty(W.shape, W.dtype) for _ in range(3)]
    flat_before = [array.reshape(-1) for array in before]
    flat_after = [array.reshape(-1) for array in after]
    # Full arrays, since np.maximum of an array and a number takes four times as long.
    shrink, low, high = np.array([[eta_minus], [step_min], [step_max]], W.dtype).repeat(
        min(BLOCK, W.size), axis=1
    )
    grow = W.dtype.type(eta_plus)

    for start in range(0, W.size, BLOCK):
        block = slice(start, start + BLOCK)
        w, g, g_before, step_before = (array[block] for array in flat_before)
        new_w, new_g, step = (array[block] for array in flat_after)
        n = len(w)

        M = _product(g, g_before, product_of)
        changed = M < 0

        # λ⁺ where M > 0, 1 where M = 0, λ⁻ where M < 0: max(λ⁺M⁺, M⁺ + M⁰, λ⁻), as λ⁻ < 1 < λ⁺.
        factor = (M > 0).astype(W.dtype)
        factor *= grow
        np.maximum(factor, (~changed).astype(W.dtype), out=factor)
        np.maximum(factor, shrink[:n], out=factor)
        np.multiply(step_before, factor, out=step)
        np.maximum(step, low[:n], out=step)
        np.minimum(step, high[:n], out=step)

        new_g[:] = g
        if forgets:
            np.putmask(new_g, changed, 0)
        move = np.sign(new_g)
        move *= step
        np.subtract(w, move, out=new_w)
        if takes_back:
            new_w += np.sign(g_before) * step_before * changed
    return after[0], RpropState(after[1], after[2], error)


def _product(G: np.ndarray, previous: np.ndarray, product_of: ProductOf) -> np.ndarray:
    """M, of which only the sign counts, so that it may overflow or, as asked for, underflow."""
    if product_of == "signs":
        return np.sign(G) * np.sign(previous)
    with np.errstate(over="ignore", under="ignore"):
        return G * previous


def _expect_state(caller: str, W: np.ndarray, state: RpropState) -> None:
    if not isinstance(state, RpropState):
        raise TypeError(f"{caller}: state is a {type(state).__name__}, expected an RpropState")
    expect_like(caller, "state.previous_gradient", state.previous_gradient, "W", W)
    expect_like(caller, "state.step_size", state.step_size, "W", W)


def _expect_options(
    caller: str, eta_minus: float, eta_plus: float, step_min: float, step_max: float
) -> None:
    if not 0 < eta_minus < 1:
        raise ValueError(f"{caller}: eta_minus is {eta_minus}, expected between 0 and 1")
    if not eta_plus > 1:
        raise ValueError(f"{caller}: eta_plus is {eta_plus}, expected more than 1")
    if not 0 <= step_min <= step_max:
        raise ValueError(
            f"{caller}: step_min is {step_min} and step_max {step_max}, "
            "expected 0 <= step_min <= step_max"
        )
