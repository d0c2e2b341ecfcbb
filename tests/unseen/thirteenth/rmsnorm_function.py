from __future__ import annotations

import torch
from torch.autograd import Function


class RMSNormFn(Function):
    # oracle: shapes x: B T D, weight: D
    @staticmethod
    def forward(ctx, x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
        rstd = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight, rstd)
        return x * rstd * weight

    @staticmethod
    def backward(ctx, grad_out: torch.Tensor):
        x, weight, rstd = ctx.saved_tensors
        x_hat = x * rstd
        grad_weight = (grad_out * x_hat).flatten(0, 1).sum(0)
        wg = grad_out * weight
        grad_x = rstd * wg
        return grad_x, grad_weight, None
