import math
import torch


def _offsets(T):
    i = torch.arange(T)
    return i[:, None] - i[None, :] + T - 1          # values in 0 .. 2T-2


# oracle: shapes q: B T D, k: B T D, v: B T D, rel: 2*T-1
class RelPosAttention(torch.autograd.Function):
    """softmax(q k^T / sqrt(D) + rel[i - j]) v  with one learned bias a relative distance"""

    @staticmethod
    def forward(ctx, q, k, v, rel):
        B, T, D = q.shape
        idx = _offsets(T)
        scores = q @ k.transpose(1, 2) / math.sqrt(D) + rel[idx]
        p = torch.softmax(scores, dim=-1)
        ctx.save_for_backward(q, k, v, rel, p)
        return p @ v

    @staticmethod
    def backward(ctx, do):
        q, k, v, rel, p = ctx.saved_tensors
        B, T, D = q.shape
        dv = p.transpose(1, 2) @ do
        dp = do @ v.transpose(1, 2)
        dscores = p * (dp - (dp * p).sum(dim=-1, keepdim=True))
        dq = dscores @ k / math.sqrt(D)
        dk = dscores.transpose(1, 2) @ q / math.sqrt(D)
        drel = torch.zeros_like(rel)
        drel[_offsets(T)] += dscores.sum(dim=0)
        return dq, dk, dv, drel
