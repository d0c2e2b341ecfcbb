import torch
from torch.autograd import Function


# oracle: shapes x: N L E, weight: E, bias: E
class FusedLayerNorm(Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        mu = x.mean(dim=-1, keepdim=True)
        rstd = torch.rsqrt(x.var(dim=-1, unbiased=False, keepdim=True) + 1e-5)
        xhat = (x - mu) * rstd
        ctx.save_for_backward(xhat, rstd, weight)
        return xhat * weight + bias

    @staticmethod
    def backward(ctx, gy):
        xhat, rstd, weight = ctx.saved_tensors
        E = xhat.shape[-1]
        flat = gy.reshape(-1, E)
        gweight = (flat * xhat.reshape(-1, E)).sum(0)
        gbias = flat.sum(0)

        gx_hat = gy * weight
        gx = rstd / E * (
            E * gx_hat
            - gx_hat.sum(-1, keepdim=True)
            - xhat * (gx_hat * xhat).sum(-1, keepdim=True)
        )
        return gx, gweight, gbias
