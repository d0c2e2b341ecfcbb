import torch


# oracle: shapes x: B T, decay: 1
class DecayedCumsum(torch.autograd.Function):
    """y[:, t] = decay * y[:, t-1] + x[:, t];  discounted returns when read from the right."""

    @staticmethod
    def forward(ctx, x, decay):
        ys = []
        prev = torch.zeros_like(x[:, 0])
        for t in range(x.shape[1]):
            prev = decay * prev + x[:, t]
            ys.append(prev)
        y = torch.stack(ys, dim=1)
        ctx.save_for_backward(y, decay)
        return y

    @staticmethod
    def backward(ctx, gy):
        y, decay = ctx.saved_tensors
        gx = torch.empty_like(gy)
        gdecay = torch.zeros_like(decay)
        carry = torch.zeros_like(gy[:, 0])
        for t in reversed(range(gy.shape[1])):
            carry = gy[:, t] + carry
            gx[:, t] = carry
            if t > 0:
                gdecay = gdecay + (carry * y[:, t - 1]).sum()
            carry = carry * decay
        return gx, gdecay
