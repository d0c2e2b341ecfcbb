"""The same gradients a second time, not by recursion: Jacobians written out and multiplied.

A layer z = a·W + b, a' = f(z) changes by da' = D·Wᵀ·da, differentials being columns, with

    D = ∂a'/∂z    diagonal where f acts entry by entry, diag(p) − ppᵀ where it is a softmax

so that of a network of K layers, the sample's own D₁ … D_K being all that depends on it,

    J = ∂a_K/∂x = D_K·W_Kᵀ·D_{K−1}·W_{K−1}ᵀ ⋯ D₁·W₁ᵀ

and every gradient is a piece of this one product: from the left up to D_k it is ∂a_K/∂z_k, and

    dW_k = Σₙ a_{k−1}·(dA·D_K·W_Kᵀ ⋯ D_{k+1}·W_{k+1}ᵀ·D_k),    dA a row, a_{k−1} a column

No Dᵀ stands here, as dA is a row; read as columns, which Mishachev has, it is the transposed
D_kᵀ·W_{k+1}·D_{k+1}ᵀ ⋯ W_K·D_Kᵀ·dAᵀ. (Most D are symmetric, log_softmax's is not.) A bias is the
weight of a constant coordinate 1 of a: its own gradient is that sum without a_{k−1}, and as the 1
does not change with x, a W whose first row is the bias stands in J without that row.

Backpropagation brackets the product from the left, and a vector times a matrix is all it ever does.
What is spelled out here is for small networks and for proofs; ``network.py`` is for use.

Sources: N. Mishachev, "Backpropagation in matrix notation", arXiv:1707.02746, for the explicit
product; D. Ostwald and F. Usée, arXiv:2107.09384, for the row that is dropped; C. Bishop, "Pattern
Recognition and Machine Learning", 5.3.4, for the Jacobian of a network; E. Bendersky,
"Backpropagation through a fully-connected layer" (2018), and J. Johnson, "Backpropagation for a
Linear Layer" (2017), for an affine layer's Jacobians and what they would cost.
"""

import functools
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Float

from reference._expect import checked_arguments, expect_like
from reference.network import Bias, Layer, Matrix, Trace, Weights, forward_sweep


def activation_jacobians(trace: Trace) -> list[Float[np.ndarray, "N M M"]]:
    """D[n, j, i] = ∂aₙⱼ/∂zₙᵢ, (N, M, M), of each layer: row j is the pullback of the unit vector j.

    No derivative is written a second time: the activation's own pullback is asked M times.
    """
    Ds = []
    for Z, pullback in zip(trace.Z, trace.pullbacks):
        N, M = Z.shape
        D = np.empty((N, M, M), Z.dtype)
        for j in range(M):
            unit = np.zeros_like(Z)
            unit[:, j] = 1
            (D[:, j],) = pullback(unit)
        Ds.append(D)
    return Ds


def jacobian_factors(X: Matrix, layers: Sequence[Layer]) -> list[np.ndarray]:
    """[D_K, W_Kᵀ, …, D₁, W₁ᵀ], as the product has them: (N, M, M) and (M, D) in turn.

    W without its first row where that is the bias. Of layer k, counted from 1, the first
    2(K − k) + 1 factors make ∂a_K/∂z_k, and one more makes ∂a_K/∂a_{k−1}.

    Raises:
        TypeError, ValueError: as ``forward_sweep``.
    """
    return _factors(layers, forward_sweep(X, layers))


def network_jacobian(X: Matrix, layers: Sequence[Layer]) -> Float[np.ndarray, "N M D"]:
    """J[n] = ∂a_K/∂x = D_K·W_Kᵀ ⋯ D₁·W₁ᵀ of sample n, outputs by inputs: (N, M, D).

    Raises:
        TypeError, ValueError: as ``forward_sweep``.

    Source: C. Bishop, 5.3.4.
    """
    return _product(jacobian_factors(X, layers))


def jacobian_vector_product(X: Matrix, layers: Sequence[Layer], V: Matrix) -> Matrix:
    """J·V, one row a sample, (N, D) to (N, M): how A changes if X moves along V.

    D_K·(W_Kᵀ ⋯ (D₁·(W₁ᵀ·v))), bracketed from the right: forward, as the layers run, without J.

    Raises:
        TypeError, ValueError: as ``forward_sweep``, or V is not shaped as X.
    """
    factors = jacobian_factors(X, layers)
    expect_like("jacobian_vector_product", "V", V, "X", X)
    column = V[:, :, None]
    for factor in reversed(factors):
        column = factor @ column
    return column[:, :, 0]


def vector_jacobian_product(X: Matrix, layers: Sequence[Layer], dA: Matrix) -> Matrix:
    """dX = dA·J, one row a sample, (N, M) to (N, D): the gradient of X if that of A is dA.

    (((dA·D_K)·W_Kᵀ) ⋯ D₁)·W₁ᵀ, bracketed from the left, which is backpropagation, without J.

    Raises:
        TypeError, ValueError: as ``forward_sweep``, or dA is not shaped as the last A.
    """
    trace = forward_sweep(X, layers)
    expect_like("vector_jacobian_product", "dA", dA, "the last A", trace.A[-1])
    row = dA[:, None, :]
    for factor in _factors(layers, trace):
        row = row @ factor
    return row[:, 0, :]


def weight_gradient(
    X: Matrix, layers: Sequence[Layer], k: int, dA: Matrix
) -> tuple[Weights, Bias | None]:
    """dW and db of ``layers[k]``, dA being the gradient of the network's output: (D, M) and (M,).

    dW = Σₙ aₙ·(dAₙ·∂a_K/∂z), db = Σₙ dAₙ·∂a_K/∂z, with ∂a_K/∂z = D_K·W_Kᵀ ⋯ D_k multiplied out
    for each sample, and a what entered the layer. db is None where b is; where W's first row is the
    bias, a begins with a 1, and dW with db.

    Raises:
        TypeError, ValueError: as ``forward_sweep``, or dA is not shaped as the last A, or there is
            no such layer.

    Source: N. Mishachev, arXiv:1707.02746.
    """
    trace = forward_sweep(X, layers)
    expect_like("weight_gradient", "dA", dA, "the last A", trace.A[-1])
    if not 0 <= k < len(layers):
        raise ValueError(f"weight_gradient: k is {k}, expected 0 to {len(layers) - 1}")
    above = len(layers) - 1 - k
    J_k = _product(_factors(layers, trace)[: 2 * above + 1])  # D_K·W_Kᵀ ⋯ D_k
    A_prev = trace.A[k - 1] if k else X
    if layers[k].bias_row:
        A_prev = np.column_stack([np.ones_like(A_prev, shape=len(A_prev)), A_prev])
    rows = (dA[:, None, :] @ J_k)[:, 0, :]
    dW = A_prev.T @ rows  # Σₙ column·row
    return dW, None if layers[k].b is None else rows.sum(axis=0)


def _factors(layers: Sequence[Layer], trace: Trace) -> list[np.ndarray]:
    factors = []
    for layer, D in zip(reversed(layers), reversed(activation_jacobians(trace))):
        W = layer.W[1:] if layer.bias_row else layer.W
        factors += [D, W.T.copy()]
    return factors


def _product(factors: list[np.ndarray]) -> np.ndarray:
    return functools.reduce(np.matmul, factors)


@checked_arguments
def affine_weight_jacobian(
    X: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D M"]
) -> Float[np.ndarray, "NM DM"]:
    """∂Z/∂W of Z = XW + b, (N·M, D·M): X⊗I, both Z and W read row after row.

    ∂zₙⱼ/∂w_di is xₙ_d if i = j, else 0: for each n and d a block of M×M with xₙ_d on its diagonal.
    One entry in M is not 0 (if none of X is). W gives its shape alone.
    """
    return np.kron(X, np.eye(W.shape[1], dtype=X.dtype))


@checked_arguments
def affine_columns_weight_jacobian(
    X: Float[np.ndarray, "D N"], W: Float[np.ndarray, "M D"]
) -> Float[np.ndarray, "MN MD"]:
    """∂Z/∂W of Z = WX + b, (M·N, M·D): I⊗Xᵀ, both Z and W read row after row.

    For a single x, row i is zero but for the i-th of its M blocks, which is x.

    Source: E. Bendersky, "Backpropagation through a fully-connected layer" (2018).
    """
    return np.kron(np.eye(len(W), dtype=X.dtype), X.T)


@checked_arguments
def affine_input_jacobian(
    X: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D M"]
) -> Float[np.ndarray, "NM ND"]:
    """∂Z/∂X of Z = XW + b, (N·M, N·D): I⊗Wᵀ, a block Wᵀ for each sample, as none sees another.

    X gives its shape alone.

    Source: J. Johnson, "Backpropagation for a Linear Layer" (2017).
    """
    return np.kron(np.eye(len(X), dtype=X.dtype), W.T)


@checked_arguments
def outer_products(
    X: Float[np.ndarray, "N D"], dZ: Float[np.ndarray, "N M"]
) -> Float[np.ndarray, "N D M"]:
    """xₙ⊗dzₙ, (N, D, M): each sample's dW, one product an entry; their sum is Xᵀ·dZ."""
    return X[:, :, None] * dZ[:, None, :]


class JacobianCost(NamedTuple):
    """What a dense Jacobian would take, and what its pattern leaves of that."""

    elements: int  # and so many multiplications in the product of a vector and it
    bytes: int
    nonzeros: int  # and so many multiplications in the shortcuts, xₙ⊗dzₙ and dZ·Wᵀ


def affine_jacobian_cost(
    D: int, M: int, N: int = 1, of: Literal["weights", "inputs"] = "weights", itemsize: int = 4
) -> JacobianCost:
    """Elements N·M·D·M of ∂Z/∂W or N·M·N·D of ∂Z/∂X, of which N·D·M, 1/M or 1/N, are not 0.

    For a picture of 128×128 and a hundred outputs, ∂Z/∂W has 163,840,000 elements, 655,360,000
    bytes in float32, where W itself has 1,638,400 elements; and with 32 pictures 5,242,880,000.
    ∂Z/∂X of 64 samples with D = M = 4096 has (64·4096)², which is 256 GiB.

    Raises:
        ValueError: a size is not positive, or ``of`` is something else.

    Sources: E. Bendersky (2018) for the weights, J. Johnson (2017) for the inputs.
    """
    for name, size in {"D": D, "M": M, "N": N, "itemsize": itemsize}.items():
        if size < 1:
            raise ValueError(f"affine_jacobian_cost: {name} is {size}, expected 1 at least")
    if of not in ("weights", "inputs"):
        raise ValueError(f"affine_jacobian_cost: of is {of!r}, expected one of 'weights', 'inputs'")
    elements = N * M * (D * M if of == "weights" else N * D)
    return JacobianCost(elements, elements * itemsize, N * D * M)
