import numpy as np


# oracle: shapes x: N features
class BatchNorm1d:
    def __init__(self, features: int, momentum: float = 0.9, eps: float = 1e-5):
        self.gamma = np.random.rand(features) + 0.5
        self.beta = np.random.randn(features)
        self.running_mean = np.zeros(features)
        self.running_var = np.ones(features)
        self.momentum, self.eps = momentum, eps

    def forward(self, x, training=True):
        if training:
            mu, var = x.mean(0), x.var(0)
            k = self.momentum
            self.running_mean = k * self.running_mean + (1 - k) * mu
            self.running_var = k * self.running_var + (1 - k) * var
        else:
            mu, var = self.running_mean, self.running_var
        self.std = np.sqrt(var + self.eps)
        self.xhat = (x - mu) / self.std
        return self.gamma * self.xhat + self.beta

    def backward(self, dout):
        n = dout.shape[0]
        self.dgamma = (dout * self.xhat).sum(0)
        self.dbeta = dout.sum(0)
        # the two sums are just the parameter gradients
        dx = self.gamma / (n * self.std) * (n * dout - self.dbeta - self.xhat * self.dgamma)
        return dx
