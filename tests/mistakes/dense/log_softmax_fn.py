"""log-softmax with a backward of its own: only the output has to be kept."""

import torch


# oracle: shapes x: N C
class LogSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x - torch.logsumexp(x, dim=-1, keepdim=True)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_output):
        (y,) = ctx.saved_tensors
        total = grad_output.sum(dim=-1, keepdim=True)
        grad_x = grad_output - torch.exp(y) * total
        return grad_x
