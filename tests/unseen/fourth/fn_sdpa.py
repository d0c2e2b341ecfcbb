import math
import torch


# oracle: shapes q: B T D, k: B S D, v: B S E
class ScaledDotProduct(torch.autograd.Function):

    @staticmethod
    def forward(ctx, q, k, v):
        scale = 1.0 / math.sqrt(q.size(-1))
        attn = torch.softmax(torch.bmm(q, k.transpose(1, 2)) * scale, dim=-1)
        ctx.scale = scale
        ctx.save_for_backward(q, k, v, attn)
        return torch.bmm(attn, v)

    @staticmethod
    def backward(ctx, do):
        q, k, v, attn = ctx.saved_tensors
        dq = dk = dv = None
        if ctx.needs_input_grad[2]:
            dv = attn.transpose(1, 2).bmm(do)
        # flash-attention's trick: rowsum(dP * P) == rowsum(dO * O)
        o = attn.bmm(v)
        delta = (do * o).sum(-1, keepdim=True)
        ds = attn * (do.bmm(v.transpose(1, 2)) - delta) * ctx.scale
        if ctx.needs_input_grad[0]:
            dq = ds.bmm(k)
        if ctx.needs_input_grad[1]:
            dk = ds.transpose(1, 2).bmm(q)
        return dq, dk, dv
