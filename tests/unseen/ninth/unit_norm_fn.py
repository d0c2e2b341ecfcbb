import torch


# oracle: shapes x: N D
class UnitNormalize(torch.autograd.Function):
    """y = x / ||x||, each row on its own.

    dy = dx / n - x (x . dx) / n^3 = (dx - y (y . dx)) / n
    """

    @staticmethod
    def forward(ctx, x):
        n = x.norm(dim=1, keepdim=True)
        y = x / n
        ctx.save_for_backward(y, n)
        return y

    @staticmethod
    def backward(ctx, g):
        y, n = ctx.saved_tensors
        along = (g * y).sum(dim=1, keepdim=True)
        gx = g / n
        return gx


def unit_normalize(x):
    return UnitNormalize.apply(x)


if __name__ == "__main__":
    v = torch.randn(4, 3, requires_grad=True)
    unit_normalize(v).pow(2).sum().backward()
    print(v.grad)
