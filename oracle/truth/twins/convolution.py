"""Torch's convolution and pooling."""

import torch.nn.functional as F
from torch import Tensor


def convolution(
    X: Tensor,
    W: Tensor,
    b: Tensor,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
) -> Tensor:
    """F.conv2d"""
    return F.conv2d(X, W, b, stride, padding, dilation, groups)


def max_pooling(X: Tensor, window: int = 2, stride: int = 2, padding: int = 0) -> Tensor:
    """F.max_pool2d"""
    return F.max_pool2d(X, window, stride, padding)


def average_pooling(X: Tensor, window: int = 2, stride: int = 2, padding: int = 0) -> Tensor:
    """F.avg_pool2d"""
    return F.avg_pool2d(X, window, stride, padding)
