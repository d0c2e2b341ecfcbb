"""Torch's network: the same layers of torch operations, with every Z and A."""

from collections.abc import Sequence

import torch
from torch import Tensor

from oracle.truth.twins import activations, losses


def network(
    X: Tensor,
    T: Tensor,
    weights: Sequence[Tensor],
    biases: Sequence[Tensor | None],
    names: Sequence[str],
    loss: str,
    reduction: str,
    bias_row: bool,
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    """torch.addmm and an activation for each layer, a loss: L, and the Z and A of every layer"""
    Zs, As = [], []
    A = X
    for W, b, name in zip(weights, biases, names):
        Z = affine(A, W, b, bias_row)
        A = activation(Z, name)
        Zs.append(Z)
        As.append(A)
    return reduced(A, T, loss, reduction), Zs, As


def affine(A: Tensor, W: Tensor, b: Tensor | None = None, bias_row: bool = False) -> Tensor:
    """torch.addmm; torch.mm without a bias, or with the bias as the first row of W"""
    if bias_row:
        return torch.mm(torch.cat([torch.ones(A.shape[0], 1, dtype=A.dtype), A], dim=1), W)
    return torch.mm(A, W) if b is None else torch.addmm(b, A, W)


def activation(Z: Tensor, name: str) -> Tensor:
    """The twin of an activation"""
    found: Tensor = getattr(activations, name)(Z)
    return found


def output(Z: Tensor, T: Tensor, name: str, loss: str, reduction: str) -> Tensor:
    """The twins of the last activation and of the loss, in one"""
    return reduced(activation(Z, name), T, loss, reduction)


def reduced(A: Tensor, T: Tensor, loss: str, reduction: str) -> Tensor:
    """The twin of a loss, and its mean or sum over the batch"""
    return losses.reduce(getattr(losses, loss)(A, T), reduction)
