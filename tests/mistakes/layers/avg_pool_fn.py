import torch


# oracle: shapes x: N C 2*H 3*W, gain: C
class AvgPool(torch.autograd.Function):
    """Mean over disjoint blocks of 2 rows and 3 columns, then a learned gain for each channel."""

    @staticmethod
    def forward(ctx, x, gain):
        n, c, h, w = x.shape
        pooled = x.reshape(n, c, h // 2, 2, w // 3, 3).mean(dim=(3, 5))
        ctx.save_for_backward(pooled, gain)
        return pooled * gain.view(1, -1, 1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        pooled, gain = ctx.saved_tensors
        grad_gain = (grad_output * pooled).sum(dim=(0, 2, 3))
        share = grad_output * gain.view(1, -1, 1, 1) / 6
        grad_x = share.repeat_interleave(2, dim=2).repeat_interleave(3, dim=3)
        return grad_x, grad_gain
