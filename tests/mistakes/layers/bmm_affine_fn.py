import torch


class ScaledBatchMatmul(torch.autograd.Function):
    """out[b] = (A[b] @ B[b]) * scale + shift, scale per column, shift per row."""

    # oracle: shapes A: N I J, B: N J K, scale: K, shift: I 1
    @staticmethod
    def forward(ctx, A, B, scale, shift):
        C = torch.bmm(A, B)
        ctx.save_for_backward(A, B, C, scale)
        return C * scale + shift

    @staticmethod
    def backward(ctx, G):
        A, B, C, scale = ctx.saved_tensors
        gC = G * scale
        gA = torch.bmm(gC, B.transpose(1, 2))
        gB = torch.bmm(A.transpose(1, 2), gC)
        gscale = torch.einsum("nik,nik->k", G, C)
        gshift = G.sum(dim=0).sum(dim=1, keepdim=True)
        return gA, gB, gscale, gshift
