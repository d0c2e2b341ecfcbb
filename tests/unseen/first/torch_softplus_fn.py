import torch


class Softplus(torch.autograd.Function):
    """softplus with a sharpness beta; only the output is kept"""

    # oracle: shapes x: N D
    @staticmethod
    def forward(ctx, x, beta=2.0):
        y = torch.logaddexp(torch.zeros_like(x), beta * x) / beta
        ctx.save_for_backward(y)
        ctx.beta = beta
        return y

    @staticmethod
    def backward(ctx, dy):
        (y,) = ctx.saved_tensors
        # sigmoid(beta x) = 1 - exp(-beta y)
        dx = -torch.expm1(-ctx.beta * y) * dy
        return dx, None
