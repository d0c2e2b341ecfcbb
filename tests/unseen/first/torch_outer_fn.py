import torch
from torch.autograd import Function


class Addmm(Function):
    # oracle: shapes bias: M, a: N D, b: D M
    @staticmethod
    def forward(ctx, bias, a, b):
        ctx.save_for_backward(a, b)
        return bias + a @ b

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        gbias = ga = gb = None
        if ctx.needs_input_grad[0]:
            gbias = torch.ones(len(g), dtype=g.dtype) @ g
        if ctx.needs_input_grad[1]:
            ga = (b @ g.T).T
        if ctx.needs_input_grad[2]:
            gb = torch.einsum("nd,nm->dm", a, g)
        return gbias, ga, gb
