import torch


class Swish(torch.autograd.Function):
    # oracle: shapes i: N D
    @staticmethod
    def forward(ctx, i):
        result = i * torch.sigmoid(i)
        ctx.save_for_backward(i)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        i = ctx.saved_tensors[0]
        s = torch.sigmoid(i)
        grad_i = grad_output * (s + i * s)
        return grad_i
