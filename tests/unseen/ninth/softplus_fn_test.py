import unittest

import torch


# oracle: shapes inp: N D, weight: D
class SoftplusBeta(torch.autograd.Function):
    """softplus(inp * weight, beta) with a per-channel weight, as in our CUDA kernel."""

    BETA = 2.0

    @staticmethod
    def forward(ctx, inp, weight):
        ctx.save_for_backward(inp, weight)
        t = SoftplusBeta.BETA * inp * weight
        return torch.logaddexp(t, torch.zeros_like(t)) / SoftplusBeta.BETA

    @staticmethod
    def backward(ctx, grad_out):
        inp, weight = ctx.saved_tensors
        common = grad_out * torch.sigmoid(SoftplusBeta.BETA * inp * weight)
        grad_inp = common * weight
        grad_weight = (common * inp).sum(dim=0)
        return grad_inp, grad_weight


class TestSoftplusBeta(unittest.TestCase):
    def test_gradcheck(self):
        torch.manual_seed(0)
        inp = torch.randn(5, 3, dtype=torch.float64, requires_grad=True)
        weight = torch.randn(3, dtype=torch.float64, requires_grad=True)
        self.assertTrue(torch.autograd.gradcheck(SoftplusBeta.apply, (inp, weight)))


if __name__ == "__main__":
    unittest.main()
