import torch
from torch.autograd import Function


class HalfSquaredError(Function):
    """0.5 * sum((p - t)^2) / N as a custom op."""

    # oracle: shapes p: N K, t: N K
    @staticmethod
    def forward(ctx, p, t):
        ctx.save_for_backward(p, t)
        return 0.5 * ((p - t) ** 2).sum() / p.shape[0]

    @staticmethod
    def backward(ctx, g):
        p, t = ctx.saved_tensors
        grad_p = (p - t) / p.shape[0]
        grad_t = -grad_p
        return grad_p, grad_t
