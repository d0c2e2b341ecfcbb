"""A tiny framework: layers with forward/backward, a loss, an optimiser, and a loop."""
import numpy as np


class Linear:
    def __init__(self, fan_in, fan_out, rng):
        self.W = rng.normal(0, 1 / np.sqrt(fan_in), (fan_in, fan_out))
        self.b = np.zeros(fan_out)

    def __call__(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.W.T

    @property
    def parameters(self):
        return [("W", "dW"), ("b", "db")]


class Sigmoid:
    parameters = []

    def __call__(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, grad):
        return grad * self.y * (1 - self.y)


class MSE:
    def __call__(self, pred, target):
        self.diff = pred - target
        return np.mean(self.diff ** 2)

    def backward(self):
        return 2 * self.diff / self.diff.size


class SGD:
    def __init__(self, layers, lr):
        self.layers, self.lr = layers, lr

    def step(self):
        for layer in self.layers:
            for p, g in layer.parameters:
                setattr(layer, p, getattr(layer, p) - self.lr * getattr(layer, g))


rng = np.random.default_rng(100)
X = rng.uniform(size=(14, 3))
T = np.stack([X.sum(1) / 3, X.prod(1)], axis=1)
layers = [Linear(3, 7, rng), Sigmoid(), Linear(7, 2, rng)]
criterion = MSE()
optim = SGD(layers, lr=0.5)
for epoch in range(20):
    out = X
    for layer in layers:
        out = layer(out)
    loss = criterion(out, T)
    grad = criterion.backward()
    for layer in reversed(layers):
        grad = layer.backward(grad)
    optim.step()
    if epoch % 5 == 0:
        print(epoch, "%.6f" % loss)
