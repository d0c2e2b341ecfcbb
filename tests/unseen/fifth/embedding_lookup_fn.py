"""Lookup table as an autograd.Function.  Learns slower than nn.Embedding on the same data."""
import torch


# oracle: shapes table: V D, ids: B T labels(V)
class Lookup(torch.autograd.Function):
    @staticmethod
    def forward(ctx, table, ids):
        ctx.vocab = table.shape[0]
        ctx.save_for_backward(ids)
        return table[ids]

    @staticmethod
    def backward(ctx, grad_out):
        ids, = ctx.saved_tensors
        dim = grad_out.shape[-1]
        d_table = grad_out.new_zeros((ctx.vocab, dim))
        d_table[ids.reshape(-1)] = grad_out.reshape(-1, dim)
        return d_table, None


class WordTable(torch.nn.Module):
    def __init__(self, vocab, dim):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(vocab, dim) * 0.02)

    def forward(self, ids):
        return Lookup.apply(self.weight, ids)
