import torch


class LogSumExpRows(torch.autograd.Function):
    """log(sum(exp(x))) over the *first* axis, shifted by the maximum."""

    @staticmethod
    def forward(ctx, x):
        """x: (N, C)"""
        top = x.max(dim=0, keepdim=True).values
        out = top + (x - top).exp().sum(dim=0, keepdim=True).log()
        ctx.save_for_backward(x)
        return out.squeeze(0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        p = torch.softmax(x, dim=-1)
        return g * p
