"""Tests of our extension's linear op (pytest)."""
import torch
from torch.autograd import Function, gradcheck


# oracle: shapes input: N I, weight: O I, bias: O
class LinearFunction(Function):

    @staticmethod
    def forward(ctx, input, weight, bias):
        ctx.save_for_backward(input, weight, bias)
        output = input.mm(weight.t())
        output = output + bias.unsqueeze(0).expand_as(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None

        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = input.t().mm(grad_output)
        if ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)

        return grad_input, grad_weight, grad_bias


def test_linear_gradcheck():
    args = (torch.randn(2, 2, dtype=torch.double, requires_grad=True),
            torch.randn(2, 2, dtype=torch.double, requires_grad=True),
            torch.randn(2, dtype=torch.double, requires_grad=True))
    assert gradcheck(LinearFunction.apply, args, eps=1e-6, atol=1e-4)
