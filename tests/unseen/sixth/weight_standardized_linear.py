import torch
from torch.autograd import Function


# oracle: shapes x: N D, weight: M D, bias: M
class WSLinearFunction(Function):
    """Linear layer whose rows are standardised on the fly (Qiao et al., "Weight Standardization")."""

    @staticmethod
    def forward(ctx, x, weight, bias):
        mu = weight.mean(dim=1, keepdim=True)
        var = weight.var(dim=1, keepdim=True, unbiased=False)
        inv_std = torch.rsqrt(var + 1e-5)
        w_hat = (weight - mu) * inv_std
        ctx.save_for_backward(x, w_hat, inv_std)
        return x.mm(w_hat.t()) + bias

    @staticmethod
    def backward(ctx, grad_out):
        x, w_hat, inv_std = ctx.saved_tensors
        grad_x = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_x = grad_out.mm(w_hat)
        if ctx.needs_input_grad[1]:
            g = grad_out.t().mm(x)
            grad_weight = g * inv_std
        if ctx.needs_input_grad[2]:
            grad_bias = grad_out.sum(0)
        return grad_x, grad_weight, grad_bias
