from __future__ import annotations

import torch
from torch import Tensor


# oracle: shapes X: N D, adj: N N fixed, W: D M, b: M
class GraphConv(torch.autograd.Function):
    """H = adj @ X @ W + b.  `adj` is row-normalised elsewhere (random walk), no gradient wanted."""

    @staticmethod
    def forward(ctx, X: Tensor, adj: Tensor, W: Tensor, b: Tensor) -> Tensor:
        agg = adj @ X
        ctx.save_for_backward(adj, agg, W)
        return agg @ W + b

    @staticmethod
    def backward(ctx, grad_H: Tensor):
        adj, agg, W = ctx.saved_tensors
        grad_W = agg.T @ grad_H
        grad_b = grad_H.sum(dim=0)
        grad_X = adj @ (grad_H @ W.T)
        return grad_X, None, grad_W, grad_b
