import torch


# oracle: shapes x: N D, weight: M D, bias: M, mask: N M mask
class LinearLeakyDropout(torch.autograd.Function):
    """leaky_relu(x @ weight.T + bias), then inverted dropout with a given mask."""

    @staticmethod
    def forward(ctx, x, weight, bias, mask, keep=0.75, slope=0.1):
        z = x @ weight.t() + bias
        a = torch.where(z > 0, z, slope * z)
        ctx.save_for_backward(x, weight, z, mask)
        ctx.keep, ctx.slope = keep, slope
        return a * mask / keep

    @staticmethod
    def backward(ctx, grad_out):
        x, weight, z, mask = ctx.saved_tensors
        grad_a = grad_out * mask / ctx.keep
        grad_z = torch.where(z > 0, grad_a, ctx.slope * grad_a)
        grad_x = grad_z @ weight
        grad_weight = grad_z.t() @ x
        grad_bias = grad_z.sum(0)
        return grad_x, grad_weight, grad_bias, None, None, None
