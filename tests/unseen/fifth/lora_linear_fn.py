"""Forum question: my LoRA adapter written as a custom Function trains, but not like peft does.

y = x W^T + s * (x A^T) B^T,   s = lora_alpha / r
"""
import torch

SCALING = 0.25


# oracle: shapes x: B I, weight: O I, lora_A: R I, lora_B: O R
class LoRALinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, lora_A, lora_B):
        low = x @ lora_A.t()
        ctx.save_for_backward(x, weight, lora_A, lora_B, low)
        return x @ weight.t() + SCALING * (low @ lora_B.t())

    @staticmethod
    def backward(ctx, grad_output):
        x, weight, lora_A, lora_B, low = ctx.saved_tensors
        through_B = grad_output @ lora_B                      # [B, R]
        grad_x = grad_output @ weight + SCALING * (through_B @ lora_A)
        grad_weight = grad_output.t() @ x
        grad_A = through_B.t() @ x
        grad_B = SCALING * (grad_output.t() @ low)
        return grad_x, grad_weight, grad_A, grad_B


def lora_linear(x, weight, lora_A, lora_B):
    return LoRALinearFunction.apply(x, weight, lora_A, lora_B)
