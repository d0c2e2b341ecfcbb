import torch
from torch.autograd import Function


class PairwiseCosine(Function):
    # oracle: shapes a: N D, b: M D
    @staticmethod
    def forward(ctx, a, b):
        na = a.norm(dim=1, keepdim=True)
        nb = b.norm(dim=1, keepdim=True)
        ua, ub = a / na, b / nb
        sim = ua @ ub.t()
        ctx.save_for_backward(ua, ub, na, nb, sim)
        return sim

    @staticmethod
    def backward(ctx, gs):
        ua, ub, na, nb, sim = ctx.saved_tensors
        # d sim_ij / d a_i = (ub_j - sim_ij ua_i) / |a_i|
        grad_a = gs @ ub / na
        grad_b = (gs.t() @ ua - (gs * sim).sum(0).unsqueeze(1) * ub) / nb
        return grad_a, grad_b
