"""Rows onto the unit sphere, times a learned temperature (as in CLIP-like heads)."""
import torch
from torch import nn


# oracle: shapes v: N D, log_t: 1
class SphereRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v, log_t, eps=1e-12):
        r = torch.sqrt((v * v).sum(-1, keepdim=True) + eps)
        u = v / r
        t = torch.exp(log_t)
        ctx.save_for_backward(u, r, t)
        return t * u

    @staticmethod
    def backward(ctx, g):
        u, r, t = ctx.saved_tensors
        radial = (g * u).sum(-1, keepdim=True)
        grad_v = t * (g - u * radial) / r
        grad_log_t = (t * radial).sum().reshape(1)
        return grad_v, grad_log_t, None


class SphereHead(nn.Module):
    def __init__(self):
        super().__init__()
        self.log_t = nn.Parameter(torch.zeros(1))

    def __call__(self, v):
        return SphereRows.apply(v, self.log_t)
