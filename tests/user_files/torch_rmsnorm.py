import torch


# oracle: shapes x: N D+1, weight: D+1
class RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight):
        inv = torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
        ctx.save_for_backward(x, weight, inv)
        return x * inv * weight

    @staticmethod
    def backward(ctx, dy):
        x, weight, inv = ctx.saved_tensors
        xhat = x * inv
        wdy = weight * dy
        dx = inv * (wdy - xhat * (wdy * xhat).mean(-1, keepdim=True))
        dweight = (dy * xhat).sum(0)
        return dx, dweight
