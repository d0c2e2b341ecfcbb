import torch


class CosineSim(torch.autograd.Function):
    """Row-wise cosine similarity, cos = <a, b> / (|a| |b|)."""

    # oracle: shapes a: N D, b: N D
    @staticmethod
    def forward(ctx, a, b):
        na = a.norm(dim=1, keepdim=True)
        nb = b.norm(dim=1, keepdim=True)
        ua, ub = a / na, b / nb
        cos = (ua * ub).sum(1)
        ctx.save_for_backward(ua, ub, na, nb, cos)
        return cos

    @staticmethod
    def backward(ctx, g):
        ua, ub, na, nb, cos = ctx.saved_tensors
        g, cos = g[:, None], cos[:, None]
        da = g * (ub - cos * ua) / na
        db = g * (ua - cos * ub) / nb
        return da, db
