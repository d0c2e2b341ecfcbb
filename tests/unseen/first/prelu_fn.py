import torch


class PReLUFn(torch.autograd.Function):
    """Per-channel PReLU.

    Shapes
    ------
    x : (N, C)
    slope : (C,)
    """

    @staticmethod
    def forward(ctx, x, slope):
        """x : (N, C), slope : (C,)"""
        ctx.save_for_backward(x, slope)
        return torch.where(x >= 0, x, slope * x)

    @staticmethod
    def backward(ctx, grad_out):
        x, slope = ctx.saved_tensors
        neg = (x < 0).to(x.dtype)
        grad_x = grad_out * (1 - neg) + grad_out * neg * slope
        grad_slope = (neg * x).sum(dim=0)
        return grad_x, grad_slope
