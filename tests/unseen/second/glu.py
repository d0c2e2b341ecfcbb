import torch


class GLU(torch.autograd.Function):
    """Gated linear unit: splits the last axis, a * sigmoid(b)."""

    @staticmethod
    def forward(ctx, x):
        """x: (N, 2*D)"""
        a, b = x.chunk(2, dim=-1)
        s = torch.sigmoid(b)
        ctx.save_for_backward(a, s)
        return a * s

    @staticmethod
    def backward(ctx, grad):
        a, s = ctx.saved_tensors
        da = grad * s
        db = grad * a * s
        dx = torch.cat((da, db), dim=-1)
        return dx
