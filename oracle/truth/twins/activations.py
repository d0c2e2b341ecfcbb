"""Torch's activations."""

import torch
import torch.nn.functional as F
from torch import Tensor


def identity(Z: Tensor) -> Tensor:
    """torch.clone"""
    return torch.clone(Z)


def sigmoid(Z: Tensor) -> Tensor:
    """torch.sigmoid"""
    return torch.sigmoid(Z)


def tanh(Z: Tensor) -> Tensor:
    """torch.tanh"""
    return torch.tanh(Z)


def relu(Z: Tensor) -> Tensor:
    """torch.relu"""
    return torch.relu(Z)


def leaky_relu(Z: Tensor, slope: float = 0.01) -> Tensor:
    """F.leaky_relu"""
    return F.leaky_relu(Z, slope)


def softplus(Z: Tensor) -> Tensor:
    """torch.logaddexp

    ``F.softplus`` returns z itself above 20, where ln(1 + eᶻ) still differs from it.
    """
    return torch.logaddexp(Z, torch.zeros_like(Z))


def softmax(Z: Tensor, axis: int = -1) -> Tensor:
    """torch.softmax"""
    return torch.softmax(Z, axis)


def log_softmax(Z: Tensor, axis: int = -1) -> Tensor:
    """torch.log_softmax, written out

    Written out so that the rounding of ln Σeᶻ, which a fused kernel hides, can be measured.
    """
    shifted, log_sum = shifted_and_log_sum(Z, axis)
    return shifted - log_sum


def shifted_and_log_sum(Z: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """z − m and ln Σe^(z − m) along an axis, m the largest z, which is a constant here."""
    shifted = Z - torch.amax(Z, axis, keepdim=True).detach()
    return shifted, torch.log(torch.exp(shifted).sum(axis, keepdim=True))
