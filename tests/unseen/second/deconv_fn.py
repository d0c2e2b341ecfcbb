import torch
import torch.nn.functional as nnf


class Deconv2x(torch.autograd.Function):
    """Transposed convolution, stride 2, kernel 3, no padding, with bias."""

    # oracle: shapes x: N 2 H W, weight: 2 3 3 3, bias: 3
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return nnf.conv_transpose2d(x, weight, bias, stride=2)

    @staticmethod
    def backward(ctx, gy):
        x, weight = ctx.saved_tensors
        gx = nnf.conv2d(gy, weight, stride=2)
        gw = torch.zeros_like(weight)
        H, W = x.shape[2:]
        for i in range(3):
            for j in range(3):
                sub = gy[:, :, i:i + 2 * H:2, j:j + 2 * W:2]
                gw[:, :, i, j] = torch.einsum("nchw,nfhw->cf", x, sub)
        gb = gy.mean(dim=0).sum(dim=(1, 2))
        return gx, gw, gb
