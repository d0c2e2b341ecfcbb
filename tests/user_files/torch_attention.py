import math

import torch


# oracle: shapes q: N D, k: M D, v: M E
class ScaledDotProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k, v):
        p = torch.softmax(q @ k.T / math.sqrt(q.shape[1]), dim=1)
        ctx.save_for_backward(q, k, v, p)
        return p @ v

    @staticmethod
    def backward(ctx, g):
        q, k, v, p = ctx.saved_tensors
        scale = 1.0 / math.sqrt(q.shape[1])
        dv = p.T @ g
        dp = g @ v.T
        ds = p * (dp - (p * dp).sum(dim=1, keepdim=True))
        dq = scale * (ds @ k)
        dk = ds.T @ q
        return dq, dk, dv
