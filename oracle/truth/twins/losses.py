"""Torch's losses, per sample, and their reductions."""

import torch
import torch.nn.functional as F
from torch import Tensor

from oracle.truth.twins.activations import shifted_and_log_sum


def squared_error(Y: Tensor, T: Tensor, half: bool = True) -> Tensor:
    """F.mse_loss

    Of each output (reduction="none"), summed over a sample's outputs, halved or not.
    """
    return _per_sample(F.mse_loss(Y, T, reduction="none")) * (0.5 if half else 1.0)


def binary_cross_entropy(P: Tensor, T: Tensor) -> Tensor:
    """torch.xlogy, xlog1py

    ``F.binary_cross_entropy`` clamps its logarithms at −100 and a denominator of its gradient at
    1e-12, so that next to 0 and 1 it is the gradient of another loss.
    """
    return _per_sample(-torch.xlogy(T, P) - torch.special.xlog1py(1 - T, -P))


def binary_cross_entropy_with_logits(Z: Tensor, T: Tensor) -> Tensor:
    """F.binary_cross_entropy_with_logits

    Of each output (reduction="none"), summed over a sample's outputs.
    """
    return _per_sample(F.binary_cross_entropy_with_logits(Z, T, reduction="none"))


def cross_entropy(P: Tensor, T: Tensor) -> Tensor:
    """torch.xlogy"""
    return -torch.xlogy(T, P).sum(dim=1)


def cross_entropy_with_labels(P: Tensor, y: Tensor) -> Tensor:
    """torch.log, gather"""
    return -torch.log(torch.gather(P, 1, y[:, None]))[:, 0]


def softmax_cross_entropy(Z: Tensor, T: Tensor) -> Tensor:
    """F.cross_entropy, written out

    With probabilities as targets. Written out so that the rounding of ln Σeᶻ, which a fused
    kernel hides, can be measured.
    """
    shifted, log_sum = shifted_and_log_sum(Z, 1)
    masked = torch.where(T == 0, 0.0, shifted)
    return T.sum(dim=1) * log_sum[:, 0] - (T * masked).sum(dim=1)


def softmax_cross_entropy_with_labels(Z: Tensor, y: Tensor) -> Tensor:
    """F.cross_entropy, written out"""
    shifted, log_sum = shifted_and_log_sum(Z, 1)
    return (log_sum - torch.gather(shifted, 1, y[:, None]))[:, 0]


def l2_penalty(W: Tensor, strength: float = 1.0, bias_row: bool = False) -> Tensor:
    """torch.square, sum"""
    return strength / 2 * torch.square(W[1:] if bias_row else W).sum()


def reduce(losses: Tensor, reduction: str = "mean") -> Tensor:
    """torch.mean, sum"""
    if reduction == "none":
        return torch.clone(losses)
    return losses.mean() if reduction == "mean" else losses.sum()


def weighted_reduce(losses: Tensor, w: Tensor, reduction: str = "mean") -> Tensor:
    """torch.mul, sum, div"""
    terms = w * losses
    if reduction == "none":
        return terms
    return terms.sum() / w.sum() if reduction == "mean" else terms.sum()


def class_weights(c: Tensor, y: Tensor) -> Tensor:
    """torch.index_select"""
    return torch.index_select(c, 0, y)


def _per_sample(terms: Tensor) -> Tensor:
    return terms.reshape(terms.shape[0], -1).sum(dim=1)
