"""Misclassification costs: C[i, k] is what it costs to take class i for class k.

**The true class is the row, the predicted class the column**, here and in the confusion matrix.
``misclassification_costs`` makes such a matrix and checks it, once; all else takes it as it is.
Costs are data: nothing is differentiated with respect to them. As in losses.py, ℓ is one number a
sample.

A network can be made to mind costs by having them for its loss (``softmax_expected_cost``), or by
factors in another. Kukar and Kononenko's four ways are factors. They start from the cost vector E,
what a mistake on each class costs on the average (``cost_vector``), and share one derivation,

    p′ = a∘p / Σ a∘p        ℓ = ½ Σ f∘(p′ − t)²        t = onehot(y)

    1  cost-sensitive classification   a = E when deciding, and an ordinary training
    2  adapting the output             a = E when deciding and when training
    3  adapting the learning rate      f = E[y]/max E, the same for all outputs
    4  minimising the cost             f = K[y]∘K[y], K being C with E on its diagonal

with f = 1 in the first two and p′ = p, whatever its sum, in the last two. They are the functions
``rescaled_probabilities`` and ``weighted_squared_error``, with tables of f, a row a class, by
``rate_factors`` and ``cost_factors``. Where all mistakes cost the same c, E and K are c throughout,
and each way is ordinary backpropagation, the fourth at c² times the rate.

Source: Kukar and Kononenko, "Cost-sensitive learning with neural networks" (ECAI 1998).
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from reference._expect import FLOATS, checked, checked_arguments
from reference.types import (
    ClassFactors,
    Confusion,
    CostMatrix,
    Labels,
    Logits,
    PerSample,
    Probabilities,
    Pullback,
)


def misclassification_costs(
    costs: Any, allow_negative: bool = False, allow_diagonal: bool = False
) -> CostMatrix:
    """A read-only copy of the costs, of which is known that they make sense.

    ``costs`` is an array or a list of rows. Floating numbers keep their dtype, integers become
    float64. A negative cost is a gain, and a cost on the diagonal is the price of a right answer:
    both are mistakes more often than not, and have to be allowed.

    Raises:
        TypeError: the entries are not real numbers, or floating but not float32 or float64.
        ValueError: the matrix is not square, or an entry is not finite, negative or, on the
            diagonal, not 0.
    """
    try:
        C = np.array(costs)
    except ValueError as error:
        raise ValueError(f"misclassification_costs: costs is no matrix: {error}") from error
    if C.dtype.kind in "iu":
        C = C.astype(np.float64)
    if C.dtype not in FLOATS:
        raise TypeError(
            f"misclassification_costs: costs has dtype {C.dtype}, expected real numbers"
        )
    if C.ndim != 2 or C.shape[0] != C.shape[1]:
        raise ValueError(
            f"misclassification_costs: costs has shape {C.shape}, expected a square matrix (C, C), "
            "a row for each true class and a column for each predicted one"
        )
    right = np.eye(len(C), dtype=bool)
    for wrong, expected in (
        (~np.isfinite(C), "a finite number"),
        ((C < 0) & (not allow_negative), "0 or more, or allow_negative=True"),
        (right & (C != 0) & (not allow_diagonal), "0 where k = i, or allow_diagonal=True"),
    ):
        if wrong.any():
            i, k = np.argwhere(wrong)[0]
            raise ValueError(
                f"misclassification_costs: costs[{i}, {k}] is {C[i, k]}, expected {expected}"
            )
    C.setflags(write=False)
    return C


@checked
def expected_cost(P: Probabilities, y: Labels, costs: CostMatrix) -> tuple[PerSample, Pullback]:
    """ℓ = Σₖ C[y, k]·pₖ, the cost to be expected if class k is predicted with probability pₖ.

    dP = dℓ∘C[y], whatever P is: ℓ is linear.

    With the cost of 1 for every mistake, ℓ = 1 − p_y.

    Source: the mean of C[y, k] over k.
    """
    c = costs[y]
    losses = (c * P).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None, None]:
        return c * dlosses[:, None], None, None

    return losses, pullback


@checked
def softmax_expected_cost(Z: Logits, y: Labels, costs: CostMatrix) -> tuple[PerSample, Pullback]:
    """ℓ = Σₖ C[y, k]·pₖ with p = softmax(z): ``expected_cost`` on logits.

    dZ = dℓ∘P∘(C[y] − ℓ): each class is pushed down by how much dearer it is than the average. A
    constant added to a row of C adds itself to ℓ and leaves dZ as it is, for Σp = 1.

    ℓ is bounded, by the dearest mistake, hence not convex: where the network is sure and wrong, P
    is nearly 0 or 1, and dZ nearly 0. The cross-entropy has a gradient there.

    A logit of −∞ is a mask, as for softmax.

    Source: ``softmax``, dZ = P∘(dP − Σ dP∘P), with dP = C[y].
    """
    P = Z - Z.max(axis=1, keepdims=True)
    np.exp(P, out=P)
    P /= P.sum(axis=1, keepdims=True)
    c = costs[y]
    losses = (c * P).sum(axis=1)

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None, None]:
        dZ = c - losses[:, None]
        dZ *= P
        dZ *= dlosses[:, None]
        return dZ, None, None

    return losses, pullback


@checked
def cost_weighted_cross_entropy(
    Z: Logits, y: Labels, factors: ClassFactors
) -> tuple[PerSample, Pullback]:
    """ℓ = f_y·(ln Σeᶻ − z_y), the cross-entropy times the factor of the true class.

    dZ = dℓ∘f_y∘(P − onehot(y)).

    With f = E/max E it is the third way, on cross-entropy. ``reduce`` divides its sum by N; torch's
    ``cross_entropy(weight=f)`` divides by Σf_y, and so does ``weighted_reduce`` with w = f[y] on
    the plain cross-entropy.

    A logit of −∞ is a mask; if it is the label's, ℓ is ∞.

    Source: ``class_weights`` and ``softmax_cross_entropy_with_labels``.
    """
    n = np.arange(len(Z))
    f = factors[y]
    P = Z - Z.max(axis=1, keepdims=True)
    losses = -P[n, y]
    np.exp(P, out=P)
    S = P.sum(axis=1)
    losses += np.log(S)
    losses *= f

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None, None]:
        weighted = f * dlosses
        dZ = P * (weighted / S)[:, None]
        dZ[n, y] -= weighted
        return dZ, None, None

    return losses, pullback


@checked
def rescaled_probabilities(P: Probabilities, factors: ClassFactors) -> tuple[Logits, Pullback]:
    """P′ = a∘P / Σ a∘P, each class given the weight of its factor: the first and the second way.

    With r = a/Σ(a∘p), so that p′ = r∘p:  dP = r∘(dP′ − Σ dP′∘P′).

    The factors only count by their ratios. After a softmax this is softmax(Z + ln a): a bias. The
    first way takes P′.argmax(axis=1) of a network trained without it; where each class has one
    cost, C[i, k] = E[i] for all k ≠ i, that is ``minimum_cost_decisions``.

    Where Σ a∘p = 0, P′ is NaN.

    Source: the quotient rule. Kukar and Kononenko have this formula for the first way; we take it
    for the second too. (Read without the denominator, that is p′ = a∘p and dP = a∘dP′.)
    """
    P_new = factors * P
    S = P_new.sum(axis=1, keepdims=True)
    P_new /= S

    def pullback(dP_new: np.ndarray) -> tuple[np.ndarray, None]:
        dP = dP_new - (dP_new * P_new).sum(axis=1, keepdims=True)
        dP *= factors / S
        return dP, None

    return P_new, pullback


@checked
def weighted_squared_error(
    A: Float[np.ndarray, "N C"], y: Labels, factors: CostMatrix
) -> tuple[PerSample, Pullback]:
    """ℓ = ½ Σᵢ F[y, i]·(aᵢ − tᵢ)² with t = onehot(y): a factor for each true class and output.

    dA = dℓ∘F[y]∘(A − T).

    F = 1 is ``squared_error``, ``rate_factors`` the third way and ``cost_factors`` the fourth.

    Source: Kukar and Kononenko, with K² for F.
    """
    error = A.copy()
    error[np.arange(len(A)), y] -= 1
    weighted = factors[y] * error
    losses = (weighted * error).sum(axis=1) / 2

    def pullback(dlosses: np.ndarray) -> tuple[np.ndarray, None, None]:
        return weighted * dlosses[:, None], None, None

    return losses, pullback


@checked_arguments
def cost_vector(costs: CostMatrix, priors: ClassFactors) -> ClassFactors:
    """E[i] = Σ_{j≠i} P(j)·C[i, j] / (1 − P(i)), what a mistake on class i costs on the average.

    Of the priors P only the ratios count, so that the numbers of samples will do: 1 − P(i) is
    their sum over j ≠ i. The diagonal of C is not looked at. (Zhou and Liu (2006) use the sums of
    the rows, C.sum(axis=1), in its place.)

    Raises:
        ValueError: a prior is negative, or there is none but that of one class.
    """
    if not (priors >= 0).all():
        raise ValueError(f"cost_vector: priors are {priors}, expected 0 or more")
    others = priors * (1 - np.eye(len(priors), dtype=priors.dtype))
    total = others.sum(axis=1)
    if not total.all():
        raise ValueError(f"cost_vector: priors are {priors}, expected two classes with one above 0")
    E: np.ndarray = (others * costs).sum(axis=1) / total
    return E


@checked_arguments
def rate_factors(E: ClassFactors) -> CostMatrix:
    """F[i, k] = E[i]/max E, the third way: the learning rate of a sample is that of its class.

    The dearest class keeps the full rate, the others have less, for the sake of convergence. A rate
    of its own for each sample is a weight of its loss: ``class_weights`` with E/max E does the same
    to any loss. (And Joshi's rate η + c·C[y, k], k being the predicted class, is the weight
    1 + (c/η)·C[y, k].)

    Raises:
        ValueError: no class costs anything.
    """
    if not E.max(initial=0) > 0:
        raise ValueError(f"rate_factors: E is {E}, expected a cost above 0")
    return np.repeat((E / E.max())[:, None], len(E), axis=1)


@checked_arguments
def cost_factors(costs: CostMatrix, E: ClassFactors) -> CostMatrix:
    """F = K∘K with K[i, k] = C[i, k] off the diagonal and K[i, i] = E[i]: the fourth way.

    The second index of K is the output unit, here: the error of a unit costs what the choice of its
    class would, and that of the right unit what a mistake costs on the average.

    The other reading, of a later paper, is the predicted class: one factor K[y, k]² with k =
    A.argmax(axis=1) for all units of a sample, a weight of its ``squared_error``. That loss jumps
    where the prediction changes and has this gradient between the jumps. K is divided by max C
    there, which is ``cost_factors(C / C.max(), E / C.max())`` here.
    """
    K = costs.copy()
    np.fill_diagonal(K, E)
    return K * K


@checked_arguments
def decision_costs(P: Probabilities, costs: CostMatrix) -> Float[np.ndarray, "N C"]:
    """R = P·C: R[n, k] = Σᵢ P[n, i]·C[i, k], the cost to be expected if k is decided on."""
    return P @ costs


@checked_arguments
def minimum_cost_decisions(P: Probabilities, costs: CostMatrix) -> Int[np.ndarray, "N"]:
    """The class with the lowest of the ``decision_costs``, of equal ones the first.

    It need not be the most probable one, which it is where all mistakes cost the same.
    """
    decisions: np.ndarray = decision_costs(P, costs).argmin(axis=1)
    return decisions


@checked_arguments
def confusion_matrix(
    y: Int[np.ndarray, "N"], predicted: Int[np.ndarray, "N"], classes: int
) -> Confusion:
    """How often class i (the row) was taken for class k (the column).

    Raises:
        ValueError: a label is not one of 0..classes−1.
    """
    for name, labels in (("y", y), ("predicted", predicted)):
        outside = labels[(labels < 0) | (labels >= classes)]
        if outside.size:
            raise ValueError(
                f"confusion_matrix: {name} holds {outside[0]}, expected 0 to {classes - 1}"
            )
    pairs = y.astype(np.intp) * classes + predicted.astype(np.intp)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


@checked_arguments
def total_cost(confusion: Confusion, costs: CostMatrix) -> float:
    """Σ confusion∘C, what all predictions cost together. (A transposed C gives another figure.)"""
    return float((confusion * costs).sum())


@checked_arguments
def mean_cost(confusion: Confusion, costs: CostMatrix) -> float:
    """The total cost per sample.

    Raises:
        ValueError: there is no sample.
    """
    samples = confusion.sum()
    if samples == 0:
        raise ValueError("mean_cost: the confusion matrix is empty; the total cost is 0")
    return total_cost(confusion, costs) / float(samples)
