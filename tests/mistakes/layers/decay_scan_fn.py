import torch


# oracle: shapes x: T N D, h0: N D, decay: D
class DecayScan(torch.autograd.Function):
    """h[t] = decay * h[t-1] + x[t], all states returned."""

    @staticmethod
    def forward(ctx, x, h0, decay):
        states = []
        h = h0
        for xt in x:
            h = decay * h + xt
            states.append(h)
        out = torch.stack(states)
        ctx.save_for_backward(out, h0, decay)
        return out

    @staticmethod
    def backward(ctx, grad):
        out, h0, decay = ctx.saved_tensors
        before = torch.cat([h0.unsqueeze(0), out[:-1]])
        gx = torch.zeros_like(grad)
        gdecay = torch.zeros_like(decay)
        carry = torch.zeros_like(h0)
        for t in range(len(grad) - 1, -1, -1):
            delta = grad[t] + carry
            gx[t] = delta
            gdecay += (delta * before[t]).sum(dim=0)
            carry = delta * decay
        return gx, carry, gdecay
