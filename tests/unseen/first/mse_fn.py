import torch


class MSEFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, pred, target):
        """
        pred: (N, K)
        target: (N, K)
        """
        diff = pred - target
        ctx.save_for_backward(diff)
        return diff.pow(2).mean()

    @staticmethod
    def backward(ctx, grad_output):
        diff, = ctx.saved_tensors
        grad_pred = 2.0 * diff / diff.numel() * grad_output
        grad_target = grad_pred.clone()
        return grad_pred, grad_target
