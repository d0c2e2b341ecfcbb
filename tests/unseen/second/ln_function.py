import torch


class LayerNormFunction(torch.autograd.Function):
    """Works on the sums instead of the means, D divided out once at the end."""

    # oracle: shapes x: B T D, weight: D, bias: D
    @staticmethod
    def forward(ctx, x, weight, bias):
        mu = x.mean(-1, keepdim=True)
        rs = (x.var(-1, keepdim=True, unbiased=False) + 1e-5).rsqrt()
        xh = (x - mu) * rs
        ctx.save_for_backward(xh, rs, weight)
        return torch.addcmul(bias, xh, weight)

    @staticmethod
    def backward(ctx, gy):
        xh, rs, weight = ctx.saved_tensors
        D = xh.size(-1)
        gw = (gy * xh).reshape(-1, D).sum(0)
        gb = gy.reshape(-1, D).sum(0)
        u = gy * weight
        gx = (D * u - u.sum(-1, True) - xh * (u * xh).sum(-1, True)) * (rs / D)
        return gx, gw, gb
