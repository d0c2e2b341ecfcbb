"""Torch's correlated fuzzy layer, rule by rule."""

import torch
from torch import Tensor


def log_firing(X: Tensor, M: Tensor, Gamma: Tensor) -> Tensor:
    """torch.bmm, square, sum"""
    Z = torch.bmm(X - M[:, None], Gamma.mT)
    return torch.square(Z).sum(dim=2).mT * -0.5


def fuzzy(X: Tensor, M: Tensor, Gamma: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """torch.softmax, addmm, mul, sum"""
    P = torch.softmax(log_firing(X, M, Gamma), 1)
    return (P * torch.addmm(b, X, W)).sum(dim=1)
