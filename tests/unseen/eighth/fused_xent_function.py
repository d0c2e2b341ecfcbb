import torch


class FusedCrossEntropy(torch.autograd.Function):
    """Mean cross entropy; keeps the softmax and turns it into the gradient."""

    # oracle: shapes logits: N V, target: N labels(V)
    @staticmethod
    def forward(ctx, logits, target):
        lse = torch.logsumexp(logits, dim=-1)
        rows = torch.arange(logits.shape[0], device=logits.device)
        loss = (lse - logits[rows, target]).mean()
        ctx.save_for_backward((logits - lse[:, None]).exp(), target, rows)
        return loss

    @staticmethod
    def backward(ctx, grad_loss):
        probs, target, rows = ctx.saved_tensors
        grad = probs.clone()
        grad[rows, target] -= 1.0
        grad = grad * (grad_loss / probs.shape[0])
        return grad, None
