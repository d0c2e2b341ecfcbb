import torch


# oracle: shapes anchors: B D, positives: B D
class InfoNCE(torch.autograd.Function):
    """Contrastive loss of a batch: positives[i] belongs to anchors[i], all the others are negatives."""

    TEMPERATURE = 0.5

    @staticmethod
    def forward(ctx, anchors, positives):
        logits = anchors @ positives.t() / InfoNCE.TEMPERATURE
        log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
        ctx.save_for_backward(anchors, positives, log_p)
        return -log_p.diagonal().mean()

    @staticmethod
    def backward(ctx, grad_output):
        anchors, positives, log_p = ctx.saved_tensors
        n = anchors.shape[0]
        eye = torch.eye(n, dtype=anchors.dtype, device=anchors.device)
        g = (log_p.exp() - eye) * (grad_output / (n * InfoNCE.TEMPERATURE))
        return g @ positives, g.t() @ anchors
