"""score_n = l_n^T R r_n   (knowledge graph: left entity, relation matrix, right entity)"""
import torch
from torch.autograd.function import Function, once_differentiable


# oracle: shapes left: N D, rel: D D, right: N D
class RescalScore(Function):

    @staticmethod
    def forward(ctx, left, rel, right):
        lr = left @ rel
        score = (lr * right).sum(dim=1)
        ctx.save_for_backward(left, rel, right, lr)
        return score

    @staticmethod
    @once_differentiable
    def backward(ctx, g):
        left, rel, right, lr = ctx.saved_tensors
        gcol = g.unsqueeze(1)
        # d score / d left = R r
        g_left = gcol * (right @ rel)
        # d score / d R = l r^T
        g_rel = torch.einsum("n,ni,nj->ij", g, left, right)
        g_right = gcol * lr
        return g_left, g_rel, g_right
