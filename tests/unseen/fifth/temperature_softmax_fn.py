# Softmax with a learnable temperature (confidence calibration, Guo et al.)
from __future__ import annotations

import torch


# oracle: shapes scores: N C, log_t: 1
class TemperatureSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores: torch.Tensor, log_t: torch.Tensor) -> torch.Tensor:
        inv_t = torch.exp(-log_t)
        u = scores * inv_t
        u = u - u.max(dim=1, keepdim=True).values
        e = torch.exp(u)
        prob = e / e.sum(dim=1, keepdim=True)
        ctx.save_for_backward(scores, inv_t, prob)
        return prob

    @staticmethod
    def backward(ctx, up: torch.Tensor):
        scores, inv_t, prob = ctx.saved_tensors
        inner = (up * prob).sum(dim=1, keepdim=True)
        d_u = prob * (up - inner)
        d_scores = d_u * inv_t
        # u = scores * exp(-log_t)  =>  du/dlog_t = -u
        d_log_t = -(d_u * scores * inv_t).sum().reshape(1)
        return d_scores, d_log_t
