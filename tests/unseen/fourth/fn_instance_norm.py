import torch
from torch import Tensor
from torch.autograd import Function


# oracle: shapes x: N C H+1 W+1, weight: C, bias: C
class InstanceNorm2dFn(Function):
    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor, eps: float = 1e-5) -> Tensor:
        mean = x.mean(dim=(2, 3), keepdim=True)
        var = x.var(dim=(2, 3), keepdim=True, unbiased=False)
        rstd = torch.rsqrt(var + eps)
        xhat = (x - mean) * rstd
        ctx.save_for_backward(xhat, rstd, weight)
        return xhat * weight.view(1, -1, 1, 1) + bias.view(1, -1, 1, 1)

    @staticmethod
    def backward(ctx, gy: Tensor):
        xhat, rstd, weight = ctx.saved_tensors
        gxhat = gy * weight.view(1, -1, 1, 1)
        m1 = gxhat.mean(dim=(2, 3), keepdim=True)
        gx = rstd * (gxhat - m1)
        gweight = (gy * xhat).sum(dim=(0, 2, 3))
        gbias = gy.sum(dim=(0, 2, 3))
        return gx, gweight, gbias, None
