import torch
from torch.autograd import Function


# oracle: shapes u: N D, v: N D
class CosineLoss(Function):
    # mean over the batch of 1 - cos(u_n, v_n)

    @staticmethod
    def forward(ctx, u, v):
        nu = torch.sqrt((u * u).sum(dim=1, keepdim=True))
        nv = torch.sqrt((v * v).sum(dim=1, keepdim=True))
        cos = (u * v).sum(dim=1, keepdim=True) / (nu * nv)
        ctx.save_for_backward(u, v, nu, nv, cos)
        return (1 - cos).mean()

    @staticmethod
    def backward(ctx, g):
        u, v, nu, nv, cos = ctx.saved_tensors
        dcos = -g / u.shape[0]
        du = dcos * (v / (nu * nv) - cos * u / nu**2)
        dv = dcos * (u / (nu * nv) - cos * v / nv**2)
        return du, dv
