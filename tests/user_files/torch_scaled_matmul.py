import math

import torch


# oracle: shapes q: N D, k: M D
class ScaledScores(torch.autograd.Function):
    @staticmethod
    def forward(ctx, q, k):
        ctx.save_for_backward(q, k)
        return q @ k.T / math.sqrt(q.shape[1])

    @staticmethod
    def backward(ctx, g):
        q, k = ctx.saved_tensors
        scale = 1.0 / math.sqrt(q.shape[1])
        dq = scale * (g @ k)
        dk = g.T @ q
        return dq, dk
