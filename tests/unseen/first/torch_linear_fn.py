import torch
from torch.autograd import Function


class LinearFunction(Function):
    """y = x W^T + b

    x: (N, D), weight: (M, D), bias: (M,)
    """

    # oracle: shapes x: N D, weight: M D, bias: M
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x.mm(weight.t()) + bias.unsqueeze(0)

    @staticmethod
    def backward(ctx, grad_output):
        x, weight = ctx.saved_tensors
        grad_x = grad_output.mm(weight)
        grad_weight = grad_output.t().mm(x)
        grad_bias = grad_output.mean(0)
        return grad_x, grad_weight, grad_bias


def linear(x, weight, bias):
    return LinearFunction.apply(x, weight, bias)
