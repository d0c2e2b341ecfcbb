"""Torch's misclassification costs: gathered rows, products and sums."""

import torch
from torch import Tensor

from oracle.truth.twins.losses import softmax_cross_entropy_with_labels


def expected_cost(P: Tensor, y: Tensor, costs: Tensor) -> Tensor:
    """torch.index_select, mul, sum"""
    return (torch.index_select(costs, 0, y) * P).sum(dim=1)


def softmax_expected_cost(Z: Tensor, y: Tensor, costs: Tensor) -> Tensor:
    """torch.softmax, index_select, mul, sum"""
    return expected_cost(torch.softmax(Z, 1), y, costs)


def cost_weighted_cross_entropy(Z: Tensor, y: Tensor, factors: Tensor) -> Tensor:
    """F.cross_entropy(weight=), written out"""
    return torch.index_select(factors, 0, y) * softmax_cross_entropy_with_labels(Z, y)


def rescaled_probabilities(P: Tensor, factors: Tensor) -> Tensor:
    """torch.mul, div, sum"""
    scaled = factors * P
    return scaled / scaled.sum(dim=1, keepdim=True)


def weighted_squared_error(A: Tensor, y: Tensor, factors: Tensor) -> Tensor:
    """F.mse_loss(weight=), written out"""
    error = A - torch.eye(A.shape[1], dtype=A.dtype)[y]
    return (torch.index_select(factors, 0, y) * torch.square(error)).sum(dim=1) / 2
