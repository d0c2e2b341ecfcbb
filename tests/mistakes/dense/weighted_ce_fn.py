import torch


# oracle: shapes logits: N C, target: N labels(C), class_weight: C positive
class WeightedCrossEntropy(torch.autograd.Function):
    """Cross-entropy with a weight for each class, normalised by the sum of the weights used."""

    @staticmethod
    def forward(ctx, logits, target, class_weight):
        logp = torch.log_softmax(logits, dim=1)
        picked = logp[torch.arange(len(target)), target]
        w = class_weight[target]
        ctx.save_for_backward(logp, target, w)
        return -(w * picked).sum() / w.sum()

    @staticmethod
    def backward(ctx, grad_loss):
        logp, target, w = ctx.saved_tensors
        grad_logits = logp.exp()
        grad_logits[torch.arange(len(target)), target] -= 1
        grad_logits = grad_logits * w[:, None]
        grad_logits = grad_loss * grad_logits / w.sum()
        return grad_logits, None, None
