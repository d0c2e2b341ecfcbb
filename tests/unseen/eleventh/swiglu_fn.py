import torch


# oracle: shapes gate: B T F, up: B T F
class SwiGLU(torch.autograd.Function):
    """silu(gate) * up without keeping silu(gate) for the backward pass."""

    @staticmethod
    def forward(ctx, gate, up):
        ctx.save_for_backward(gate, up)
        return gate * torch.sigmoid(gate) * up

    @staticmethod
    def backward(ctx, grad_output):
        gate, up = ctx.saved_tensors
        sig = torch.sigmoid(gate)
        silu = gate * sig
        grad_up = grad_output * silu
        grad_gate = grad_output * up * (sig + sig * (1 - sig))
        return grad_gate, grad_up


def swiglu(x, w1, w2, w3):
    return SwiGLU.apply(x @ w1, x @ w3) @ w2
