import torch


# oracle: shapes x: B T D, weight: D
class RMSNormFn(torch.autograd.Function):
    """y = x / rms(x) * weight, saving only rstd for the backward pass."""

    @staticmethod
    def forward(ctx, x, weight, eps=1e-6):
        rstd = torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight, rstd)
        return x * rstd * weight

    @staticmethod
    def backward(ctx, grad_output):
        x, weight, rstd = ctx.saved_tensors
        xhat = x * rstd
        wdy = grad_output * weight
        grad_x = rstd * (wdy - xhat * (wdy * xhat).sum(dim=-1, keepdim=True))
        grad_weight = (grad_output * xhat).sum(dim=(0, 1))
        return grad_x, grad_weight, None
