import torch
from torch.autograd.function import once_differentiable


# mean of the rows that a bag of ids names
# oracle: shapes ids: B L labels(V), weight: V E
class BagOfRows(torch.autograd.Function):

    @staticmethod
    def forward(ctx, ids, weight):
        ctx.save_for_backward(ids)
        ctx.rows = weight.shape[0]
        return weight[ids].mean(dim=1)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad_out):
        (ids,) = ctx.saved_tensors
        B, L = ids.shape
        grad_weight = None
        if ctx.needs_input_grad[1]:
            each = (grad_out / L).unsqueeze(1).expand(B, L, -1).reshape(B * L, -1)
            grad_weight = grad_out.new_zeros(ctx.rows, grad_out.shape[1])
            grad_weight.index_add_(0, ids.reshape(-1), each)
        return None, grad_weight
