import torch


class SortedWeightedSum(torch.autograd.Function):
    """Order statistics: sorts every row and takes a weighted sum (an L-estimator)."""

    @staticmethod
    def forward(ctx, x, w):
        """x: (N, K), w: (K,)"""
        vals, order = torch.sort(x, dim=1)
        ctx.save_for_backward(vals, order, w)
        return vals @ w

    @staticmethod
    def backward(ctx, g):
        vals, order, w = ctx.saved_tensors
        # the inverse permutation is the argsort of the permutation
        back = torch.argsort(order, dim=1)
        gx = g[:, None] * w[back]
        gw = g @ vals
        return gx, gw
