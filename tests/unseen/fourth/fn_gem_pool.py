import torch


# Generalised-mean pooling for image retrieval (Radenovic et al.), p is a fixed number.
# oracle: shapes x: B C H W positive
class GeM(torch.autograd.Function):

    @staticmethod
    def forward(ctx, x, p=3.0):
        mean_p = x.pow(p).mean(dim=(-2, -1))
        out = mean_p.pow(1.0 / p)
        ctx.p = p
        ctx.save_for_backward(x, out)
        return out

    @staticmethod
    def backward(ctx, grad_out):
        x, out = ctx.saved_tensors
        p = ctx.p
        area = x.size(-2) * x.size(-1)
        outer = (grad_out * out.pow(1.0 - p))[..., None, None]
        grad_x = outer * p * x.pow(p - 1) / area
        return grad_x, None
