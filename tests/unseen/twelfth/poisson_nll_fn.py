import torch


# oracle: shapes log_rate: N K, counts: N K positive fixed
class PoissonNLL(torch.autograd.Function):
    """Mean Poisson negative log likelihood, log link, without the log(k!) constant.

    Fused by hand because exp() is needed in both passes and we only want it once.
    """

    @staticmethod
    def forward(ctx, log_rate, counts):
        rate = torch.exp(log_rate)
        ctx.save_for_backward(rate, counts)
        return (rate - counts * log_rate).mean()

    @staticmethod
    def backward(ctx, grad_loss):
        rate, counts = ctx.saved_tensors
        n_elem = rate.numel()
        grad_log_rate = (rate - counts) / n_elem
        return grad_log_rate, None
