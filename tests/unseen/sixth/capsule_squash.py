"""Squash non-linearity of the capsule paper, with the Jacobian worked out on paper.

v = f(n2) * s,   f(n2) = n2 / (1 + n2) / sqrt(n2 + eps),   n2 = |s|^2
"""
import torch

EPS = 1e-7


# oracle: shapes s: B J D
class Squash(torch.autograd.Function):

    @staticmethod
    def forward(ctx, s):
        n2 = (s * s).sum(dim=-1, keepdim=True)
        n = torch.sqrt(n2 + EPS)
        f = n2 / (1.0 + n2) / n
        ctx.save_for_backward(s, n2, n, f)
        return f * s

    @staticmethod
    def backward(ctx, grad_v):
        s, n2, n, f = ctx.saved_tensors
        # df/dn2 = 1 / ((1+n2)^2 n)  -  n2 / (2 (1+n2) n^3)
        fprime = 1.0 / ((1.0 + n2) ** 2 * n) - n2 / (2.0 * (1.0 + n2) * n ** 3)
        along = (grad_v * s).sum(dim=-1, keepdim=True)
        grad_s = f * grad_v + 2.0 * along * fprime * s
        return grad_s


squash = Squash.apply
