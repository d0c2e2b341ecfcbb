"""nanoneuron: micrograd's Layer, but on arrays, so that it finishes before lunch."""
import numpy as np


class Module:

    def zero_grad(self):
        for name in ("W", "b"):
            setattr(self, name + "_grad", np.zeros_like(getattr(self, name)))

    def parameters(self):
        return [self.W, self.b]


# oracle: shapes x: N nin
class Linear(Module):

    def __init__(self, nin, nout, nonlin=True):
        rs = np.random.default_rng(nin + nout)
        self.W = rs.uniform(-1, 1, (nin, nout))
        self.b = rs.uniform(-1, 1, nout)
        self.nonlin = nonlin
        self.zero_grad()

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        self.x = x
        self.out = x @ self.W + self.b
        if self.nonlin:
            self.out = np.maximum(self.out, 0.0)
        return self.out

    def backward(self, out_grad):
        if self.nonlin:
            out_grad = out_grad * (self.out > 0)
        self.W_grad = self.x.T @ out_grad / len(self.x)
        self.b_grad = out_grad.sum(axis=0)
        return out_grad @ self.W.T

    def __repr__(self):
        return f"{'ReLU' if self.nonlin else 'Linear'}Layer({self.W.shape})"
